"""The page of merging: side by side, a choice per field, all that moves, one undo."""

from __future__ import annotations

import pytest

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.models import Operation

pytestmark = pytest.mark.django_db


def make(kind, by, /, **data):
    return actions.create(registry[kind], data, by)[0]


@pytest.fixture
def pair(ann):
    a = make("company", ann, name="ООО «Ромашка»", inn="7701234567", phones="+7 495 123-45-67", comment="первая")
    b = make("company", ann, name="Ромашка", employees="7", phones="+7 912 345-67-89", comment="вторая")
    make("contact", ann, name="Пётр Сидоров", companies=[b.pk])
    return a, b


def test_the_records_stand_side_by_side_with_all_that_moves(ann, pair, client_of):
    a, b = pair
    text = client_of(ann).get(f"/companies/merge/?ids={a.pk},{b.pk}").content.decode()
    assert "Пётр Сидоров" in text and "первая" in text and "вторая" in text
    assert f'name="keep" value="{a.pk}"' in text and 'name="pick-phones" value="all" checked' in text
    assert 'name="pick-kind"' not in text
    other = client_of(ann).get(f"/companies/merge/?ids={a.pk}&ids={b.pk}&keep={b.pk}").content.decode()
    assert f'name="keep" value="{b.pk}"' in other and "Пётр Сидоров" not in other


def test_a_choice_is_made_and_undone(ann, pair, client_of):
    a, b = pair
    client = client_of(ann)
    data = {"ids": f"{a.pk},{b.pk}", "keep": a.pk, "pick-name": b.pk, f"version-{a.pk}": 1, f"version-{b.pk}": 1}
    assert client.post("/companies/merge/", data).url == f"/companies/{a.pk}/"
    assert actions.fetch(registry["company"], a.pk, ann).name == "Ромашка"
    op = Operation.objects.get(verb="company.merge")
    assert client.post(f"/operations/{op.pk}/undo/").status_code == 302
    assert actions.fetch(registry["company"], a.pk, ann).name == "ООО «Ромашка»"
    assert client.get(f"/companies/{b.pk}/").status_code == 200


def test_who_was_faster_and_what_makes_no_sense_is_said_and_nothing_is_lost(ann, pair, client_of):
    a, b = pair
    client = client_of(ann)
    data = {"ids": f"{a.pk},{b.pk}", "keep": a.pk, "pick-name": b.pk, f"version-{a.pk}": 1, f"version-{b.pk}": 1}
    wrong = client.post("/companies/merge/", {**data, "pick-name": "all"})
    assert wrong.status_code == 422
    actions.update(registry["company"], b.pk, {"comment": "новая"}, ann)
    answer = client.post("/companies/merge/", data)
    assert answer.status_code == 409 and f'name="pick-name" value="{b.pk}" checked' in answer.content.decode()
    assert f'name="version-{b.pk}" value="2"' in answer.content.decode()


def test_with_one_record_it_is_asked_with_what(ann, dan, pair, client_of):
    a, b = pair
    make("company", dan, name="Ромашка")
    text = client_of(ann).get(f"/companies/merge/?ids={a.pk}").content.decode()
    assert text.count("merge/?ids=") == 1 and f"?ids={a.pk},{b.pk}" in text
    assert f"/companies/merge/?ids={a.pk}" in client_of(ann).get(f"/companies/{a.pk}/").content.decode()


def test_the_door_stands_before_the_page(ann, ben, dan, cat, pair, client_of):
    ids = ",".join(str(r.pk) for r in pair)
    assert client_of(dan).get(f"/companies/merge/?ids={ids}").status_code == 404
    assert client_of(ben).get(f"/companies/merge/?ids={ids}").status_code == 403
    assert client_of(cat).post("/companies/merge/", {"ids": ids}).status_code == 403
    assert client_of(ann).get("/companies/merge/").status_code == 404
    assert client_of(ann).get("/notes/merge/?ids=1,2").status_code == 404
    assert "/companies/merge/" not in client_of(cat).get(f"/companies/{pair[0].pk}/").content.decode()
    assert "/companies/merge/" in client_of(ann).get("/companies/").content.decode()
