"""Saved views: who sees and changes them, what opens first, and that they open no door."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vizavi.access.models import ApiToken, User
from vizavi.access.policy import Policy
from vizavi.core import actions, door
from vizavi.core.door import FieldAccess
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, NotThere, Refused
from vizavi.core.journal import undo
from vizavi.lists.models import View

pytestmark = pytest.mark.django_db


def view(by, query="kind=client", **data):
    data = {"name": "Клиенты", "kind": "company", "query": query, **data}
    return actions.create(registry["view"], data, by)[0]


def tabs_of(page) -> list[str]:
    nav = re.search(r'<nav class="tabs.*?</nav>', page.content.decode(), re.DOTALL)[0]
    return [re.sub(r"<[^>]+>", "", a).strip() for a in re.findall(r'<a class="tab".*?</a>', nav, re.DOTALL)]


def rows(page) -> list[str]:
    return re.findall(r'<tr data-row="(\d+)"', page.content.decode())


@pytest.mark.parametrize(
    "audience, sees",
    [("private", {"ann"}), ("department", {"ann", "ben", "cat"}), ("all", {"ann", "ben", "cat", "head", "dan"})],
)
def test_a_view_is_seen_by_whom_it_is_for(audience, sees, ann, ben, cat, head, dan, administrator):
    made = view(ann, audience=audience)
    for name, user in {"ann": ann, "ben": ben, "cat": cat, "head": head, "dan": dan}.items():
        assert View.objects.visible_to(user).filter(pk=made.pk).exists() is (name in sees), name
        assert bool(door.can(user, door.CHANGE, registry["view"], made)) is (name == "ann"), name
    # Whoever runs the firm may put right what is shared, and has no business with what is not.
    assert bool(door.can(administrator, door.CHANGE, registry["view"], made)) is (audience != "private")
    assert View.objects.visible_to(administrator).filter(pk=made.pk).exists() is (audience != "private")


def test_only_its_owner_or_an_administrator_overwrites_a_view_others_save_their_own(ann, ben, administrator, client_of):
    made = view(ann, audience="department")
    url = f"/companies/_views/{made.pk}/"
    back = f"view={made.pk}&kind=partner&sort=name&cols=name,inn"
    assert client_of(ben).post(url, {"do": "save", "back": back}).status_code == 403
    page = client_of(ben).get(f"/companies/?{back}").content.decode()
    assert 'name="do" value="save"' not in page and "_views/new/" in page
    copied = client_of(ben).post("/companies/_views/new/", {"name": "Своё", "audience": "private", "back": back})
    assert copied.status_code == 302
    mine = View.objects.visible_to(ben).get(name="Своё")
    assert mine.owner == ben and mine.query == "kind=partner&sort=name&cols=name%2Cinn"
    assert client_of(administrator).post(url, {"do": "save", "back": back}).status_code == 302
    assert View.objects.visible_to(ann).get(pk=made.pk).query == mine.query


def test_saving_a_view_is_an_operation_that_can_be_undone(ann):
    made = view(ann)
    _view, op = actions.update(registry["view"], made.pk, {"query": "kind=partner"}, ann)
    undo(op, ann)
    assert View.objects.visible_to(ann).get(pk=made.pk).query == "kind=client"


def test_a_view_opens_as_it_was_saved_and_a_change_is_marked(ann, client_of):
    actions.create(registry["company"], {"name": "Клиент", "kind": "client"}, ann)
    actions.create(registry["company"], {"name": "Партнёр", "kind": "partner"}, ann)
    made = view(ann, "kind=client&sort=name&cols=name,inn:200")
    client = client_of(ann)
    page = client.get(f"/companies/?view={made.pk}")
    text = page.content.decode()
    assert len(rows(page)) == 1 and "ИНН" in text and "tab__dot" not in text and 'width="200"' in text
    changed = client.get(f"/companies/?view={made.pk}&sort=name&cols=name,inn:200").content.decode()
    assert changed.count("<tr data-row=") == 2 and "tab__dot" in changed and 'name="do" value="save"' in changed
    # The next page of the view is still the view.
    assert "tab__dot" not in client.get(f"/companies/?view={made.pk}&last=1").content.decode()


def test_the_leftmost_tab_opens_and_the_own_order_wins_over_the_roles_default(ann, ben, administrator, client_of):
    made = view(administrator, audience="all", name="Для менеджеров", default_for=["manager"])
    client = client_of(ann)
    page = client.get("/companies/")
    assert tabs_of(page) == ["Для менеджеров", "Все компании"]
    assert ">Тип: Клиент<" in page.content.decode()
    assert ">Тип: Клиент<" not in client.get("/companies/?view=all").content.decode()
    assert tabs_of(client_of(administrator).get("/companies/")) == ["Все компании", "Для менеджеров"]
    client.post("/companies/_views/", {"order": ["all", made.pk], "shown": ["all", made.pk]})
    assert tabs_of(client.get("/companies/")) == ["Все компании", "Для менеджеров"]
    client.post("/companies/_views/", {"order": ["all", made.pk], "shown": ["all"]})
    assert tabs_of(client.get("/companies/")) == ["Все компании"]
    assert tabs_of(client.get(f"/companies/?view={made.pk}")) == ["Все компании", "Для менеджеров"]
    assert tabs_of(client_of(ben).get("/companies/")) == ["Для менеджеров", "Все компании"]


def test_only_an_administrator_says_what_opens_first_for_a_role(ann):
    with pytest.raises(Invalid):
        view(ann, audience="all", default_for=["manager"])


def test_a_condition_on_what_is_hidden_from_me_is_dropped_with_a_note(ann, ben, client_of, monkeypatch):
    actions.create(registry["company"], {"name": "Тайная", "inn": "7707083893", "kind": "client"}, ann)
    made = view(ann, "kind=client&inn=1&sort=inn&cols=name,inn,kind", audience="department")
    hides = Policy.fields

    def fields(self, user, entity):
        return (
            FieldAccess(hidden=frozenset({"inn"}))
            if entity.name == "company" and user == ben
            else hides(self, user, entity)
        )

    monkeypatch.setattr(Policy, "fields", fields)
    page = client_of(ben).get(f"/companies/?view={made.pk}")
    text = page.content.decode()
    assert page.status_code == 200 and "недоступна" in text and "ИНН" not in text and len(rows(page)) == 1
    assert client_of(ann).get(f"/companies/?view={made.pk}").content.decode().count("<tr data-row=") == 0


def test_a_view_shows_each_person_only_their_own_rows(ann, dan, client_of):
    actions.create(registry["company"], {"name": "Незабудка", "kind": "client"}, ann)
    made = view(ann, audience="all")
    assert "Незабудка" in client_of(ann).get(f"/companies/?view={made.pk}").content.decode()
    assert "Незабудка" not in client_of(dan).get(f"/companies/?view={made.pk}").content.decode()


def test_a_view_of_others_is_not_there_by_any_address(ann, dan, client_of):
    made = view(ann)
    client, token = client_of(dan), {"Authorization": f"Bearer {ApiToken.make(dan, 't')[1]}"}
    assert "больше нет" in client.get(f"/companies/?view={made.pk}").content.decode()
    assert client.get(f"/companies/_views/{made.pk}/").status_code == 404
    assert client.post(f"/companies/_views/{made.pk}/pin/", {"on": "1"}).status_code == 404
    assert client.get(f"/api/v1/views/{made.pk}/", headers=token).status_code == 404
    with pytest.raises(NotThere):
        actions.update(registry["view"], made.pk, {"name": "Моё"}, dan)
    shared = view(ann, audience="all")
    with pytest.raises(Refused):
        actions.update(registry["view"], shared.pk, {"name": "Моё"}, dan)


def test_a_view_names_a_list_that_there_is(ann):
    for kind in ("nothing", "operation", "view"):
        with pytest.raises(Invalid):
            view(ann, kind=kind)


def test_pinned_views_stand_in_the_menu_with_counts_through_the_door(ann, dan, client_of):
    for n in range(3):
        actions.create(registry["company"], {"name": f"Фирма {n}", "kind": "client"}, ann)
    made = view(ann, audience="all")
    for user, number in ((ann, "3"), (dan, "0")):
        client = client_of(user)
        assert client.get("/_badges/").json() == {"lead": ""}
        client.post(f"/companies/_views/{made.pk}/pin/", {"on": "1"})
        answer = client.get("/_badges/")
        assert answer.json() == {"lead": "", f"view-{made.pk}": number} and "max-age" in answer["Cache-Control"]
        assert f'data-badge="view-{made.pk}"' in client.get("/contacts/").content.decode()
        client.post(f"/companies/_views/{made.pk}/pin/", {"on": "0"})
        assert client.get("/_badges/").json() == {"lead": ""}


def test_columns_are_remembered_for_the_person_and_named_in_the_address(ann, ben, client_of):
    client = client_of(ann)
    answer = client.post(
        "/companies/_columns/", {"order": ["name", "inn", "kind"], "shown": ["name", "inn"], "width-inn": "150"}
    )
    assert answer.url == "/companies/?cols=name%2Cinn%3A150"
    page = client.get("/companies/").content.decode()
    assert User.objects.get(pk=ann.pk).preferences["lists"]["company"]["cols"] == "name,inn:150"
    actions.create(registry["company"], {"name": "Ромашка"}, ann)
    page = client.get("/companies/").content.decode()
    assert 'data-col="inn"' in page and 'data-col="kind"' not in page
    assert 'data-col="kind"' in client_of(ben).get("/companies/").content.decode()
    client.post("/companies/_columns/", {"do": "reset"})
    assert 'data-col="kind"' in client.get("/companies/").content.decode()


def test_columns_changed_in_a_view_change_the_view_and_not_the_persons_own(ann, client_of):
    made = view(ann, "kind=client&sort=name&cols=name,kind")
    client = client_of(ann)
    answer = client.post("/companies/_columns/", {"cols": "name:300,inn", "back": f"view={made.pk}"})
    assert "view=" in answer.url and "cols=name%3A300%2Cinn" in answer.url
    assert "lists" not in User.objects.get(pk=ann.pk).preferences


def test_a_list_costs_the_same_queries_with_views_groups_and_pins(ann, client_of):
    client = client_of(ann)

    def queries(url):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    made = view(ann)
    client.post(f"/companies/_views/{made.pk}/pin/", {"on": "1"})
    actions.create(registry["company"], {"name": "Фирма", "kind": "client"}, ann)
    plain, grouped = queries(f"/companies/?view={made.pk}"), queries("/companies/?group=kind")
    for n in range(25):
        kind = ("client", "partner", "supplier", "investor")[n % 4]
        actions.create(registry["company"], {"name": f"Фирма {n}", "kind": kind}, ann)
        view(ann, f"kind={kind}", name=f"Вид {n}")
    assert queries(f"/companies/?view={made.pk}") <= plain <= 8
    assert queries("/companies/?group=kind") <= grouped <= 9
    assert queries("/companies/?group=created_at") <= 9
