"""Rows into records: tried without a trace, or written chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import ChoiceField, EmailsField, Field, PhonesField, RelationField
from vizavi.core.fold import sort_key
from vizavi.core.journal.long import LongOp
from vizavi.core.journal.operation import Op
from vizavi.core.models import ReachKey
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.exchange.mapping import CREATE, SKIP, Mapping
from vizavi.exchange.readers import Table

COUNTS = ("created", "updated", "skipped", "rejected")


@dataclass
class Row:
    """One row of the file: its number in it, the values that it means, or why it means none."""

    number: int
    cells: list[Any]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What an import does or would do: counts, and the first rows that it cannot take."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    rejected: int = 0
    rows: int = 0
    problems: list[Row] = field(default_factory=list)


class Importer:
    """One file, one mapping, one person. Raises `Refused` when this person may not import at all."""

    def __init__(self, entity: Entity, table: Table, mapping: Mapping, by: Any):
        actions.permit(by, door.IMPORT, entity)
        actions.permit(by, door.CREATE, entity)
        self.entity, self.table, self.mapping, self.by = entity, table, mapping, by
        self.reader = Reader(by)
        self.columns = [
            (n, entity.fields[mapping.columns[h]]) for n, h in enumerate(table.headers) if h in mapping.columns
        ]
        # A record may point to one that stands further down in the same file: those come in a second pass.
        self.later = [(n, f) for n, f in self.columns if isinstance(f, RelationField) and f.target is entity]
        self.key = entity.fields[mapping.key] if mapping.key else None
        self._names: dict[tuple[str, str], int | str] = {}

    # -- one row ---------------------------------------------------------------------------------------------------

    def read(self, number: int, cells: list[Any]) -> Row:
        """The values of a row, or what is wrong with it, by the column's heading."""
        row = Row(number, cells)
        for at, f in self.columns:
            raw = cells[at]
            if raw is None or (isinstance(raw, str) and not raw.strip()) or (at, f) in self.later:
                continue
            try:
                row.values[f.name] = self.value(f, raw)
            except ValidationError as error:
                row.errors.append(f"{self.table.headers[at]}: {' '.join(error.messages)}")
        if self.key is not None and self.key.name in row.values:
            row.keys = keys_of(self.key, row.values[self.key.name])
        return row

    def value(self, f: Field, raw: Any) -> Any:
        """One cell as a value. Raises `ValidationError`."""
        if isinstance(f, ChoiceField):
            text = str(raw).strip()
            mapped = self.mapping.values.get(f.name, {}).get(text)
            if mapped == "":
                return None
            raw = mapped or text
        if isinstance(f, RelationField):
            return self.related(f, str(raw))
        return f.parse(raw)

    def related(self, f: RelationField, text: str) -> int:
        """The id that a name means, looked up once. Raises `ValidationError`."""
        known = self._names.get((f.target.name, text))
        if known is None:
            try:
                known = f.value_by_name(text, self.reader)
            except ValidationError as error:
                known = " ".join(error.messages)
            self._names[f.target.name, text] = known
        if isinstance(known, str):
            raise ValidationError(known)
        return known

    # -- many rows -------------------------------------------------------------------------------------------------

    def sort_out(self, rows: list[Row], seen: set[str]) -> tuple[list[Journaled], list[tuple[Row, int]], list[Row]]:
        """New records, rows that update a record (with its id), rows that are left alone; the rest gets errors.

        `seen` are keys that this file has brought already.
        """
        fresh: list[Journaled] = []
        updates: list[tuple[Row, int]] = []
        skipped: list[Row] = []
        known = self.known([k for row in rows for k in row.keys]) if self.mapping.duplicates != CREATE else {}
        for row in rows:
            if row.errors:
                continue
            there = next((known[k] for k in row.keys if k in known), None)
            twice = self.mapping.duplicates != CREATE and any(k in seen for k in row.keys)
            if there is None and not twice:
                record = self.make(row)
                if record is not None:
                    fresh.append(record)
                    seen.update(row.keys)
            elif there is None or self.mapping.duplicates == SKIP:
                skipped.append(row)
            else:
                updates.append((row, there))
        return fresh, updates, skipped

    def make(self, row: Row) -> Journaled | None:
        """A new record of a row, checked; None (and errors) when it cannot be."""
        for f in self.entity.fields.values():
            if f.needed and f.is_empty(row.values.get(f.name)):
                row.errors.append(_("“%(name)s” is empty.") % {"name": f.label})
        if row.errors:
            return None
        record = actions.build(self.entity, row.values, self.by)
        verdict = door.can(self.by, door.CREATE, self.entity, record)
        if not verdict:
            row.errors.append(verdict.reason)
            return None
        try:
            actions.check(self.entity, record)
        except Invalid as error:
            row.errors += [m for messages in error.errors.values() for m in messages]
            return None
        return record

    def known(self, keys: list[str]) -> dict[str, int]:
        """Which of these keys are taken by records that this person sees: {key: id}."""
        if not keys or self.key is None:
            return {}
        rows = self.entity.model.objects.visible_to(self.by)
        if isinstance(self.key, PhonesField | EmailsField):
            held = ReachKey.objects.filter(entity=self.entity.name, field=self.key.name, key__in=keys)
            pairs = dict(held.values_list("key", "record_id"))
            seen = set(rows.filter(pk__in=pairs.values()).values_list("pk", flat=True))
            return {key: pk for key, pk in pairs.items() if pk in seen}
        column = self.key.lookup
        return dict(rows.filter(**{f"{column}__in": keys}).order_by("-pk").values_list(column, "pk"))

    def changeable(self, ids: Iterable[int]) -> set[int]:
        """Of these, what this person may edit."""
        rows = self.entity.model.objects.visible_to(self.by, door.CHANGE).filter(pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))

    # -- the whole -------------------------------------------------------------------------------------------------

    def rows(self, start: int = 0) -> Iterator[Row]:
        """Rows from this one on; numbers count the rows under the headings from 1."""
        for number, cells in enumerate(islice(self.table.rows(), start, None), start + 1):
            yield self.read(number, cells)

    def try_out(self, most: int | None = None, show: int = 50) -> Report:
        """What the import would do, without writing anything; `most` looks only at the first rows."""
        report, seen = Report(), set[str]()
        rows = islice(self.rows(), most)
        while chunk := list(islice(rows, 500)):
            fresh, updates, skipped = self.sort_out(chunk, seen)
            may = self.changeable(pk for _row, pk in updates)
            for row, pk in updates:
                if pk not in may:
                    row.errors.append(_("You may not change the record that is already there."))
            bad = [row for row in chunk if row.errors]
            report.rows += len(chunk)
            report.created += len(fresh)
            report.skipped += len(skipped)
            report.updated += sum(1 for row, pk in updates if pk in may)
            report.rejected += len(bad)
            report.problems += bad[: max(0, show - len(report.problems))]
        return report

    def run(self, long: LongOp, reject: Callable[[list[Row]], None]) -> None:
        """Write the file from the checkpoint on; `reject` keeps the refused rows, in the transaction of their chunk."""
        if long.checkpoint.get("phase", 1) == 1:
            self._write(long, reject)
        if self.later:
            self._link(long, reject)

    def _write(self, long: LongOp, reject: Callable[[list[Row]], None]) -> None:
        done = int(long.checkpoint.get("row", 0))
        counts = {name: int(long.checkpoint.get(name, 0)) for name in COUNTS}
        rows = self.rows(done)
        while chunk := list(islice(rows, long.size)):
            now = dict(counts)
            mark = {"row": chunk[-1].number}
            with long.chunk(**mark) as op:
                fresh, updates, skipped = self.sort_out(chunk, set())
                op.create(fresh)
                now["created"] += len(fresh)
                now["skipped"] += len(skipped)
                now["updated"] += self._update(op, updates)
                bad = [row for row in chunk if row.errors]
                now["rejected"] += len(bad)
                reject(bad)
                long.row.checkpoint = {**long.row.checkpoint, **now}
            counts = now
        with long.chunk(phase=2, row2=0):
            pass

    def _update(self, op: Op, updates: list[tuple[Row, int]]) -> int:
        may = self.changeable(pk for _row, pk in updates)
        records = op.lock(self.entity.model, may)
        wanted = []
        for row, pk in updates:
            if pk in records:
                wanted.append((records[pk], row.values))
            else:
                row.errors.append(_("You may not change the record that is already there."))
        # One record may be named by two rows of a chunk: the later row counts, on top of the earlier.
        merged: dict[int, dict[str, Any]] = {}
        for record, values in wanted:
            merged[record.pk] = {**merged.get(record.pk, {}), **values}
        changes = [(records[pk], values) for pk, values in merged.items()]
        refused = actions.refusals(self.entity, changes)
        for row, pk in updates:
            row.errors += [m for messages in refused.get(pk, {}).values() for m in messages]
        op.update_many([(record, values) for record, values in changes if record.pk not in refused])
        return sum(1 for record, _values in wanted if record.pk not in refused)

    def _link(self, long: LongOp, reject: Callable[[list[Row]], None]) -> None:
        """The second pass: records of the file that point to others of the same kind."""
        rows = self.rows(int(long.checkpoint.get("row2", 0)))
        while chunk := list(islice(rows, max(200, long.size))):
            with long.chunk(row2=chunk[-1].number) as op:
                bad = self._link_chunk(op, [row for row in chunk if not row.errors])
                reject(bad)

    def _link_chunk(self, op: Op, chunk: list[Row]) -> list[Row]:
        wanted: list[tuple[Row, int, dict[str, int]]] = []
        bad: list[Row] = []
        for row in chunk:
            links: dict[str, int] = {}
            for at, f in self.later:
                text = str(row.cells[at] or "").strip()
                if not text:
                    continue
                try:
                    links[f.name] = self.related(f, text)  # type: ignore[arg-type]
                except ValidationError as error:
                    row.errors.append(f"{self.table.headers[at]}: {' '.join(error.messages)}")
                    bad.append(row)
            own = self._own(row) if links else None
            if own is not None:
                wanted.append((row, own, links))
        may = self.changeable(pk for _row, pk, _links in wanted)
        records = op.lock(self.entity.model, may)
        pairs = [(records[pk], links) for _row, pk, links in wanted if pk in records]
        changes = {record.pk: (record, links) for record, links in pairs}
        refused = actions.refusals(self.entity, changes.values())
        op.update_many([change for pk, change in changes.items() if pk not in refused])
        for row, pk, _links in wanted:
            if pk in refused:
                row.errors += [m for messages in refused[pk].values() for m in messages]
                bad.append(row)
        return bad

    def _own(self, row: Row) -> int | None:
        """The record that a row has made or met: by the key, else by its title."""
        known = self.known(row.keys)
        if known:
            return next(iter(known.values()))
        title = row.values.get(self.entity.title)
        found = self.entity.by_title(str(title), self.by) if title else []
        return found[-1] if found else None


def keys_of(f: Field, value: Any) -> list[str]:
    """The comparable forms of a key value: folded text, numbers in E.164, addresses in lower case."""
    if isinstance(f, PhonesField | EmailsField):
        return [key for item in value or () if (key := f.key_of(item))]
    text = (sort_key(value) if getattr(f, "keyed", False) else value) if value else ""
    return [text] if text else []
