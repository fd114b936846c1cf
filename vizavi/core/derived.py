"""What core itself derives from the journal: timeline rows, and the keys by which people are reached."""

from __future__ import annotations

from collections.abc import Sequence

from vizavi.core.entity import Entity
from vizavi.core.journal.operation import Changed, Op, on_change
from vizavi.core.models import Change, ReachKey, TimelineRow
from vizavi.core.records import Journaled


@on_change
def write_timeline(op: Op, changed: Sequence[Changed]) -> None:
    """One row for the record itself and one for each record that it hangs on at this moment."""
    rows = []
    for c in changed:
        concerned = {(c.entity.name, c.record.pk)}
        for name in c.entity.timeline:
            f = c.entity.fields[name]
            ids = {f.value(c.record), *(c.diff.get(name) or ())}
            concerned |= {(f.target.name, i) for i in ids if isinstance(i, int)}  # type: ignore[attr-defined]
        rows += [
            TimelineRow(
                entity=e, record_id=i, at=op.at, change=c.row, source_entity=c.entity.name, source_id=c.record.pk
            )
            for e, i in sorted(concerned)
        ]
    TimelineRow.objects.bulk_create(rows, batch_size=500)


def reach_keys(entity: Entity, record: Journaled) -> list[ReachKey]:
    """The keys of one record; none for one in the recycle bin."""
    if record.deleted_at is not None:
        return []
    return [
        ReachKey(entity=entity.name, record_id=record.pk, field=f.name, key=key)
        for f in entity.reach
        for item in f.value(record) or ()
        if (key := f.key_of(item))  # type: ignore[attr-defined]
    ]


@on_change
def write_reach_keys(op: Op, changed: Sequence[Changed]) -> None:
    concerned = [c for c in changed if c.entity.reach and c.touches(*(f.name for f in c.entity.reach))]
    old: dict[str, list[int]] = {}
    for c in concerned:
        if c.action != Change.CREATE:
            old.setdefault(c.entity.name, []).append(c.record.pk)
    for name, ids in old.items():
        ReachKey.objects.filter(entity=name, record_id__in=ids).delete()
    keys = [k for c in concerned if c.action != Change.PURGE for k in reach_keys(c.entity, c.record)]
    ReachKey.objects.bulk_create(keys, batch_size=500)
