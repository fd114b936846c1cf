"""Definitions: what may be defined, what never changes, what follows by job, who sees it when."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from vizavi.clients.models import Company
from vizavi.core import actions, filters
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.journal import operation, undo
from vizavi.core.models import Operation, ReachKey
from vizavi.core.reading import Reader
from vizavi.core.records import writing
from vizavi.custom import dialect, shapes
from vizavi.custom.actions import add_field, free_key
from vizavi.custom.models import CustomField
from vizavi.custom.tasks import derive_anew, index_values
from vizavi.custom.tests.test_custom_fields import define
from vizavi.jobs.models import Job

pytestmark = pytest.mark.django_db


def make(by: Any, **values: Any) -> Company:
    record, _op = actions.create(registry["company"], {"name": "Альфа", **values}, by)
    return Company.objects.visible_to(by).get(pk=record.pk)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"key": "Ключ"}, "key"), ({"key": "a__b"}, "key"), ({"key": "_a"}, "key"), ({"key": "a_"}, "key"),
        ({"key": "1a"}, "key"), ({"key": "a'b"}, "key"), ({"key": "x" * 31}, "key"), ({"entity_name": "user"}, "entity_name"),
        ({"entity_name": "nothing"}, "entity_name"), ({"kind": "choice"}, "choices"), ({"label": " "}, "label"),
        ({"kind": "relation"}, "target"), ({"kind": "relation", "target": "department"}, "target"),
        ({"target": "contact"}, "target"), ({"kind": "number", "places": 7}, "places"), ({"kind": "date", "default": "x"}, "default"),
        ({"kind": "choice", "choices": [{"key": "a"}]}, "choices"), ({"kind": "choice", "choices": "[5]"}, "choices"),
        ({"kind": "choice", "choices": [{"key": "a", "label": "A", "archived": True}]}, "choices"),
        ({"kind": "file", "required": True}, "required"),
    ],
)  # fmt: skip
def test_a_definition_that_makes_no_sense_is_refused_by_field(wrong, name, administrator):
    with pytest.raises(Invalid) as refused:
        data = {"entity_name": "company", "key": "thing", "label": "Штука", "kind": "text", **wrong}
        actions.create(registry["customfield"], data, administrator)
    assert name in refused.value.errors and not CustomField.objects.exists()


def test_entity_key_and_kind_never_change_and_a_key_is_taken_for_ever(administrator):
    definition = define(administrator, "text")
    for change in ({"key": "other"}, {"kind": "longtext"}, {"entity_name": "contact"}):
        with pytest.raises(Invalid):
            actions.update(registry["customfield"], definition.pk, change, administrator)
    actions.delete(registry["customfield"], [definition.pk], administrator)
    with pytest.raises(Invalid):
        define(administrator, "integer")
    assert free_key(registry["company"], "Thing!", "text") == "thing_2"
    assert free_key(registry["company"], "Этаж и офис", "text") == "etazh_i_ofis"
    assert free_key(registry["company"], "1 этаж", "text") == "f_1_etazh"
    assert free_key(registry["company"], "日本", "text") == "text"


def test_money_takes_the_key_of_its_currency_too(administrator):
    define(administrator, "money", key="budget")
    with pytest.raises(Invalid):
        define(administrator, "text", key="budget_currency")
    company = make(administrator, x_budget="1 250,50", x_budget_currency="USD")
    assert company.custom == {"budget": "1250.50", "budget_currency": "USD"}
    assert registry["company"].fields["x_budget"].cell(company, Reader(administrator)) == "1\u202f250,50\u00a0$"
    sections = [n for names in registry["company"].sections.values() for n in names]
    assert sections.index("x_budget_currency") == sections.index("x_budget") + 1


def test_only_administrators_define_fields(ann):
    with pytest.raises(Refused):
        define(ann, "text")
    with pytest.raises(Refused):
        add_field(registry["company"], {"label": "Штука", "kind": "text"}, ann)


def test_a_field_and_its_section_are_one_act_with_one_way_back(administrator):
    _definition, done = add_field(registry["company"], {"label": "Вес, кг", "kind": "number"}, administrator, section=1)
    assert "x_ves_kg" in registry["company"].sections["Реквизиты"]
    company = make(administrator, x_ves_kg="12,345")
    assert company.custom == {"ves_kg": "12.35"} or company.custom == {"ves_kg": "12.34"}
    assert not undo(done, administrator).obstacles
    assert "x_ves_kg" not in registry["company"].fields and registry["company"].shape is registry["company"].standard
    assert not undo(Operation.objects.order_by("-pk")[0], administrator).obstacles
    assert "x_ves_kg" in registry["company"].fields


def test_defaults_are_those_of_the_day_on_which_a_record_begins(administrator, client_of):
    from django.utils import timezone

    define(administrator, "date", key="due", default="+3", label="Срок")
    define(administrator, "choice", key="size", default="b", required=True, label="Размер")
    define(administrator, "yesno", key="vip", default="нет", label="Важный")
    company = make(administrator)
    day = timezone.localdate()
    assert company.custom["size"] == "b" and company.custom["vip"] is False
    assert registry["company"].fields["x_due"].value(company) == day + timezone.timedelta(days=3)
    page = client_of(administrator).get("/companies/new/").content.decode()
    assert 'value="b" selected' in page


def test_a_required_field_is_asked_for_and_old_records_go_on(administrator):
    old = make(administrator)
    define(administrator, "text", required=True)
    with pytest.raises(Invalid) as refused:
        make(administrator)
    assert list(refused.value.errors) == ["x_thing"]
    actions.update(registry["company"], old.pk, {"name": "Бета"}, administrator)
    with pytest.raises(Invalid):
        actions.update(registry["company"], old.pk, {"x_thing": " "}, administrator)


def test_a_choice_in_use_is_archived_and_not_lost(administrator):
    definition = define(administrator, "choice")
    company = make(administrator, x_thing="a")
    entity, own = registry["company"], registry["customfield"]
    with pytest.raises(Invalid):
        actions.update(own, definition.pk, {"choices": [{"key": "b", "label": "Берёза"}]}, administrator)
    actions.update(
        own,
        definition.pk,
        {"choices": [{"key": "b", "label": "Дуб"}, {"key": "a", "label": "Ёлка", "archived": True}]},
        administrator,
    )
    f = entity.fields["x_thing"]
    assert f.options == [("b", "Дуб")] and f.text("a", Reader(administrator)) == "Ёлка"
    assert f.offered("a") == [("b", "Дуб"), ("a", "Ёлка")]
    _record, op = actions.update(entity, company.pk, {"x_thing": "дуб"}, administrator)
    assert not undo(op, administrator).obstacles
    assert Company.objects.visible_to(administrator).get(pk=company.pk).custom == {"thing": "a"}


def test_two_people_change_two_custom_fields_of_one_record_and_both_survive(administrator):
    define(administrator, "text", key="one")
    define(administrator, "text", key="two")
    company = make(administrator, x_one="1", x_two="2")
    stale = Company.objects.visible_to(administrator).get(pk=company.pk)
    entity = registry["company"]
    actions.update(entity, company.pk, {"x_one": "раз"}, administrator, base=1)
    actions.update(entity, company.pk, {"x_two": "два"}, administrator, base=stale.version)
    fresh = Company.objects.visible_to(administrator).get(pk=company.pk)
    assert fresh.custom == {"one": "раз", "two": "два"} and fresh.custom_keys == {"one": "раз", "two": "два"}
    from vizavi.core.errors import Conflict

    with pytest.raises(Conflict):
        actions.update(entity, company.pk, {"x_two": "три"}, administrator, base=1)


def test_another_process_sees_a_new_field_when_it_looks_again(administrator, monkeypatch):
    before = registry["company"].shape
    kept = shapes._rows
    define(administrator, "text")
    assert "x_thing" in registry["company"].fields
    # What another process knows is what this one knew.
    monkeypatch.setattr(shapes, "_rows", kept)
    assert registry["company"].shape is before
    monkeypatch.setattr(shapes, "_SECONDS", -1)
    assert "x_thing" in registry["company"].fields


def test_a_definition_that_was_rolled_back_is_forgotten(administrator, monkeypatch):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        define(administrator, "text")
        assert "x_thing" in registry["company"].fields
        raise RuntimeError
    monkeypatch.setattr(shapes, "_SECONDS", -1)
    assert "x_thing" not in registry["company"].fields


def test_a_broken_definition_is_left_out(administrator):
    define(administrator, "relation")
    define(administrator, "text", key="other")
    with writing():
        CustomField.objects.filter(key="thing").update(target="no_such_entity")
    shapes.forget()
    assert "x_thing" not in registry["company"].fields and "x_other" in registry["company"].fields


@pytest.mark.parametrize("kind", ["text", "number", "date", "datetime", "choice", "yesno", "integer", "user", "url"])
def test_a_filterable_field_gets_an_index_and_loses_it(kind, administrator):
    definition = define(administrator, kind)
    assert Job.objects.filter(task__endswith="index_values").exists()
    f = registry["company"].fields["x_thing"]
    assert not f.indexed
    index_values.func()
    name = dialect.name_of(definition.pk)
    assert name in dialect.indexes() and registry["company"].fields["x_thing"].indexed
    index_values.func()  # and again: nothing to do
    if connection.vendor == "sqlite":
        raw = {"user": "1", "date": "2026-11-24", "datetime": "2026-11-24", "choice": "a", "yesno": "1"}.get(kind, "7")
        found = filters.parse(registry["company"], {"x_thing": raw}, Reader(administrator))
        rows = Company.objects.unrestricted("the plan is asked for").filter(
            found.conditions[0].q(Reader(administrator))
        )
        assert name in rows.explain()
        assert (
            name
            in Company.objects.unrestricted("the plan")
            .filter(**{f"{f.order_path}__isnull": False})
            .order_by(f.order_path, "pk")
            .explain()
            or not f.sortable
        )
    actions.update(registry["customfield"], definition.pk, {"filterable": False}, administrator)
    assert registry["company"].fields["x_thing"].operators == ()
    index_values.func()
    assert name not in dialect.indexes() and not registry["company"].fields["x_thing"].indexed


def test_an_index_that_a_migration_took_is_made_again(administrator):
    definition = define(administrator, "text")
    index_values.func()
    dialect.drop(dialect.name_of(definition.pk))
    index_values.func()
    assert dialect.name_of(definition.pk) in dialect.indexes()
    actions.delete(registry["customfield"], [definition.pk], administrator)
    index_values.func()
    assert dialect.name_of(definition.pk) not in dialect.indexes()


def test_few_rows_of_an_indexed_condition_are_fetched_by_id(administrator, django_assert_num_queries):
    define(administrator, "text")
    index_values.func()
    company = make(administrator, x_thing="Ёлка")
    reader, entity = Reader(administrator), registry["company"]
    found = filters.parse(entity, {"x_thing__contains": "елк"}, reader)
    with django_assert_num_queries(2 if connection.vendor == "sqlite" else 1):
        assert list(Company.objects.visible_to(administrator).filter(found.where(reader))) == [company]


def test_what_was_derived_goes_and_comes_back_with_the_definition(administrator):
    from vizavi.search import find

    define(administrator, "phones", key="fax", label="Факс")
    definition = define(administrator, "text")
    company = make(administrator, x_thing="Незабудка", x_fax="8 495 123-45-67")
    assert ReachKey.objects.filter(field="x_fax", record_id=company.pk).exists()
    assert [h.id for h in find("незабудка", Reader(administrator))] == [company.pk]
    op = actions.delete(registry["customfield"], [definition.pk], administrator)
    derive_anew.func(definition.pk)
    assert find("незабудка", Reader(administrator)) == []
    actions.update(registry["company"], company.pk, {"name": "Бета"}, administrator)
    undo(op, administrator)
    derive_anew.func(definition.pk)
    assert [h.id for h in find("незабудка", Reader(administrator))] == [company.pk]
    assert Company.objects.visible_to(administrator).get(pk=company.pk).custom_keys == {"thing": "незабудка"}
    assert ReachKey.objects.filter(field="x_fax", record_id=company.pk).exists()


def test_what_pointed_to_a_purged_record_lets_go(administrator):
    from datetime import timedelta

    from django.utils import timezone

    from vizavi.jobs.tasks import purge_some

    define(administrator, "relation")
    contact, _op = actions.create(registry["contact"], {"name": "Иванов"}, administrator)
    company = make(administrator, x_thing=contact.pk)
    actions.delete(registry["contact"], [contact.pk], administrator)
    purge_some(registry["contact"], timezone.now() + timedelta(days=1))
    assert Company.objects.visible_to(administrator).get(pk=company.pk).custom == {}


def test_a_value_that_is_changed_outside_the_journal_is_refused(administrator):
    from vizavi.core.errors import OutsideOperation

    define(administrator, "text")
    company = make(administrator, x_thing="а")
    registry["company"].fields["x_thing"].assign(company, "б")
    with pytest.raises(OutsideOperation):
        company.save()
    with operation("test", by=administrator) as op:
        op.update(op.lock(Company, [company.pk])[company.pk], {"x_thing": "б"})


def test_custom_sums_and_months_are_added_up_like_any_other(administrator, client_of):
    define(administrator, "money", key="budget", label="Бюджет")
    define(administrator, "date", key="due", label="Срок")
    define(administrator, "datetime", key="call", label="Звонок")
    for day, amount, currency in (("2026-11-24", "100", ""), ("2026-11-02", "20", "RUB"), ("2026-12-01", "7", "USD")):
        values = {"x_budget": amount, "x_budget_currency": currency, "x_due": day, "x_call": f"{day} 23:30"}
        make(administrator, **values)
    client = client_of(administrator)
    page = client.get("/companies/?cols=name,x_budget,x_budget_currency").content.decode()
    assert "120" in page.replace("\u202f", "").replace("\u00a0", "")
    for name in ("x_due", "x_call"):
        grouped = client.get(f"/companies/?cols=name,x_budget,x_budget_currency&group={name}")
        text = grouped.content.decode().lower()
        assert grouped.status_code == 200 and "ноябрь 2026" in text and "декабрь 2026" in text, name
