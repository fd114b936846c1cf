"""What core itself derives from the journal: timeline rows and links. Other derived tables stand above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vizavi.core.dialect import insert_rows
from vizavi.core.entity import Entity
from vizavi.core.journal.operation import Changed, Op, on_change
from vizavi.core.models import Change, Link, TimelineRow
from vizavi.core.records import Journaled, unrestricted


@on_change
def write_timeline(op: Op, changed: Sequence[Changed]) -> None:
    """One row for the record itself and one for each record that it hangs on at this moment.

    What is about a record (a note, a file) also concerns those on which that record hangs: a contact's company.
    """
    rows = []
    direct = [(c, targets(c.entity, c.record, c.diff)) for c in changed]
    about = {entity for entity in {c.entity for c in changed} if entity.linked_about}
    beyond = further({t for c, found in direct if c.entity in about for t in found})
    for c, found in direct:
        hung = {t for target in found for t in beyond.get(target, ())}
        concerned = {(c.entity.name, c.record.pk)} | {(target.name, pk) for target, pk in found | hung}
        rows += [
            TimelineRow(
                entity=e, record_id=i, at=op.at, change=c.row, source_entity=c.entity.name, source_id=c.record.pk
            )
            for e, i in sorted(concerned)
        ]
    insert_rows(rows, ids=False)


Target = tuple[Entity, int]


def targets(entity: Entity, record: Journaled, diff: dict[str, Any] | None = None) -> set[Target]:
    """What a record hangs on, and (by a diff) what it hung on before."""
    found: set[Target] = set()
    for name in entity.timeline:
        f = entity.fields[name]
        values = [f.value(record), *(f.from_json(v) for v in (diff or {}).get(name) or () if v is not None)]
        found |= {target for value in values for target in f.points_to(value)}
    return found


def further(about: set[Target]) -> dict[Target, set[Target]]:
    """On what each of these records hangs itself; one query per entity."""
    found: dict[Target, set[Target]] = {}
    for entity in {entity for entity, _pk in about if entity.timeline}:
        ids = [pk for other, pk in about if other is entity]
        with unrestricted("a history is written for whoever may read it"):
            for record in entity.model.objects.filter(pk__in=ids):
                found[entity, record.pk] = targets(entity, record)
    return found


def links(entity: Entity, record: Journaled) -> list[Link]:
    """The links of one record; none for one in the recycle bin."""
    if record.deleted_at is not None:
        return []
    return [
        Link(entity=entity.name, record_id=record.pk, field=f.name, target_entity=target.name, target_id=pk)
        for f in entity.linked
        for target, pk in f.points_to(f.value(record))
    ]


@on_change
def write_links(op: Op, changed: Sequence[Changed]) -> None:
    replace(changed, Link, links, lambda entity: [f.name for f in entity.linked])


def replace(changed: Sequence[Changed], model: Any, rows: Callable, fields: Callable[[Entity], Sequence[str]]) -> None:
    """Replace the derived rows of every record in which one of these fields was touched."""
    names = {entity: fields(entity) for entity in {c.entity for c in changed}}
    concerned = [c for c in changed if names[c.entity] and c.touches(*names[c.entity])]
    old: dict[str, list[int]] = {}
    for c in concerned:
        if c.action != Change.CREATE:
            old.setdefault(c.entity.name, []).append(c.record.pk)
    for name, ids in old.items():
        model.objects.filter(entity=name, record_id__in=ids).delete()
    made = [row for c in concerned if c.action != Change.PURGE for row in rows(c.entity, c.record)]
    insert_rows(made, ids=False)
