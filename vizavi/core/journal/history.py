"""The history of a record, as one person may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Abs

from vizavi.core import door
from vizavi.core.dialect import ids_of, merged_into
from vizavi.core.entity import Entity, registry
from vizavi.core.fields import Pointing
from vizavi.core.models import Change, Forward, Operation, TimelineRow

if TYPE_CHECKING:
    from vizavi.core.fields import Field
    from vizavi.core.reading import Reader, Ref
    from vizavi.core.records import Journaled


@dataclass
class FieldChange:
    """One field of an entry; texts are for eyes, before and after the JSON forms."""

    field: Field
    before: Any
    after: Any
    before_text: str = ""
    after_text: str = ""


@dataclass
class Entry:
    """One change in a history. `source` is the record it happened to, None when it is the record of the page."""

    id: int
    at: datetime
    operation: Operation
    action: str
    version: int
    by: Ref | None
    source: Ref | None = None
    changes: list[FieldChange] = field(default_factory=list)


def history(
    entity: Entity, record: Journaled, reader: Reader, *, before: int | None = None, limit: int = 30
) -> tuple[list[Entry], int | None]:
    """Entries newest first, and the cursor for older ones (None at the end).

    The record itself must have come through the door. Entries of other records are shown only when those are visible;
    hidden fields are left out, and a change of nothing else with them, so that a page may hold less than `limit`.
    What was merged into the record brings its own history along.
    """
    every = TimelineRow.objects.filter(entity=entity.name).order_by("-at", "-pk")
    rows = every.filter(_shown(entity, record, reader))
    if before is not None:
        last = every.filter(pk=before).first()
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk)) if last else rows.none()
    own, size = rows.filter(record_id=record.pk), limit + 1
    absorbed = Exists(Forward.objects.filter(entity=entity.name, into_id=record.pk))
    batch: list[Any] = list(own.annotate(absorbed=absorbed).select_related("change__operation")[:size])
    parts = merged_into(entity.name, record.pk) if not batch or batch[0].absorbed else []
    if parts:
        # What concerned several of those that are one record now is told once, by the record itself if it can.
        same = every.filter(change=OuterRef("change"), record_id__in=[record.pk, *parts])
        teller = same.order_by(Abs(F("record_id") - record.pk), "pk").values("pk")[:1]
        # The newest of each, by the index, and of those together the newest.
        found = every.filter(pk__in=ids_of([own[:size], rows.filter(pk=teller, record_id__in=parts)[:size]]))
        batch = list(found.select_related("change__operation")[:size])
    _learn(batch[:limit], reader, entity, record)
    entries = [e for row in batch[:limit] if (e := _entry(row, entity, record, reader))]
    return entries, batch[limit - 1].pk if len(batch) > limit else None


def _shown(entity: Entity, record: Journaled, reader: Reader) -> Q:
    """The rows of this record's history whose source this person sees (or the record itself is the source)."""
    found = Q(source_entity=entity.name, source_id=record.pk)
    for source in registry:
        points_here = any(isinstance(f, Pointing) and f.target is entity for f in source.fields.values())
        if (points_here or source is entity or source.linked_about) and door.branches(reader.user, source):
            # Not EXISTS: PostgreSQL would make a hash of all that this person sees, for some thirty rows.
            seen = source.model.objects.reach_of(reader.user).filter(pk=OuterRef("source_id"))
            found |= Q(source_entity=source.name, source_id=seen.values("pk")[:1])
    return found


def subjects(rows: Sequence[Operation], reader: Reader) -> dict[int, tuple[str, int | None]]:
    """The title and the record of each operation, by its id, for this person.

    Whoever did it and has lost sight of the record since gets neither.
    """
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.record_id and registry.get(row.entity):
            wanted.setdefault(row.entity, set()).add(row.record_id)
    hidden: dict[tuple[str, int], str] = {}
    for name, ids in wanted.items():
        # Who sees all of a kind misses only what was deleted for ever, of which the title is what remains.
        if Q() not in door.branches(reader.user, registry[name]):
            hidden |= {(name, i): r.title for i, r in reader.refs(registry[name], ids).items() if not r.visible}
    told = {row.pk: hidden.get((row.entity, row.record_id or 0)) for row in rows}
    return {row.pk: (row.title, row.record_id) if (t := told[row.pk]) is None else (t, None) for row in rows}


def _learn(rows: Sequence[TimelineRow], reader: Reader, entity: Entity, record: Journaled) -> None:
    """All the labels that these rows will show, in one query per entity."""
    wanted: dict[str, set[int]] = {"user": {r.change.operation.by_id for r in rows if r.change.operation.by_id}}
    for row in rows:
        source = registry.get(row.source_entity)
        if source is None:
            continue
        if (row.source_entity, row.source_id) != (entity.name, record.pk):
            wanted.setdefault(source.name, set()).add(row.source_id)
        for name, values in row.change.diff.items():
            f = source.fields.get(name)
            for target, pk in (t for v in values if f for t in f.points_to(f.from_json(v))):
                wanted.setdefault(target.name, set()).add(pk)
    for name, ids in wanted.items():
        reader.refs(registry[name], ids)


def _entry(row: TimelineRow, entity: Entity, record: Journaled, reader: Reader) -> Entry | None:
    source = registry.get(row.source_entity)
    if source is None:
        return None
    ref = None
    if (row.source_entity, row.source_id) != (entity.name, record.pk):
        ref = reader.ref(source, row.source_id)
        if not ref.visible:
            return None
    change = row.change
    changes = []
    for name, (before, after) in change.diff.items():
        f = source.fields.get(name)
        if f is not None and reader.access(source).sees(name):
            texts = (f.text(f.from_json(v), reader) if v is not None else "" for v in (before, after))
            known = [f.seen(f.from_json(v), reader) if v is not None else None for v in (before, after)]
            changes.append(FieldChange(f, known[0], known[1], *texts))
    if change.action == Change.UPDATE and not changes:
        return None
    op = change.operation
    by = reader.ref(registry["user"], op.by_id) if op.by_id else None
    return Entry(row.pk, row.at, op, change.action, change.version, by, ref, changes)
