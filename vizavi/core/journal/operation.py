"""Operations: the only place where journaled rows are written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from vizavi.core.columns import Derived, derived_from
from vizavi.core.dialect import insert_rows, write_rows
from vizavi.core.entity import Entity
from vizavi.core.errors import Clash, Conflict, OutsideOperation
from vizavi.core.models import Change, Forward, Operation, Skipped
from vizavi.core.records import Journaled, writing

#: In the diff of a record that went into the bin, or came back: into which other it was merged.
MERGED_INTO = "merged_into"

_current: ContextVar[Op | None] = ContextVar("vizavi_operation", default=None)


@dataclass
class Changed:
    """One record as an operation left it, for subscribers."""

    entity: Entity
    record: Journaled
    action: str
    diff: dict[str, list[Any]]
    row: Change

    def touches(self, *names: str) -> bool:
        return self.action != Change.UPDATE or any(n in self.diff for n in names)


Subscriber = Callable[["Op", Sequence[Changed]], None]
_subscribers: list[Subscriber] = []


def on_change(subscriber: Subscriber) -> Subscriber:
    """Decorator: call this with all that an operation changed, inside its transaction.

    A subscriber writes only derived data, in bulk, and never bumps a version; all else is a job that it enqueues.
    """
    _subscribers.append(subscriber)
    return subscriber


class Op:
    """An operation under way. All its writes are in one transaction (one chunk of it, for a long operation)."""

    def __init__(self, row: Operation):
        self.row = row
        self._pending: list[Changed] = []
        self._skipped: list[Skipped] = []
        self.at = timezone.now()

    @property
    def by(self) -> Any:
        return self.row.by

    @property
    def done(self) -> bool:
        """Whether anything was changed: an operation that changes nothing leaves no trace."""
        return self.row.pk is not None

    def _row(self) -> Operation:
        if self.row.pk is None:
            self.row.at = self.at
            self.row.save()
        return self.row

    def _note(
        self, changed: list[tuple[Entity, Journaled, str, dict[str, list[Any]]]], implied: Collection[int] = ()
    ) -> None:
        if not changed:
            return
        operation = self._row()
        rows = [
            Change(
                operation=operation, entity=e.name, record_id=r.pk, action=action, version=r.version, diff=diff,
                implied=r.pk in implied,
            )
            for e, r, action, diff in changed
        ]  # fmt: skip
        insert_rows(rows)
        operation.changes += len(rows)
        if operation.record_id is None and len(rows) == operation.changes:
            operation.entity = rows[0].entity
            # One record: the operation is about it. Several: only their kind is known.
            operation.record_id = rows[0].record_id if len(rows) == 1 else None
            operation.title = operation.title or (str(changed[0][1])[:300] if len(rows) == 1 else "")
        self._pending += [Changed(*c, row) for c, row in zip(changed, rows, strict=True)]

    def lock(self, model: type[Journaled], ids: Iterable[int]) -> dict[int, Journaled]:
        """Fresh rows by id, locked until the end of the transaction (SQLite holds the one write lock anyway)."""
        rows = model.objects.filter(pk__in=list(ids))
        if transaction.get_connection().features.has_select_for_update:
            rows = rows.select_for_update(of=("self",))
        with writing():
            return {r.pk: r for r in rows.order_by("pk")}

    def create(self, records: Sequence[Journaled]) -> None:
        """Insert new records; ids are set. The values must have been validated (`core.actions` does)."""
        if not records:
            return
        entity = records[0].entity()
        for record in records:
            record.version = 1
            record.updated_at = self.at
            if record.created_by_id is None:
                record.created_by = self.by
            record.updated_by = self.by
            held = {f.name: value for f in entity.journaled if not f.is_empty(value := f.value(record))}
            for name, value in record.follow(held).items():
                entity.fields[name].assign(record, value)
        insert_rows(records)
        changed, fields = [], entity.journaled
        for record in records:
            diff = {}
            for f in fields:
                value = f.value(record)
                if not f.is_empty(value) and f.name != "created_at":
                    diff[f.name] = [None, f.to_json(value)]
            changed.append((entity, record, Change.CREATE, diff))
        self._note(changed)

    def update(self, record: Journaled, values: dict[str, Any], base: int | None = None) -> dict[str, list[Any]]:
        """Set these fields of a locked record; returns what really changed.

        `base` is the version that the writer saw. Raises `Conflict` when one of these fields was changed after it to
        something else; fields that nobody else touched do not conflict.
        """
        return self.update_many([(record, values)], base=base)[0]

    def update_many(
        self, wanted: Sequence[tuple[Journaled, dict[str, Any]]], base: int | None = None, implied: Collection[int] = ()
    ) -> list[dict[str, list[Any]]]:
        """As `update`, for many records of one entity in a few statements.

        `implied` are ids of those that follow from what is done to others: undone with it, whatever the door says.
        """
        diffs: list[dict[str, list[Any]]] = []
        touched: list[tuple[Entity, Journaled, str, dict[str, list[Any]]]] = []
        for record, values in wanted:
            entity = record.entity()
            if self.row.undoes_id is None:
                values = {**values, **record.follow(values)}
            diff = {}
            for name, value in values.items():
                f = entity.fields[name]
                before = f.to_json(f.value(record))
                after = f.to_json(f.blank() if value is None else value)
                if before != after and not (f.is_empty(before) and f.is_empty(after)):
                    diff[name] = [before, after]
            if base is not None and diff and base < record.version:
                self._check_clashes(entity, record, diff, base)
            for name in diff:
                entity.fields[name].assign(record, values[name])
            if diff:
                touched.append((entity, record, Change.UPDATE, diff))
            diffs.append(diff)
        self._write([(record, set(diff)) for _e, record, _a, diff in touched])
        self._note(touched, implied)
        return diffs

    def check_unchanged(self, record: Journaled, base: int) -> None:
        """Raises `Conflict` when any field of a locked record was changed after the version that the writer saw."""
        if base < record.version:
            entity = record.entity()
            now = {f.name: [f.to_json(f.value(record)), None] for f in entity.journaled}
            self._check_clashes(entity, record, now, base)

    def _check_clashes(self, entity: Entity, record: Journaled, diff: dict[str, list[Any]], base: int) -> None:
        since = Change.objects.filter(entity=entity.name, record_id=record.pk, version__gt=base).select_related(
            "operation__by"
        )
        clashes = {
            name: Clash(name, diff[name][0], row.operation.by, row.operation.at)
            for row in since.order_by("version")
            for name in row.diff
            if name in diff
        }
        if clashes:
            raise Conflict(list(clashes.values()), record.version)

    def _write(self, records: Sequence[tuple[Journaled, set[str]]], extra: Sequence[str] = ()) -> None:
        """UPDATE the named fields (and the columns derived from them), grouped by the set of columns."""
        groups: dict[tuple[type[Journaled], frozenset[str]], list[Journaled]] = {}
        for record, names in records:
            record.version += 1
            record.updated_at, record.updated_by = self.at, self.by
            stored = {record.entity().fields[name].store.column for name in names}
            groups.setdefault((type(record), frozenset(stored)), []).append(record)
        for (model, changed), rows in groups.items():
            named = (*sorted(changed), *extra, "version", "updated_at", "updated_by")
            columns: list[Any] = [model._meta.get_field(n) for n in named]
            columns += derived_from(model, set(changed))
            write_rows(model, columns, [(r.pk, [_stored(c, r) for c in columns]) for r in rows])

    def delete(self, records: Sequence[Journaled], into: Mapping[int, int] | None = None) -> None:
        """Put live records into the recycle bin; `into` says of those that were merged into which others."""
        self._bin(records, self.at, Change.DELETE, {pk: [None, other] for pk, other in (into or {}).items()})

    def restore(self, records: Sequence[Journaled]) -> None:
        """Take records out of the recycle bin."""
        ids = [r.pk for r in records]
        merged = Forward.objects.filter(entity=records[0].entity().name, record_id__in=ids) if ids else []
        self._bin(records, None, Change.RESTORE, {f.record_id: [f.into_id, None] for f in merged})

    def _bin(self, records: Sequence[Journaled], at: Any, action: str, merged: Mapping[int, list[Any]]) -> None:
        moved = [r for r in records if (r.deleted_at is None) != (at is None)]
        for record in moved:
            record.deleted_at = at
        self._write([(r, set()) for r in moved], extra=("deleted_at",))
        diffs = {pk: {MERGED_INTO: change} for pk, change in merged.items()}
        self._note([(r.entity(), r, action, diffs.get(r.pk, {})) for r in moved])

    def purge(self, records: Sequence[Journaled]) -> None:
        """Remove records for ever; their history stays, undo ends. Who may do that is the caller's question."""
        for record in records:
            record.version += 1
        self._note([(r.entity(), r, Change.PURGE, {}) for r in records])
        by_model: dict[type[Journaled], list[int]] = {}
        for record in records:
            by_model.setdefault(type(record), []).append(record.pk)
        with writing():
            for model, ids in by_model.items():
                model.objects.filter(pk__in=ids).delete()

    def skip(self, entity: Entity, reasons: dict[int, str]) -> None:
        """Remember whom this operation left alone, and why. An operation that did nothing else leaves no trace."""
        self._skipped += [Skipped(entity=entity.name, record_id=pk, reason=r[:500]) for pk, r in reasons.items()]

    def flush(self) -> None:
        """Tell the subscribers what has changed since the last time, and store the counts."""
        while self._pending:
            changed, self._pending = self._pending, []
            for subscriber in _subscribers:
                subscriber(self, changed)
        if self.row.pk is not None:
            # Somebody may ask it to stop at this very moment: that is not overwritten.
            self.row.save(
                update_fields=[f.name for f in Operation._meta.concrete_fields if f.name not in ("id", "cancel")]
            )
            for row in self._skipped:
                row.operation = self.row
            Skipped.objects.bulk_create(self._skipped, batch_size=500)
            self._skipped = []


def _stored(column: models.Field, record: Journaled) -> Any:
    return column.pre_save(record, False) if isinstance(column, Derived) else getattr(record, column.attname)


@contextmanager
def operation(
    verb: str, *, by: Any, via: str = "page", title: str = "", undoes: Operation | None = None
) -> Iterator[Op]:
    """One act: a transaction, one Operation row and its changes, or nothing at all.

    `verb` is the domain's word (`company.edit`, `deal.won`), `via` says through what (page, api, import, form, job …).
    Operations do not nest: an inner one would be a second act.
    """
    if _current.get() is not None:
        raise OutsideOperation("an operation is already under way; hand its Op on instead of starting another")
    with transaction.atomic():
        op = Op(Operation(by=by, via=via, verb=verb, title=title[:300], undoes=undoes))
        token = _current.set(op)
        try:
            yield op
            op.flush()
        finally:
            _current.reset(token)
