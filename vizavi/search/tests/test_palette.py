"""The palette: records, numbers, people, what can be created, favourites, what can be done with a result."""

from __future__ import annotations

import pytest

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.reading import Reader
from vizavi.search.favourites import MOST, favourites, star
from vizavi.search.palette import answer
from vizavi.search.words import other_layout

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(ann):
    phones = [{"kind": "work", "value": "8 (912) 345-67-89"}]
    return actions.create(registry["company"], {"name": "Иванов и сыновья", "phones": phones}, ann)[0]


def titles(text, user):
    return [row["title"] for group in answer(text, Reader(user)) for row in group["rows"]]


def test_a_word_in_the_wrong_layout_is_understood(ann, company, client_of):
    assert other_layout("bdfyjd") == "иванов" and other_layout("шлуф") == "ikea"
    assert titles("bdfyjd", ann) == ["Иванов и сыновья"] == titles("иванов", ann)
    assert "Иванов и сыновья" in client_of(ann).get("/search/?q=bdfyjd").content.decode()


def test_signs_ask_for_a_number_for_people_and_for_creating(ann, cat, dan, company):
    assert titles(f"#{company.pk}", ann) == ["Иванов и сыновья"]
    assert titles(f"#{company.pk}", dan) == [] == titles("#x", ann) == titles("#", ann)
    assert titles("@dan", ann) == ["Dan"]
    assert any("«Ромашка»" in title for title in titles("+Ромашка", ann))
    assert titles("+Ромашка", cat) == []


def test_what_can_be_done_with_a_result_follows_the_rights(client_of, ann, cat, dan, company):
    url = f"/search/_palette/company/{company.pk}/"
    mine = client_of(ann).get(url).content.decode()
    assert "/edit/" in mine and "tel:+79123456789" in mine
    assert "/edit/" not in client_of(cat).get(url).content.decode()
    assert client_of(dan).get(url).status_code == 404
    assert client_of(ann).get("/search/_palette/nothing/1/").status_code == 404


def test_a_star_is_ones_own_and_follows_the_door(client_of, ann, dan, administrator, company):
    url = f"/_star/company/{company.pk}/"
    assert (
        'aria-pressed="true"' in client_of(ann).post(url, {"on": "1"}, headers={"HX-Request": "true"}).content.decode()
    )
    ann.refresh_from_db()
    assert titles("", ann) == ["Иванов и сыновья"] and titles("", administrator) == []
    assert "Иванов и сыновья" in client_of(ann).get("/today/").content.decode()
    assert client_of(dan).post(url, {"on": "1"}).status_code == 404
    actions.update(registry["company"], company.pk, {"owner": dan.pk}, administrator)
    assert titles("", ann) == []
    client_of(administrator).post(url, {"on": "1"})
    client_of(administrator).post(url, {"on": ""})
    administrator.refresh_from_db()
    assert favourites(Reader(administrator)) == []


def test_favourites_do_not_grow_without_end(ann):
    for n in range(1, MOST + 5):
        star(ann, registry["company"], n, True)
    assert len(ann.preferences["favourites"]) == MOST
