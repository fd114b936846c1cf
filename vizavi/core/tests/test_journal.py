"""Operations, history, conflict, undo and redo, the recycle bin; domain rules without HTTP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Conflict, Invalid, NotThere, OutsideOperation, Refused, Unguarded
from vizavi.core.journal import can_undo, history, operation, undo
from vizavi.core.journal.long import Cancelled, Overtaken, begin, interrupt_stale, long_operation, resume
from vizavi.core.models import Change, Operation, ReachKey, TimelineRow
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted

pytestmark = pytest.mark.django_db(transaction=True)


def companies():
    return registry["company"]


def contacts():
    return registry["contact"]


def fresh(record):
    with unrestricted("a test looks at the stored row"):
        return type(record).objects.get(pk=record.pk)


def test_a_row_cannot_be_written_outside_an_operation(ann):
    company = Company(name="Ромашка", owner=ann)
    with pytest.raises(OutsideOperation):
        company.save()
    for write in (
        lambda: Company.objects.update(name="x"),
        lambda: Company.objects.bulk_create([company]),
        lambda: Company.objects.all().delete(),
    ):
        with pytest.raises(OutsideOperation):
            write()


def test_rows_are_not_read_without_a_person_or_a_reason(ann):
    for read in (
        lambda: list(Company.objects.all()),
        lambda: Company.objects.count(),
        lambda: Company.objects.exists(),
        lambda: Company.objects.first(),
        lambda: list(Company.objects.values_list("pk")),
        lambda: list(Company.objects.iterator()),
    ):
        with pytest.raises(Unguarded):
            read()
    assert list(Company.objects.visible_to(ann)) == []


def test_rows_that_passed_do_not_take_others_along(ann, dan):
    actions.create(companies(), {"name": "Чужая"}, ann)
    mine, all_of_them = Company.objects.visible_to(dan), Company.objects.all()
    for together in (mine | all_of_them, mine & all_of_them, mine.union(all_of_them), all_of_them.union(mine)):
        with pytest.raises(Unguarded):
            list(together)
    assert not list(mine | Company.objects.visible_to(dan)) and not list(mine.union(Company.objects.visible_to(dan)))


def test_creating_journals_one_operation_with_one_change(ann):
    company, op = actions.create(companies(), {"name": "Ромашка", "phones": "8 (912) 345-67-89"}, ann)
    change = Change.objects.get(operation=op)
    assert (change.entity, change.record_id, change.action, change.version) == ("company", company.pk, "create", 1)
    assert change.diff["name"] == [None, "Ромашка"]
    assert op.by == ann and op.verb == "company.create" and op.title == "Ромашка"
    assert ReachKey.objects.get(record_id=company.pk, kind="phone").key == "+79123456789"
    assert company.owner == ann


def test_an_edit_that_changes_nothing_leaves_no_trace(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    before = Operation.objects.count()
    record, op = actions.update(companies(), company.pk, {"name": "Ромашка", "comment": ""}, ann)
    assert op is None and record.version == 1 and Operation.objects.count() == before


def test_two_people_who_change_different_fields_both_succeed(ann, ben):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    actions.update(companies(), company.pk, {"inn": "7701234567"}, ann, base=1)
    record, op = actions.update(companies(), company.pk, {"comment": "постоянный"}, ann, base=1)
    assert op is not None and record.inn == "7701234567" and record.comment == "постоянный" and record.version == 3


def test_the_same_field_changed_meanwhile_is_a_conflict_that_writes_nothing(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    actions.update(companies(), company.pk, {"name": "Ромашка-2"}, ann, base=1)
    with pytest.raises(Conflict) as caught:
        actions.update(companies(), company.pk, {"name": "Василёк", "comment": "потерян?"}, ann, base=1)
    [clash] = caught.value.clashes
    assert (clash.field, clash.theirs, clash.by, caught.value.version) == ("name", "Ромашка-2", ann, 2)
    assert fresh(company).comment == ""


def test_the_same_field_changed_to_the_same_value_is_no_conflict(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    actions.update(companies(), company.pk, {"name": "Василёк"}, ann, base=1)
    _record, op = actions.update(companies(), company.pk, {"name": "Василёк"}, ann, base=1)
    assert op is None


def test_undo_and_redo_of_an_edit(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка", "revenue": "1000.50"}, ann)
    _record, op = actions.update(companies(), company.pk, {"name": "Василёк", "revenue": "7"}, ann)
    back = undo(op, ann)
    assert not back.obstacles and fresh(company).name == "Ромашка" and fresh(company).revenue == Decimal("1000.50")
    assert fresh(company).revenue_base == Decimal("1000.50")
    assert not can_undo(op, ann)
    again = undo(back.operation, ann)
    assert not again.obstacles and fresh(company).name == "Василёк"


def test_an_undone_operation_can_be_undone_again_after_its_redo(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    _record, op = actions.update(companies(), company.pk, {"name": "Василёк"}, ann)
    back = undo(op, ann)
    undo(back.operation, ann)
    assert can_undo(op, ann)
    undo(op, ann)
    assert fresh(company).name == "Ромашка"


def test_undo_leaves_a_field_that_was_changed_since_and_undoes_the_others(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка", "comment": "старый"}, ann)
    _record, op = actions.update(companies(), company.pk, {"name": "Василёк", "comment": "новый"}, ann)
    actions.update(companies(), company.pk, {"name": "Лютик"}, ann)
    result = undo(op, ann)
    assert [(o.field, bool(o.message)) for o in result.obstacles] == [("name", True)]
    record = fresh(company)
    assert (record.name, record.comment) == ("Лютик", "старый")


def test_undo_of_a_creation_puts_the_record_into_the_bin_unless_it_was_worked_on(ann):
    company, op = actions.create(companies(), {"name": "Ромашка"}, ann)
    other, op2 = actions.create(companies(), {"name": "Лютик"}, ann)
    actions.update(companies(), other.pk, {"comment": "важно"}, ann)
    assert undo(op, ann).undone == 1
    assert fresh(company).deleted_at is not None
    result = undo(op2, ann)
    assert result.undone == 0 and result.obstacles and fresh(other).deleted_at is None


def test_the_bin_hides_and_gives_back(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    actions.delete(companies(), [company.pk], ann)
    with pytest.raises(NotThere):
        actions.fetch(companies(), company.pk, ann)
    assert list(Company.objects.visible_to(ann)) == []
    actions.restore(companies(), [company.pk], ann)
    assert actions.fetch(companies(), company.pk, ann) == company


def test_history_shows_what_was_written_and_through_relations(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    contact, _ = actions.create(contacts(), {"name": "Ирина Лебедева", "companies": [company.pk]}, ann)
    actions.update(contacts(), contact.pk, {"name": "Ирина Ким"}, ann)
    entries, older = history(companies(), company, Reader(ann))
    assert older is None
    assert [(e.action, e.source.title if e.source else None) for e in entries] == [
        ("update", "Ирина Ким"),
        ("create", "Ирина Ким"),
        ("create", None),
    ]
    [change] = entries[0].changes
    assert (change.before_text, change.after_text) == ("Ирина Лебедева", "Ирина Ким")
    assert TimelineRow.objects.filter(entity="contact", record_id=contact.pk).count() == 2


def test_history_comes_in_pages_that_meet_without_gap_or_overlap(ann):
    company, _ = actions.create(companies(), {"name": "n0"}, ann)
    for n in range(1, 12):
        actions.update(companies(), company.pk, {"name": f"n{n}"}, ann)
    seen, cursor = [], None
    while True:
        entries, cursor = history(companies(), company, Reader(ann), before=cursor, limit=5)
        seen += [e.version for e in entries]
        if cursor is None:
            break
    assert seen == list(range(12, 0, -1))


def test_a_failing_subscriber_undoes_the_whole_operation(ann):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    with pytest.raises(RuntimeError), operation("company.edit", by=ann) as op:
        record = op.lock(Company, [company.pk])[company.pk]
        op.update(record, {"name": "Лютик"})
        raise RuntimeError
    assert fresh(company).name == "Ромашка"
    assert not Operation.objects.filter(verb="company.edit").exists()


def test_operations_do_not_nest(ann):
    with pytest.raises(OutsideOperation), operation("a", by=ann), operation("b", by=ann):
        pass


def test_a_long_operation_is_undone_as_one_and_a_killed_chunk_leaves_nothing(ann):
    entity = companies()
    with pytest.raises(RuntimeError), long_operation("import", by=ann, total=30) as long:
        for start in range(0, 30, 10):
            with long.chunk(row=start + 10) as op:
                op.create([actions.build(entity, {"name": f"Фирма {start + n}"}, ann) for n in range(10)])
                if start == 20:
                    raise RuntimeError("the power goes off")
    row = Operation.objects.get(verb="import")
    assert (row.state, row.changes, row.checkpoint) == (Operation.INTERRUPTED, 20, {"row": 20})
    assert Company.objects.visible_to(ann).count() == 20
    result = undo(row, ann)
    assert result.undone == 20 and not result.obstacles
    assert Company.objects.visible_to(ann).count() == 0


def test_a_process_that_was_taken_for_dead_writes_no_chunk_twice(ann):
    first = begin("import", by=ann, via="command")
    with resume(first) as slow:
        with slow.chunk(row=1) as op:
            op.create([actions.build(companies(), {"name": "Первая"}, ann)])
        with resume(Operation.objects.get(pk=first.pk)) as other, other.chunk(row=2) as op:
            op.create([actions.build(companies(), {"name": "Вторая"}, ann)])
        with pytest.raises(Overtaken), slow.chunk(row=2) as op:
            op.create([actions.build(companies(), {"name": "Вторая"}, ann)])
    assert sorted(c.name for c in Company.objects.visible_to(ann)) == ["Вторая", "Первая"]


def test_cancelling_stops_before_the_next_chunk(ann):
    entity = companies()
    with long_operation("import", by=ann) as long:
        with long.chunk() as op:
            op.create([actions.build(entity, {"name": "Первая"}, ann)])
        Operation.objects.filter(pk=long.row.pk).update(cancel=True)
        with long.chunk() as op:
            op.create([actions.build(entity, {"name": "Вторая"}, ann)])
    row = Operation.objects.get(verb="import")
    assert row.state == Operation.CANCELLED and row.changes == 1
    assert Cancelled is not None and [c.name for c in Company.objects.visible_to(ann)] == ["Первая"]


def test_a_running_operation_without_a_sign_of_life_becomes_interrupted(ann):
    from datetime import timedelta

    from django.utils import timezone

    row = Operation.objects.create(verb="import", by=ann, via="job", state=Operation.RUNNING, beat_at=timezone.now())
    assert interrupt_stale() == 0
    Operation.objects.filter(pk=row.pk).update(beat_at=timezone.now() - timedelta(minutes=5))
    assert interrupt_stale() == 1


def test_errors_come_by_field_and_nothing_is_written(ann):
    with pytest.raises(Invalid) as caught:
        actions.create(
            companies(), {"name": " ", "founded_on": "32.13.2020", "employees": "много", "nonsense": "1"}, ann
        )
    assert set(caught.value.errors) == {"name", "founded_on", "employees", "nonsense"}
    assert Company.objects.visible_to(ann).count() == 0


def test_who_may_only_read_is_refused_with_a_reason(ann, cat):
    _company, op = actions.create(companies(), {"name": "Ромашка"}, ann)
    for attempt in (lambda: actions.create(companies(), {"name": "x"}, cat), lambda: undo(op, cat)):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.reason


def test_a_stranger_finds_nothing(ann, dan):
    company, _ = actions.create(companies(), {"name": "Ромашка"}, ann)
    for attempt in (
        lambda: actions.fetch(companies(), company.pk, dan),
        lambda: actions.update(companies(), company.pk, {"name": "x"}, dan),
        lambda: actions.delete(companies(), [company.pk], dan),
    ):
        with pytest.raises(NotThere):
            attempt()


def test_a_relation_to_a_hidden_record_survives_an_edit_but_cannot_be_made(ann, dan, administrator):
    hidden, _ = actions.create(companies(), {"name": "Чужая"}, ann)
    leads = registry["lead"]
    lead, _ = actions.create(leads, {"name": "Пётр", "company": hidden.pk, "owner": dan.pk}, administrator)
    reader = Reader(dan)
    assert reader.json(leads.fields["company"], lead) is None
    record, op = actions.update(leads, lead.pk, {"name": "Пётр Ким", "company": hidden.pk}, dan)
    assert op is not None and record.company_id == hidden.pk
    other, _ = actions.create(leads, {"name": "Олег"}, dan)
    with pytest.raises(Invalid) as caught:
        actions.update(leads, other.pk, {"company": hidden.pk}, dan)
    assert set(caught.value.errors) == {"company"}
