"""One change of some records inside an operation: what may be changed is, whom it leaves alone is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.actions import prepare, refusals
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import Field
from vizavi.core.journal import Op, operation
from vizavi.core.models import Operation
from vizavi.core.reading import Reader


@dataclass
class BulkResult:
    """What a change of many records did, and whom it skipped: {id: reason}."""

    changed: int = 0
    skipped: dict[int, str] = field(default_factory=dict)
    operation: Operation | None = None


def change_many(
    entity: Entity, ids: Iterable[int], data: Mapping[str, Any] | None, by: Any, *, mode: str = "set", title: str = ""
) -> BulkResult:
    """Change (`data`) or delete (None) these records as one operation, as `bulk_chunk` says. Raises `Invalid`."""
    result = BulkResult()
    with operation(verb_of(entity, data), by=by, title=title) as op:
        bulk_chunk(op, entity, ids, by, data, result, mode)
    result.operation = op.row if op.done else None
    return result


def verb_of(entity: Entity, data: Mapping[str, Any] | None) -> str:
    return f"{entity.name}.{'delete' if data is None else 'bulk'}"


def bulk_chunk(
    op: Op,
    entity: Entity,
    ids: Iterable[int],
    by: Any,
    data: Mapping[str, Any] | None,
    result: BulkResult,
    mode: str = "set",
) -> None:
    """Change (`data`) or delete (None) some records inside an operation, skipping those that may not or cannot be.

    Of fields that hold several values, `mode` may `add` to what is there or `remove` from it. Whom it skipped and why
    is kept beside the operation. Raises `Invalid` when the data make no sense for any record.
    """
    wanted = list(ids)
    action = door.DELETE if data is None else door.CHANGE
    may = set(entity.model.objects.visible_to(by, action).filter(pk__in=wanted).values_list("pk", flat=True))
    seen = set(entity.model.objects.visible_to(by).filter(pk__in=wanted).values_list("pk", flat=True))
    records = op.lock(entity.model, may & seen)
    skipped = {pk: _("You may not change this record.") for pk in wanted if pk not in records and pk in seen}
    if data is None:
        op.delete(list(records.values()))
        result.changed += len(records)
    else:
        reader = Reader(by)
        values = prepare(entity, data, reader, complete=False)
        reader.prefetch(list(records.values()), [entity.fields[n] for n in values])
        todo = {
            pk: {
                n: _joined(entity.fields[n], v, entity.fields[n].value(record), mode, reader) for n, v in values.items()
            }
            for pk, record in records.items()
        }
        for pk, errors in refusals(entity, [(records[pk], own) for pk, own in todo.items()]).items():
            skipped[pk] = str(Invalid({"": [m for messages in errors.values() for m in messages]}))
            del todo[pk]
        try:
            with transaction.atomic():
                result.changed += sum(map(bool, op.update_many([(records[pk], own) for pk, own in todo.items()])))
        except IntegrityError:
            for pk, own in todo.items():
                try:
                    with transaction.atomic():
                        result.changed += bool(op.update(op.lock(entity.model, [pk])[pk], own))
                except IntegrityError:
                    skipped[pk] = _("A value that must be unique is taken.")
    result.skipped |= skipped
    op.skip(entity, skipped)


def _joined(f: Field, value: Any, before: Any, mode: str, reader: Reader) -> Any:
    """What the field of one record gets in a change of many: the value, or what is there with more or fewer items."""
    if mode == "set" or not f.many:
        return f.kept(value, before, reader)
    asked = {f.key_of(item): item for item in value or ()}
    there = {f.key_of(item): item for item in before or ()}
    if mode == "add":
        return list({**there, **{key: item for key, item in asked.items() if key not in there}}.values())
    return [item for key, item in there.items() if key not in asked]
