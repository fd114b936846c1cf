"""What must never be false of a row holds whichever way it is changed: edit, bulk, import, undo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from vizavi.access.models import Department
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.journal import undo
from vizavi.core.models import Operation
from vizavi.core.records import writing
from vizavi.exchange.commands import run_for
from vizavi.exchange.tasks import carry_out
from vizavi.jobs.tasks import empty_bin
from vizavi.lists.change import change_many

pytestmark = pytest.mark.django_db(transaction=True)


def department(by, name, parent=None):
    return actions.create(registry["department"], {"name": name, "parent": parent}, by)[0]


def parent_of(row):
    return Department.objects.get(pk=row.pk).parent_id


def test_an_undo_that_would_break_a_rule_is_an_obstacle(administrator):
    departments = registry["department"]
    above = department(administrator, "Продажи")
    below = department(administrator, "Север", above.pk)
    _row, op = actions.update(departments, below.pk, {"parent": None, "name": "Юг"}, administrator)
    actions.update(departments, above.pk, {"parent": below.pk}, administrator)
    result = undo(Operation.objects.get(pk=op.pk), administrator)
    assert [o.field for o in result.obstacles] == ["parent"] and result.undone == 1
    assert parent_of(below) is None and Department.objects.get(pk=below.pk).name == "Север"


def test_an_undo_does_not_point_to_what_was_deleted_for_ever(administrator):
    companies = registry["company"]
    holding, _op = actions.create(companies, {"name": "Холдинг"}, administrator)
    firm, _op = actions.create(companies, {"name": "Дочка", "parent": holding.pk}, administrator)
    _firm, op = actions.update(companies, firm.pk, {"parent": None}, administrator)
    actions.delete(companies, [holding.pk], administrator)
    with writing():
        Company.objects.filter(pk=holding.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    empty_bin.func()
    result = undo(Operation.objects.get(pk=op.pk), administrator)
    assert [o.field for o in result.obstacles] == ["parent"] and result.operation is None


def test_an_undo_of_a_deletion_meets_a_value_that_is_taken(administrator):
    people = registry["user"]
    gone, _op = actions.create(people, {"name": "Анна", "email": "anna@example.org"}, administrator)
    _gone, op = actions.update(people, gone.pk, {"email": "other@example.org"}, administrator)
    actions.create(people, {"name": "Новая", "email": "anna@example.org"}, administrator)
    result = undo(Operation.objects.get(pk=op.pk), administrator)
    assert [o.field for o in result.obstacles] == ["email"] and result.operation is None


def test_a_bulk_change_leaves_alone_what_would_break_a_rule(administrator):
    one, other = department(administrator, "Один"), department(administrator, "Два")
    result = change_many(registry["department"], [one.pk, other.pk], {"parent": str(one.pk)}, administrator)
    assert (parent_of(one), parent_of(other)) == (None, one.pk)
    assert list(result.skipped) == [one.pk] and result.changed == 1


def test_an_import_that_would_break_a_rule_rejects_the_row(administrator, tmp_path):
    above = department(administrator, "Продажи")
    department(administrator, "Север", above.pk)
    file = tmp_path / "departments.csv"
    file.write_text("name,parent\nПродажи,Север\nСервис,Север\nЮг,Юг\n", encoding="utf-8")
    mapping = {
        "columns": {"name": "name", "parent": "parent"},
        "keys": ["name"],
        "duplicates": "overwrite",
        "values": {},
    }
    run = carry_out(run_for(registry["department"], file, mapping, administrator))
    assert parent_of(above) is None and not run.error
    assert sorted(r.cells[0] for r in run.rejects.all()) == ["Продажи", "Юг"]
    names = dict(Department.objects.values_list("name", "parent__name"))
    assert names["Сервис"] == "Север" and names["Юг"] is None


def test_no_record_points_to_itself(administrator):
    firm, _op = actions.create(registry["company"], {"name": "Одна"}, administrator)
    with pytest.raises(Invalid) as caught:
        actions.update(registry["company"], firm.pk, {"parent": firm.pk}, administrator)
    assert set(caught.value.errors) == {"parent"}
