"""Rows into records: tried without a trace, or written chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import Field
from vizavi.core.journal.long import LongOp
from vizavi.core.journal.operation import Op
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.exchange.mapping import CREATE, FILL, SKIP, Mapping, key_fields, required
from vizavi.exchange.matching import Book, Known, pointing
from vizavi.exchange.models import Origin
from vizavi.exchange.outcome import Report, Sorted, doubts
from vizavi.exchange.rows import Part, Problem, Row, RowReader, mended
from vizavi.tables import Table

#: Rows of a trial that are looked at together.
TRIED = 500


class Importer:
    """One file, one mapping, one person. Raises `Refused` when this person may not import at all.

    `fixes` are corrections by row and column, `{"48": {"2": "7801234561"}}`; None instead of columns leaves a row out.
    """

    def __init__(self, entity: Entity, table: Table, mapping: Mapping, by: Any, fixes: dict[str, Any] | None = None):
        actions.permit(by, door.IMPORT, entity)
        actions.permit(by, door.CREATE, entity)
        self.entity, self.table, self.mapping, self.by = entity, table, mapping, by
        self.fixes = fixes or {}
        self.reader = Reader(by)
        self.rows_of = RowReader(entity, table, mapping, self.reader)
        self.required = list(required(entity))
        # Numbers of the other program that this run has made a record of.
        self.made: set[str] = set()
        self.books = self._books()

    def _books(self) -> dict[str, Book]:
        """Empty books: of the entity itself (""), and of what is made beside it."""
        keys = [self.entity.fields[name] for name in self.mapping.keys]
        books = {"": Book(self.entity, keys, self.by)}
        for name, f in self.rows_of.relations.items():
            books[name] = Book(f.target, key_fields(f.target, self.reader), self.by)  # type: ignore[attr-defined]
        return books

    # -- a chunk ---------------------------------------------------------------------------------------------------

    def sort_out(self, rows: list[Row]) -> Sorted:
        """What these rows come to, in their order; a row that cannot be taken gets its problems."""
        found = Sorted()
        own = self.books[""]
        good = [row for row in rows if not row.problems]
        for row in good:
            self.rows_of.know(row, own.wanted(row.own.values))
        if self.mapping.duplicates != CREATE:
            own.load((row.keys, row.origin) for row in good)
        for name, book in self.books.items():
            if name:
                book.load((book.wanted(row.related[name].values), "") for row in good if name in row.related)
        changeable = self._changeable()
        for row in good:
            self._take(row, found, changeable)
        return found

    def _changeable(self) -> dict[str, set[int]]:
        """The ids of the loaded records that this person may edit; nobody asks when nothing is changed."""
        if self.mapping.duplicates == SKIP:
            return {name: set() for name in self.books}
        found = {}
        for name, book in self.books.items():
            fresh = [k for k in book.loaded() if k.record is None]
            book.changeable |= book.may_change(fresh)
            book.attach(fresh)
            found[name] = book.changeable
        return found

    def _take(self, row: Row, found: Sorted, changeable: dict[str, set[int]]) -> None:
        book, values = self.books[""], row.own.values
        known = None
        if self.mapping.duplicates != CREATE:
            known = book.find(row.keys, row.origin, book.called(values))
        # One record may take several rows of the file, one for each of its products: they have one number.
        if (known and self.mapping.duplicates == SKIP) or (row.id and row.origin in self.made and known is None):
            found.skipped.append((row, known))
            return
        record = self._build(row, self.entity, values, self.required) if known is None else None
        different = self._difference(row, book, known, values) if known else {}
        may = known is None or known.id is None or known.id in changeable[""]
        if different and not may:
            row.refuse(_("You may not change the record that is already there."))
        beside = self._beside(row) if not row.problems else {}
        if row.problems:
            return
        changed = bool(different)
        if known is not None:
            self._change(book, known, different, found, "")
        elif record is not None:
            known = book.add(record, values, row.origin)
            if row.id:
                self.made.add(row.origin)
            found.fresh.append((row, known))
        assert known is not None
        for name, (part, other, made) in beside.items():
            if made:
                found.beside.setdefault(name, []).append(other)
            elif other.id is None or other.id in changeable[name]:
                try:
                    more = self._difference(None, self.books[name], other, part.values)
                except Invalid:
                    more = {}
                self._change(self.books[name], other, more, found, name)
                changed |= bool(more)
            if may:
                changed |= self._link(known, self.rows_of.relations[name], other, part.role, found)
        if row.doubts:
            found.doubtful.append((row, known))
        if record is None:
            found.updated += changed
            if not changed:
                found.skipped.append((row, known))

    def _beside(self, row: Row) -> dict[str, tuple[Part, Known, bool]]:
        """The related records that a row names: found, or made (then True)."""
        result: dict[str, tuple[Part, Known, bool]] = {}
        for name, part in row.related.items():
            book = self.books[name]
            keys = book.wanted(part.values)
            # Without a name and a number nobody knows which one is meant.
            if not keys:
                continue
            known = book.find(keys, "", [])
            if known is not None:
                result[name] = (part, known, False)
                continue
            record = self._build(row, book.entity, part.values, list(required(book.entity)))
            if record is not None:
                result[name] = (part, book.add(record, part.values), True)
        return result

    def _difference(self, row: Row | None, book: Book, known: Known, values: dict[str, Any]) -> dict[str, Any]:
        """What these values would fill in or overwrite in a record, checked by the model's own rules.

        A row that breaks them gets the problems; without a row `Invalid` is raised.
        """
        if self.mapping.duplicates in (SKIP, CREATE) or known.record is None:
            return {}
        entity, different = book.entity, {}
        before = {name: entity.fields[name].value(known.record) for name in values}
        for name, value in values.items():
            f = entity.fields[name]
            if f.is_empty(value) or (self.mapping.duplicates == FILL and not f.is_empty(before[name])):
                continue
            if f.to_json(value) != f.to_json(before[name]):
                different[name] = value
                f.assign(known.record, value)
        try:
            if different:
                actions.check(entity, known.record, different)
        except Invalid as error:
            for name in different:
                entity.fields[name].assign(known.record, before[name])
            if row is None:
                raise
            self._complain(row, entity, error)
        self._doubt(row, entity, known.record, different)
        return different

    def _change(self, book: Book, known: Known, different: dict[str, Any], found: Sorted, name: str) -> None:
        if different:
            book.change(known, different)
            if known.id is not None:
                found.changed.setdefault(name, {})[known.id] = known

    def _link(self, known: Known, f: Any, other: Known, role: str, found: Sorted) -> bool:
        """Point a record to another one; was it not so before?"""
        linked = known.linked.setdefault(f.name, [])
        now = f.value(known.record)
        ids = [item["id"] if isinstance(item, dict) else item for item in (now if isinstance(now, list) else [now])]
        if other in linked or (other.id is not None and other.id in ids):
            return False
        if self.mapping.duplicates == FILL and (linked or not f.is_empty(now)):
            return False
        linked.append(other)
        found.links.append((known, f, other, role))
        if known.id is not None:
            found.changed.setdefault("", {})[known.id] = known
        return True

    def _build(self, row: Row, entity: Entity, values: dict[str, Any], needed: list[Field]) -> Journaled | None:
        for f in needed:
            if f.is_empty(values.get(f.name)):
                row.refuse(_("“%(name)s” is empty.") % {"name": f.label}, self._column(entity, f))
        if row.problems:
            return None
        record = actions.build(entity, values, self.by)
        verdict = door.can(self.by, door.CREATE, entity, record)
        if not verdict:
            row.refuse(verdict.reason)
            return None
        try:
            actions.check(entity, record)
        except Invalid as error:
            self._complain(row, entity, error)
            return None
        self._doubt(row, entity, record, values)
        return record

    def _doubt(self, row: Row | None, entity: Entity, record: Journaled, values: dict[str, Any]) -> None:
        """Note what is taken although it looks wrong."""
        if row is not None and values:
            row.doubts += [Problem(self._column(entity, f), text) for f, text in doubts(entity, record, values)]

    def _complain(self, row: Row, entity: Entity, error: Invalid) -> None:
        for name, messages in error.errors.items():
            f = entity.fields.get(name)
            row.refuse(" ".join(messages), self._column(entity, f) if f else None)

    def _column(self, entity: Entity, f: Field) -> int | None:
        """The column in which a field stands."""
        return next((n for n, t in self.rows_of.columns if t.entity is entity and t.field is f), None)

    # -- the whole -------------------------------------------------------------------------------------------------

    def rows(self, start: int = 0) -> Iterator[Row]:
        """Rows from this one on; numbers count the rows under the headings from 1. Rows that are left out are not there."""
        for number, cells in enumerate(self.table.rows(), 1):
            if number <= start:
                if self.mapping.duplicates == CREATE:
                    row = self.rows_of.read(number, cells)
                    self.rows_of.know(row, {})
                    self.made.add(row.origin if row.id else "")
                continue
            fix = self.fixes.get(str(number), {})
            if fix is None:
                continue
            yield self.rows_of.read(number, mended(cells, fix, len(self.table.headers)))

    def try_out(self, show: int = 200) -> Report:
        """What the import would do, without writing anything."""
        report = Report()
        rows = self.rows()
        while chunk := list(islice(rows, TRIED)):
            found = self.sort_out(chunk)
            bad = [row for row in chunk if row.problems]
            report.rows += len(chunk)
            report.created += len(found.fresh)
            report.skipped += len(found.skipped)
            report.updated += found.updated
            report.rejected += len(bad)
            report.doubtful += len(found.doubtful)
            report.doubts += [row for row, _known in found.doubtful[: max(0, show - len(report.doubts))]]
            for name, made in found.beside.items():
                entity: Any = self.books[name].entity
                report.beside[entity.name] = report.beside.get(entity.name, 0) + len(made)
            report.problems += bad[: max(0, show - len(report.problems))]
        return report

    def run(self, long: LongOp, keep: Callable[[Op, Sorted, list[Row]], None]) -> None:
        """Write the file from the checkpoint on; `keep` remembers what was refused and left, in the transaction of its
        chunk."""
        if long.checkpoint.get("phase", 1) == 1:
            rows = self.rows(int(long.checkpoint.get("row", 0)))
            while chunk := list(islice(rows, long.size)):
                # Looking up comes before the transaction, which holds the one write lock of SQLite.
                found = self.sort_out(chunk)
                with long.chunk(row=chunk[-1].number) as op:
                    self.write(op, chunk, found, keep)
                self.books = self._books()
            with long.chunk(phase=2, row2=0):
                pass
        if self.rows_of.later:
            self._link_later(long, keep)

    def write(self, op: Op, chunk: list[Row], found: Sorted, keep: Callable[[Op, Sorted, list[Row]], None]) -> None:
        """The records of a chunk, inside its operation; its counts are added to the operation's checkpoint."""
        self._coin(op, found)
        for name, knowns in found.beside.items():
            op.create([k.record for k in knowns if k.record is not None])
            for known in knowns:
                known.id = known.record.pk if known.record is not None else None
            assert name
        for known, f, other, role in found.links:
            assert known.record is not None
            f.assign(known.record, pointing(f, f.value(known.record), other, role))
            if known.id is not None:
                known.changes[f.name] = f.value(known.record)
        op.create([known.record for _row, known in found.fresh if known.record is not None])
        self._remember(found)
        for name, changed in found.changed.items():
            entity = self.books[name].entity
            records = op.lock(entity.model, changed)
            op.update_many([(r, self._still(entity, r, changed[pk])) for pk, r in records.items()])
        bad = [row for row in chunk if row.problems]
        done = {
            "created": len(found.fresh),
            "updated": found.updated,
            "skipped": len(found.skipped),
            "rejected": len(bad),
            "doubtful": len(found.doubtful),
        }
        now = op.row.checkpoint
        op.row.checkpoint = {**now, **{name: int(now.get(name, 0)) + n for name, n in done.items()}}
        keep(op, found, bad)

    def _coin(self, op: Op, found: Sorted) -> None:
        """Make the tags that these records bring along."""
        coined = self.rows_of.coined
        for f in (t.field for _n, t in self.rows_of.columns if t.field and getattr(t.field, "many", False)):
            target = getattr(f, "target", None)
            if target is None or not target.open or not any(isinstance(word, str) for word in coined.values()):
                continue
            knowns = [*(k for _row, k in found.fresh), *found.changed.get("", {}).values()]
            fresh = [known.record for known in knowns if known.record is not None]
            words = {w for record in fresh for w in f.value(record) if isinstance(w, str)}
            made = {word: actions.build(target, {target.title: word}, self.by) for word in sorted(words)}
            op.create(list(made.values()))
            coined |= {key: made[word].pk for key, word in coined.items() if word in made}  # type: ignore[index]
            for record in fresh:
                f.assign(record, [made[w].pk if isinstance(w, str) else w for w in f.value(record)])
            for known in found.changed.get("", {}).values():
                if f.name in known.changes and known.record is not None:
                    known.changes[f.name] = f.value(known.record)

    def _still(self, entity: Entity, record: Journaled, known: Known) -> dict[str, Any]:
        """What is to be changed, but for what somebody has filled in since it was looked up."""
        if self.mapping.duplicates != FILL:
            return known.changes
        return {n: v for n, v in known.changes.items() if entity.fields[n].is_empty(entity.fields[n].value(record))}

    def _remember(self, found: Sorted) -> None:
        """By what the new records are known again: their numbers in the other program, or all that their rows say."""
        rows = [
            Origin(entity=self.entity.name, record_id=known.record.pk, key=row.origin)
            for row, known in found.fresh
            if known.record is not None and row.origin
        ]
        Origin.objects.bulk_create(rows, batch_size=500)

    def _link_later(self, long: LongOp, keep: Callable[[Op, Sorted, list[Row]], None]) -> None:
        """The second pass: records of the file that point to others of the same kind."""
        rows = self.rows(int(long.checkpoint.get("row2", 0)))
        while chunk := list(islice(rows, max(200, long.size))):
            with long.chunk(row2=chunk[-1].number) as op:
                bad = self.link(op, [row for row in chunk if not row.problems])
                now = op.row.checkpoint
                op.row.checkpoint = {**now, "rejected": int(now.get("rejected", 0)) + len(bad)}
                keep(op, Sorted(), bad)

    def link(self, op: Op, chunk: list[Row]) -> list[Row]:
        """Point the records of these rows to others of their kind; the rows whose others are not there."""
        if not self.rows_of.later:
            return []
        self.books = self._books()
        book = self.books[""]
        for row in chunk:
            self.rows_of.know(row, book.wanted(row.own.values))
        book.load((row.keys, row.origin) for row in chunk)
        wanted: dict[int, tuple[Row, dict[str, int]]] = {}
        bad: list[Row] = []
        for row in chunk:
            links: dict[str, int] = {}
            for at, f in self.rows_of.later:
                text = str(row.cells[at] or "").strip()
                if not text or f is None:
                    continue
                try:
                    links[f.name] = self.rows_of.related(f, text)
                except ValidationError as error:
                    row.refuse(" ".join(error.messages), at)
                    bad.append(row)
            own = self._again(row) if links else None
            if own is not None:
                wanted[own] = (row, links)
        rows = self.entity.model.objects.visible_to(self.by, door.CHANGE).filter(pk__in=wanted)
        records = op.lock(self.entity.model, rows.values_list("pk", flat=True))
        refused = actions.refusals(self.entity, [(record, wanted[pk][1]) for pk, record in records.items()])
        for pk, errors in refused.items():
            self._complain(wanted[pk][0], self.entity, Invalid(errors))
            bad.append(wanted[pk][0])
        op.update_many([(record, wanted[pk][1]) for pk, record in records.items() if pk not in refused])
        return bad

    def _again(self, row: Row) -> int | None:
        """The record that a row has made or met: by what it is known, else by its title."""
        book, values = self.books[""], row.own.values
        title = values.get(self.entity.title)
        known = book.find(row.keys, row.origin, book.called(values))
        if known is not None:
            return known.id
        found = self.entity.by_title(str(title), self.by) if title else []
        return found[-1] if found else None
