"""What an address says, and that it says all of it: columns, order, conditions, views."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from vizavi.core import actions, filters
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.reading import Reader
from vizavi.lists.filtering import line_of, words_of
from vizavi.lists.state import pairs_of, read

pytestmark = pytest.mark.django_db


def company(by, **data):
    return actions.create(registry["company"], {"name": "Ромашка", **data}, by)[0]


def found(by, **params):
    entity, reader = registry["company"], Reader(by)
    where = filters.parse(entity, params, reader).where(reader)
    return set(entity.model.objects.visible_to(by).filter(where).values_list("name", flat=True))


def test_an_address_made_of_a_state_means_the_same_state(ann):
    entity, reader = registry["company"], Reader(ann)
    query = (
        "kind=client%2Cpartner&or.1.name__contains=a%5C%2Cb&or.1.inn__empty=1&q=x"
        "&sort=name,-created_at&cols=name:240,inn&limit=100&group=kind"
    )
    state = read(entity, reader, pairs_of(query))
    again = read(entity, reader, state.pairs(whole=True))
    assert again.query() == state.query()
    assert (again.size, again.group, again.sort) == (100, "kind", "name,-created_at")
    assert [(f.name, w) for f, w in again.cols] == [("name", 240), ("inn", 0)]


def test_the_name_of_the_record_is_always_the_first_column_and_nonsense_is_no_column(ann):
    entity, reader = registry["company"], Reader(ann)
    state = read(entity, reader, [("cols", "inn:9999,nothing,name:1,,inn")])
    assert [(f.name, w) for f, w in state.cols] == [("name", 48), ("inn", 0)]
    assert read(entity, reader, []).fields == reader.fields(entity, entity.columns)


def test_the_same_condition_may_stand_twice(ann):
    company(ann, name="Альфа Бета")
    company(ann, name="Альфа")
    reader = Reader(ann)
    state = read(registry["company"], reader, pairs_of("name__contains=альфа&name__contains=бета"))
    assert [r.name for r in registry["company"].model.objects.visible_to(ann).filter(state.where())] == ["Альфа Бета"]


def test_what_is_dropped_is_told_and_the_rest_stays(ann):
    dropped: list[str] = []
    state = read(
        registry["company"],
        Reader(ann),
        pairs_of("kind=client&nonsense=1&sort=comment&employees__gte=x"),
        dropped=dropped,
    )
    assert [c.param for c in state.found.conditions] == ["kind"] and state.sort == ""
    assert len(dropped) == 3
    with pytest.raises(Invalid):
        read(registry["company"], Reader(ann), pairs_of("nonsense=1"))


def test_ranges_beginnings_and_days_ago(ann, administrator):
    for name, employees, founded in (("Альфа", 5, "2020-01-31"), ("Ёлка", 50, "2021-06-01"), ("Альтаир", 500, None)):
        company(ann, name=name, employees=employees, founded_on=founded)
    old = company(ann, name="Старая")
    long_ago = timezone.now() - timedelta(days=45)
    company(ann, name="Недавняя")
    from vizavi.core.journal import operation

    with operation("test", by=administrator) as op:
        record = op.lock(registry["company"].model, [old.pk])[old.pk]
        op.update(record, {"created_at": long_ago})
    assert found(ann, employees="5..50") == {"Альфа", "Ёлка"}
    assert found(ann, employees="1..4,500") == {"Альтаир"}
    assert found(ann, founded_on="2020-01-01..2020-12-31") == {"Альфа"}
    assert found(ann, name__starts="аль") == {"Альфа", "Альтаир"}
    assert found(ann, name__starts="елк") == {"Ёлка"}
    assert found(ann, created_at__lte="30_days_ago") == {"Старая"}
    assert "Старая" not in found(ann, created_at__gte="30_days_ago")
    assert found(ann, id=str(old.pk)) == {"Старая"}


def test_my_department_is_whoever_is_in_it_now(ann, ben, dan, administrator):
    company(ann, name="Анны"), company(ben, name="Бена"), company(dan, name="Дана")
    assert found(ann, owner="me") == {"Анны"}
    assert found(ann, owner="my_department") == {"Анны", "Бена"}
    assert found(dan, owner="my_department") == {"Дана"}
    assert found(administrator, owner="my_department") == set()


@pytest.mark.parametrize("group", ["", "3"])
@pytest.mark.parametrize(
    "name, raw",
    [
        ("name__contains", "а\\,б"), ("name__starts", "x"), ("name", "а"), ("name__not", "а"), ("kind", "client"),
        ("kind__not", "client,partner"), ("kind__empty", "1"), ("kind__empty", "0"), ("employees", "5"),
        ("employees", "5..7"), ("employees__gte", "5"), ("created_at", "this_week"), ("created_at", "last_7_days"),
        ("created_at__lte", "30_days_ago"), ("created_at", "2026-01-01..2026-02-01"), ("owner", "me,my_department"),
        ("founded_on__gte", "2020-01-01"), ("owner__empty", "1"),
    ],
)  # fmt: skip
def test_the_editor_shows_a_condition_so_that_it_stays_what_it_was(name, raw, group, ann):
    name = f"or.{group}.{name}" if group else name
    [condition] = filters.parse(registry["company"], [(name, raw)], Reader(ann)).conditions
    line = line_of(0, condition)
    assert line.word in words_of(line.f)
    assert line.pair() == (name, raw)
