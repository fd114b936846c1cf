"""A custom field of each kind is stored, compared, journaled and undone as a model field is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from vizavi.clients.models import Company
from vizavi.core import actions, filters, pages
from vizavi.core.entity import registry
from vizavi.core.journal import history, undo
from vizavi.core.reading import Reader
from vizavi.custom.models import CustomField


def define(by: Any, kind: str, key: str = "thing", **more: Any) -> CustomField:
    """A custom field of companies."""
    data = {"entity_name": "company", "key": key, "label": more.pop("label", "Штука"), "kind": kind, **more}
    if kind in ("choice", "choices"):
        data.setdefault("choices", [{"key": "a", "label": "Ёлка"}, {"key": "b", "label": "Берёза"}])
    if kind == "relation":
        data.setdefault("target", "contact")
    definition, _operation = actions.create(registry["customfield"], data, by)
    return definition  # type: ignore[return-value]


def found(by: Any, **params: str) -> list[str]:
    """Names of the companies that a filter finds, in the order of `sort`."""
    reader, entity = Reader(by), registry["company"]
    sort = params.pop("sort", "name")
    where = filters.parse(entity, params, reader).where(reader)
    return [str(r) for r in pages.page(entity, reader, where, sort=sort).records]


#: kind: a raw value and the Python value that it means, another raw value that sorts after it.
VALUES: dict[str, tuple[Any, Any, Any]] = {
    "text": ("Ёлкин  дом", "Ёлкин дом", "жук"),
    "longtext": ("раз\nдва", "раз\nдва", "три"),
    "integer": ("9", 9, "10"),
    "number": ("9.5", Decimal("9.50"), "10"),
    "money": ("9.5", Decimal("9.50"), "10"),
    "date": ("24.11.2026", date(2026, 11, 24), "1.2.2027"),
    "datetime": ("2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "2026-11-24T09:30:00.5Z"),
    "choice": ("Елка", "a", "b"),
    "choices": ("Берёза, ёлка", ["a", "b"], ["b"]),
    "yesno": ("нет", False, "да"),
    "phones": ("8 495 123-45-67", [{"kind": "work", "value": "8 495 123-45-67", "e164": "+74951234567"}], "5-67-89"),
    "emails": ("A@B.ru", [{"kind": "work", "value": "a@b.ru"}], "c@d.ru"),
    "address": ("Москва", {"line": "Москва"}, "Тверь"),
    "url": ("example.org", "https://example.org", "https://z.org"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_custom_value_is_kept_changed_and_undone(administrator, kind):
    define(administrator, kind)
    first, value, second = VALUES[kind]
    company, _op = actions.create(registry["company"], {"name": "А", "x_thing": first}, administrator)
    f = registry["company"].fields["x_thing"]
    fresh = Company.objects.unrestricted("test").get(pk=company.pk)
    assert f.value(fresh) == value
    assert f.parse(f.to_json(value)) == value
    _changed, op = actions.update(registry["company"], company.pk, {"x_thing": second}, administrator, base=1)
    assert list(op.rows.get().diff) == ["x_thing"]
    assert not undo(op, administrator).obstacles
    fresh = Company.objects.unrestricted("test").get(pk=company.pk)
    assert f.value(fresh) == value
    entries, _cursor = history(registry["company"], fresh, Reader(administrator))
    assert [c.field.name for e in entries[:2] for c in e.changes] == ["x_thing", "x_thing"]
    actions.update(registry["company"], company.pk, {"x_thing": None}, administrator)
    assert Company.objects.unrestricted("test").get(pk=company.pk).custom == {}


@pytest.mark.parametrize("kind", VALUES)
def test_a_custom_value_filters_and_sorts_with_nothing_last(administrator, kind):
    define(administrator, kind)
    first, _value, second = VALUES[kind]
    entity = registry["company"]
    for name, raw in (("в", None), ("б", second), ("а", first)):
        actions.create(entity, {"name": name, "x_thing": raw}, administrator)
    f = entity.fields["x_thing"]
    plain = {"choices": "b", "datetime": "24.11.2026"}.get(kind, str(first))
    both = kind in ("choices", "datetime")
    assert found(administrator, x_thing__empty="1") == ["в"]
    assert found(administrator, x_thing__empty="0") == ["а", "б"]
    if "" in f.operators:
        assert found(administrator, x_thing=plain) == (["а", "б"] if both else ["а"])
    if "not" in f.operators:
        assert found(administrator, x_thing__not=plain) == (["в"] if both else ["б", "в"])
    if "gte" in f.operators and kind != "datetime":
        assert found(administrator, x_thing__gte=str(second)) == ["б"]
        assert found(administrator, x_thing__lte=plain) == ["а"]
    if "contains" in f.operators:
        part = {"phones": "495123", "emails": "B.R", "address": "моск", "url": "AMPLE", "longtext": "РАЗ"}.get(
            kind, "елк"
        )
        assert found(administrator, x_thing__contains=part) == ["а"]
    if f.sortable:
        assert found(administrator, sort="x_thing") == ["а", "б", "в"]
        assert found(administrator, sort="-x_thing") == ["б", "а", "в"]
        page = pages.page(entity, Reader(administrator), sort="-x_thing", limit=1)
        second_page = pages.page(entity, Reader(administrator), sort="-x_thing", limit=1, after=page.next)
        assert [str(r) for r in second_page.records] == ["а"]
