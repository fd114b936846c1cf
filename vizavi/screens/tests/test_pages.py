"""Every generic page answers, for everybody as the door says, in a constant number of queries."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid

pytestmark = pytest.mark.django_db


def companies(by, count, **data):
    return [actions.create(registry["company"], {"name": f"Фирма {n}", **data}, by)[0] for n in range(count)]


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_every_page_answers_the_owner_and_not_a_stranger(client_of, ann, dan):
    [company] = companies(ann, 1, phones="+7 912 345-67-89", emails="a@example.org", revenue="1200")
    mine, strange = client_of(ann), client_of(dan)
    one = f"/companies/{company.pk}/"
    parts = ["", "edit/", "_timeline/", "_peek/", "_field/name/", "_field/phones/", "_field/revenue/?in=cell"]
    for url in [one + part for part in parts]:
        assert mine.get(url, headers={"HX-Request": "true"}).status_code == 200, url
        assert mine.get(url).status_code in (200, 302), url
        assert strange.get(url).status_code == 404, url
    for url in (
        "/companies/",
        "/contacts/",
        "/companies/new/",
        "/operations/",
        "/bin/",
        "/search/?q=фирма",
        "/companies/_filter/?add=kind",
        "/companies/_columns/",
        "/companies/_views/",
        "/companies/_views/new/",
    ):
        response = mine.get(url)
        assert response.status_code == 200, url
        assert "Фирма 0" not in strange.get(url).content.decode(), url
    assert mine.get("/").url == "/today/"
    for url in ("/nothing/", "/companies/999999/", "/companies/_field/", "/companies/99999999999999999999/", "/users/"):
        assert mine.get(url).status_code == 404, url


def test_nobody_sees_anything_without_signing_in(client):
    response = client.get("/companies/?kind=client")
    assert response.status_code == 302 and response.url == "/login/?next=%2Fcompanies%2F%3Fkind%3Dclient"
    for how in ({}, {"HX-Boosted": "true"}):
        # A page that is open stays, and signs in over itself.
        assert client.get("/companies/", headers={"HX-Request": "true", **how}).status_code == 401


def test_a_page_costs_the_same_queries_however_much_there_is(client_of, ann):
    client = client_of(ann)
    [company] = companies(ann, 1)
    actions.create(registry["contact"], {"name": "К 0", "companies": [company.pk]}, ann)
    few = queries(client, "/companies/"), queries(client, f"/companies/{company.pk}/")
    for n in range(30):
        [parent] = companies(ann, 1)
        actions.update(registry["company"], parent.pk, {"parent": company.pk, "comment": f"№ {n}"}, ann)
        actions.create(registry["contact"], {"name": f"К {n}", "companies": [company.pk]}, ann)
        actions.create(registry["lead"], {"name": f"Л {n}", "company": company.pk}, ann)
    many = queries(client, "/companies/"), queries(client, f"/companies/{company.pk}/")
    # One look-up more for each kind of record that the longer history names.
    assert many[0] <= few[0] + 1 and many[1] <= few[1] + 2
    assert many[0] <= 8 and many[1] <= 14, many


def test_the_list_filters_sorts_and_pages(client_of, ann):
    client = client_of(ann)
    for n in range(60):
        companies(ann, 1, kind="partner" if n % 2 else "client", inn=f"77{n:08}")
    page = client.get("/companies/?kind=partner&sort=-inn&limit=25").content.decode()
    assert page.count("<tr data-row=") == 25 and "1–25" in page
    assert client.get("/companies/?nonsense=1").status_code == 422
    assert client.get("/companies/?founded_on__gte=вчера-ли").status_code == 422
    assert "limit=25" in page and "after=" in page


def test_inline_edit_saves_refuses_and_shows_a_conflict(client_of, ann):
    [company] = companies(ann, 1)
    client, url = client_of(ann), f"/companies/{company.pk}/_field/name/"
    partial = {"HX-Request": "true"}
    assert client.get(url).status_code == 302
    assert client.post(url, {"name": "Ромашка", "version": 1}, headers=partial).status_code == 200
    wrong = client.post(url, {"name": " ", "version": 2}, headers=partial)
    assert wrong.status_code == 422
    clash = client.post(url, {"name": "Василёк", "version": 1}, headers={"HX-Request": "true"})
    text = clash.content.decode()
    assert clash.status_code == 409 and "Василёк" in text and "Ромашка" in text and 'value="2"' in text
    assert client.post(url, {"name": "Василёк", "version": 2}).status_code == 302


def test_two_people_in_the_form_keep_different_fields_and_are_asked_about_the_same(client_of, ann, administrator):
    [company] = companies(ann, 1, comment="начало")
    first, second = client_of(ann), client_of(administrator)
    url = f"/companies/{company.pk}/edit/"
    page = first.get(url)
    base = {
        "name": "Фирма 0",
        "comment": "начало",
        "kind": "client",
        "version": 1,
        "initial": page.context["initial"] if page.context else "",
    }

    base["initial"] = html.unescape(re.search(r'name="initial" value="([^"]*)"', page.content.decode())[1])
    assert second.post(url, {**base, "comment": "второй"}).status_code == 302
    assert first.post(url, {**base, "name": "Первый"}).status_code == 302
    record = actions.fetch(registry["company"], company.pk, ann)
    assert (record.name, record.comment) == ("Первый", "второй")
    clash = first.post(url, {**base, "comment": "первый"})
    text = clash.content.decode()
    assert clash.status_code == 409 and "второй" in text and "первый" in text and "keep-comment" in text
    kept = first.post(url, {**base, "comment": "первый", "version": 3, "keep-comment": "theirs"})
    assert kept.status_code == 302
    assert actions.fetch(registry["company"], company.pk, ann).comment == "второй"
    first.post(url, {**base, "comment": "первый", "version": 3, "keep-comment": "mine"})
    assert actions.fetch(registry["company"], company.pk, ann).comment == "первый"


def test_what_was_typed_survives_an_error(client_of, ann):
    response = client_of(ann).post(
        "/companies/new/",
        {
            "name": "",
            "comment": "длинный рассказ",
            "employees": "много",
            "phones-0-kind": "work",
            "phones-0-value": "+7 912 000-00-01",
        },
    )
    text = response.content.decode()
    assert response.status_code == 422
    for typed in ("длинный рассказ", "много", "+7 912 000-00-01"):
        assert typed in text


def test_bulk_changes_what_may_be_changed_and_says_what_not(client_of, ann, ben):
    mine, other = companies(ann, 2), companies(ben, 1)
    ids = [c.pk for c in (*mine, *other)]
    response = client_of(ann).post("/companies/_bulk/", {"ids": ids, "field": "kind", "kind": "partner"})
    assert response.status_code == 302
    kinds = [actions.fetch(registry["company"], pk, ann).kind for pk in ids]
    assert kinds == ["partner", "partner", "client"]
    client_of(ann).post("/companies/_bulk/", {"ids": ids, "do": "delete"})
    assert "Фирма" in client_of(ann).get("/bin/?entity=company").content.decode()


def test_of_many_changes_in_a_row_the_newest_are_seen_and_the_others_unfold(client_of, ann):
    [company] = companies(ann, 1)
    for n in range(6):
        actions.update(registry["company"], company.pk, {"comment": f"перемена {n}"}, ann)
    text = html.unescape(client_of(ann).get(f"/companies/{company.pk}/?pane=history").content.decode())
    seen, folded = text.split('id="timeline"')[1].split("<details>")
    assert "перемена 5" in seen and "перемена 2" in seen and "перемена 1" not in seen
    assert "Ещё 4 изменения" in folded and "перемена 1" in folded
    note = {"text": "между ними", "about": [{"entity": "company", "id": company.pk}]}
    actions.create(registry["note"], note, ann)
    actions.update(registry["company"], company.pk, {"comment": "последняя"}, ann)
    text = client_of(ann).get(f"/companies/{company.pk}/").content.decode()
    assert text.index("последняя") < text.index("между ними") < text.index("<details>")


def test_undo_from_the_page_and_its_obstacles(client_of, ann, dan):
    [company] = companies(ann, 1)
    _record, op = actions.update(registry["company"], company.pk, {"name": "Вторая"}, ann)
    assert client_of(dan).post(f"/operations/{op.pk}/undo/").status_code == 404
    client = client_of(ann)
    assert client.post(f"/operations/{op.pk}/undo/").status_code == 302
    assert actions.fetch(registry["company"], company.pk, ann).name == "Фирма 0"
    _record, op = actions.update(registry["company"], company.pk, {"name": "Третья"}, ann)
    actions.update(registry["company"], company.pk, {"name": "Четвёртая"}, ann)
    assert client.post(f"/operations/{op.pk}/undo/").status_code == 409


def test_the_combobox_and_quick_create(client_of, ann, dan):
    companies(ann, 1)
    client = client_of(ann)
    assert "Фирма 0" in client.get("/_combo/companies/?q=фирм").content.decode()
    assert "Фирма 0" not in client_of(dan).get("/_combo/companies/?q=фирм").content.decode()
    assert client.get("/_combo/users/?q=an").status_code == 200
    partial = {"HX-Request": "true"}
    assert client.get("/_quick/companies/?name=Лютик", headers=partial).status_code == 200
    made = client.post(
        "/_quick/companies/?target=id_company",
        {"name": "Лютик", "kind": "client", "target": "id_company"},
        headers=partial,
    )
    assert made.status_code == 200 and "combo:created" in made["HX-Trigger"]
    assert client.post("/_quick/companies/", {"name": ""}, headers=partial).status_code == 422


def test_administrators_data_has_the_same_pages(client_of, ann, administrator):
    assert client_of(ann).get("/settings/users/").status_code == 200
    assert client_of(ann).post("/settings/departments/new/", {"name": "x"}).status_code == 403
    assert client_of(administrator).post("/settings/departments/new/", {"name": "Логистика"}).status_code == 302
    assert "Логистика" in client_of(ann).get("/settings/departments/").content.decode()


def test_a_page_shows_the_whole_tree_and_nothing_of_what_is_hidden(client_of, ann, dan, administrator):
    entity = registry["company"]

    def branch(name, parent=None, owner=ann):
        return actions.create(entity, {"name": name, "parent": parent and parent.pk, "owner": owner.pk}, administrator)[
            0
        ]

    head = branch("Голова")
    north = branch("Север", head)
    branch("Юг", head)
    hidden = branch("Тайная", head, dan)
    branch("Под тайной", hidden)
    port = branch("Порт", north)
    page = client_of(ann).get(f"/companies/{port.pk}/").content.decode()
    tree = page[page.index('class="tree"') :]
    names = [n for n in ("Голова", "Север", "Юг", "Порт", "Тайная", "Под тайной") if f">{n}<" in tree]
    assert names == ["Голова", "Север", "Юг", "Порт"]
    assert 'aria-current="true">Порт<' in tree
    # From below something hidden one sees only one's own part.
    page = client_of(dan).get(f"/companies/{hidden.pk}/").content.decode()
    assert "Голова" not in page


def test_a_tree_has_no_ring_and_a_bound(client_of, ann, monkeypatch):
    entity = registry["company"]
    [a], [b] = companies(ann, 1), companies(ann, 1)
    actions.update(entity, b.pk, {"parent": a.pk}, ann)
    with pytest.raises(Invalid) as refused:
        actions.update(entity, a.pk, {"parent": b.pk}, ann)
    assert set(refused.value.errors) == {"parent"}
    monkeypatch.setattr("vizavi.screens.tree.MOST", 5)
    for _n in range(10):
        actions.create(entity, {"name": "Ветка", "parent": a.pk}, ann)
    page = client_of(ann).get(f"/companies/{a.pk}/").content.decode()
    assert page.count('class="tree__n"') <= 6 and f"/companies/?parent={a.pk}" in page
