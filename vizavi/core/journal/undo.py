"""Undo: the inverse of an operation as a new operation, through the door, validation and constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Refused
from vizavi.core.journal.long import begin, resume
from vizavi.core.journal.operation import MERGED_INTO, Op, operation
from vizavi.core.models import Change, Operation
from vizavi.core.records import Journaled, unrestricted

#: Up to so many changes are undone at once, in the request; more become a long operation.
AT_ONCE = 200


@dataclass
class Obstacle:
    """One field (`""`: the whole record) that could not be undone, and why."""

    entity: str
    record_id: int
    title: str
    field: str
    message: str


@dataclass
class UndoResult:
    """What an undo did: the operation that did it (None when nothing could be done) and what stood in its way."""

    operation: Operation | None = None
    undone: int = 0
    obstacles: list[Obstacle] = field(default_factory=list)


def can_undo(row: Operation, user: Any) -> door.Verdict:
    """May this person undo this operation, as a whole? Each record is asked again while it is done."""
    if row.state == Operation.RUNNING:
        return door.Verdict(False, _("It is still running."))
    if row.changes == 0:
        return door.Verdict(False, _("It changed nothing."))
    if (
        not row.verb.startswith("undo")
        and Operation.objects.filter(undoes=row).exclude(undoings__state=Operation.FINISHED).exists()
    ):
        return door.Verdict(False, _("It has been undone already."))
    if row.by_id != user.pk and not door.can(user, door.CHANGE, registry["firm"]):
        return door.Verdict(False, _("Only the person who did it or an administrator may undo it."))
    if Change.objects.filter(operation=row, action=Change.PURGE).exists():
        return door.Verdict(False, _("Records that were deleted for ever cannot be brought back."))
    return door.Verdict(True)


def undo(row: Operation, by: Any, via: str = "page") -> UndoResult:
    """Undo a finished, cancelled or interrupted operation in this process; redo is the undo of an undo.

    A field changed since, a constraint, or a right that is missing is an obstacle of its own and leaves that field (or
    record) as it is; the rest is undone. Raises `Refused` when this person may not undo the operation at all.
    """
    verdict = can_undo(row, by)
    if not verdict:
        raise Refused(verdict.reason)
    result = UndoResult()
    verb, title = ("redo" if row.undoes_id else "undo"), row.title
    if row.changes <= AT_ONCE:
        with operation(verb, by=by, via=via, title=title, undoes=row) as op:
            _undo_rows(op, list(row.rows.order_by("-pk")), by, result)
        result.operation = op.row if op.done else None
        return result
    with resume(begin(verb, by=by, via=via, title=title, total=row.changes, undoes=row)) as long:
        result.operation = long.row
        undo_chunks(long, by, result)
    return result


def undo_chunks(long: Any, by: Any, result: UndoResult) -> None:
    """The chunks of a long undo, from its checkpoint on: newest change first."""
    target = long.row.undoes
    while True:
        rows = target.rows.order_by("-pk")
        if long.checkpoint.get("last"):
            rows = rows.filter(pk__lt=long.checkpoint["last"])
        batch = list(rows[: long.size])
        if not batch:
            return
        known, mark = len(result.obstacles), long.checkpoint
        with long.chunk(last=batch[-1].pk, done=mark.get("done", 0) + len(batch)) as op:
            _undo_rows(op, batch, by, result)
            fresh = result.obstacles[known:]
            for obstacle in fresh:
                op.skip(registry[obstacle.entity], {obstacle.record_id: obstacle.message})
            long.row.checkpoint = {**mark, "skipped": mark.get("skipped", 0) + len(fresh)}


def _undo_rows(op: Op, rows: Sequence[Change], by: Any, result: UndoResult) -> None:
    # Records of one kind with one inverse go together; the order among different records of one operation is free,
    # except that what was created first must still be there while that which hangs on it is undone.
    start = 0
    while start < len(rows):
        end = start
        seen: set[int] = set()
        while (
            end < len(rows)
            and (rows[end].entity, rows[end].action) == (rows[start].entity, rows[start].action)
            and rows[end].record_id not in seen
        ):
            seen.add(rows[end].record_id)
            end += 1
        _undo_alike(op, registry[rows[start].entity], rows[start].action, rows[start:end], by, result)
        start = end


def _undo_alike(op: Op, entity: Entity, action: str, rows: Sequence[Change], by: Any, result: UndoResult) -> None:
    records = op.lock(entity.model, [r.record_id for r in rows])
    todo: list[tuple[Change, Journaled]] = []
    seen = set(entity.model.objects.reach_of(by).filter(pk__in=list(records)).values_list("pk", flat=True))
    allowed = (_allowed(entity, action, records, by) & seen) | {row.record_id for row in rows if row.implied}
    for row in rows:
        record = records.get(row.record_id)
        if record is None:
            result.obstacles.append(Obstacle(entity.name, row.record_id, "", "", _("It was deleted for ever.")))
        elif row.record_id not in allowed:
            result.obstacles.append(Obstacle(entity.name, row.record_id, "", "", _("You may not change this record.")))
        else:
            todo.append((row, record))
    try:
        with transaction.atomic():
            _invert(op, entity, action, todo, result)
    except IntegrityError:
        # One of them breaks a constraint: one by one, so that only that one stays as it is.
        for row, record in todo:
            fresh = op.lock(entity.model, [record.pk])[record.pk]
            try:
                with transaction.atomic():
                    _invert(op, entity, action, [(row, fresh)], result)
            except IntegrityError:
                message = _("Another record stands in the way: a value that must be unique is taken.")
                result.obstacles.append(Obstacle(entity.name, row.record_id, str(record), "", message))
    for obstacle in result.obstacles:
        if obstacle.entity == entity.name and obstacle.record_id in records.keys() - seen:
            obstacle.title = ""


def _allowed(entity: Entity, action: str, records: dict[int, Journaled], by: Any) -> set[int]:
    verb = {Change.CREATE: door.DELETE, Change.RESTORE: door.DELETE}.get(
        action, door.CHANGE if action == Change.UPDATE else door.DELETE
    )
    own = {pk for pk, r in records.items() if action == Change.CREATE and r.created_by_id == by.pk}
    reach = entity.model.objects.reach_of(by, verb).filter(pk__in=list(records)).values_list("pk", flat=True)
    return set(reach) | own


def _invert(op: Op, entity: Entity, action: str, todo: Sequence[tuple[Change, Journaled]], result: UndoResult) -> None:
    if action == Change.UPDATE:
        gone = _gone(entity, [row for row, _record in todo])
        wanted = [(record, _values_before(entity, row, record, op.by, gone, result)) for row, record in todo]
        implied = {row.record_id for row, _record in todo if row.implied}
        # What is refused may be right once the others are back.
        refused = actions.refusals(entity, [(record, values) for record, values in wanted if values])
        late = [w for w in wanted if w[0].pk in refused]
        result.undone += sum(map(bool, op.update_many([w for w in wanted if w[0].pk not in refused], implied=implied)))
        _keep_rules(entity, late, result)
        result.undone += sum(map(bool, op.update_many(late, implied=implied)))
    elif action in (Change.CREATE, Change.RESTORE):
        fresh = [
            record for row, record in todo if action == Change.RESTORE or _untouched(entity, row, record, op, result)
        ]
        merged = {row.record_id: row.diff[MERGED_INTO][0] for row, _r in todo if MERGED_INTO in row.diff}
        op.delete(fresh, into=merged if action == Change.RESTORE else None)
        result.undone += len(fresh)
    else:
        op.restore([record for _row, record in todo])
        result.undone += len(todo)


def _untouched(entity: Entity, row: Change, record: Journaled, op: Op, result: UndoResult) -> bool:
    """A record made by the operation and worked on since by others is not swept away with it."""
    if reason := record.in_use():
        result.obstacles.append(Obstacle(entity.name, record.pk, str(record), "", reason))
        return False
    if record.version == row.version or record.deleted_at is not None:
        return record.deleted_at is None
    for f in entity.journaled:
        if f.name == "created_at":
            continue
        after = row.diff.get(f.name, [None, None])[1]
        now = f.to_json(f.value(record))
        if now != after and not (f.is_empty(now) and f.is_empty(after)):
            result.obstacles.append(Obstacle(entity.name, record.pk, str(record), f.name, _("It was changed since.")))
            return False
    return True


def _gone(entity: Entity, rows: Sequence[Change]) -> set[tuple[str, int]]:
    """What these changes pointed to and is there no longer, not even in the recycle bin: (entity, id)."""
    wanted: dict[Entity, set[int]] = {}
    for row in rows:
        for target, pk in _before(entity, row):
            wanted.setdefault(target, set()).add(pk)
    found = set()
    for target, ids in wanted.items():
        with unrestricted("a link to nothing would break the constraint; whose it is does not matter"):
            there = set(target.model.objects.filter(pk__in=ids).values_list("pk", flat=True))
        found |= {(target.name, pk) for pk in ids - there}
    return found


def _before(entity: Entity, row: Change, *names: str) -> list[tuple[Entity, int]]:
    """What the fields (all of them, when none is named) of a change pointed to before it."""
    known = {n: entity.fields[n] for n in names or row.diff if n in entity.fields and row.diff[n][0] is not None}
    return [to for name, f in known.items() for to in f.points_to(f.from_json(row.diff[name][0]))]


def _keep_rules(entity: Entity, wanted: Sequence[tuple[Journaled, dict[str, Any]]], result: UndoResult) -> None:
    """Leave out what the model's own rules refuse: the fields that they name, else all of the record."""
    for whole in (False, True):
        refused = actions.refusals(entity, [(record, values) for record, values in wanted if values])
        for record, values in wanted:
            for name, messages in refused.get(record.pk, {}).items():
                result.obstacles.append(Obstacle(entity.name, record.pk, str(record), name, " ".join(messages)))
                for known in list(values) if whole or name not in values else [name]:
                    del values[known]


def _values_before(
    entity: Entity, row: Change, record: Journaled, by: Any, gone: set[tuple[str, int]], result: UndoResult
) -> dict[str, Any]:
    access = door.fields(by, entity)
    values = {}
    for name, (before, after) in row.diff.items():
        f = entity.fields.get(name)
        message = ""
        if f is None:
            message = _("This field is no longer there.")
        elif not (row.implied or access.writes(name)):
            message = _("You may not change this field.")
        elif any((target.name, pk) in gone for target, pk in _before(entity, row, name)):
            message = _("What it pointed to was deleted for ever.")
        else:
            now = f.to_json(f.value(record))
            if now != after and not (f.is_empty(now) and f.is_empty(after)):
                message = _("It was changed since.") if now != before else ""
                if not message:
                    continue
            else:
                try:
                    values[name] = f.parse(before) if name != "created_at" else f.from_json(before)
                except ValidationError as error:
                    message = " ".join(error.messages)
        if message:
            result.obstacles.append(Obstacle(entity.name, record.pk, str(record), name, message))
    return values
