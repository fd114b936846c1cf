"""Merging: two to five records of one entity become one of them, everything that pointed to the others points to it.

One operation does it all, so that one undo takes it all back: what pointed to the others, the values of the survivor, and
the others out of the recycle bin. Their history stays theirs; the survivor's shows it too (`core.Forward`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django_tasks import task

from vizavi.core import actions, door
from vizavi.core.entity import BOOKKEEPING, Entity, registry
from vizavi.core.errors import Conflict, Invalid, NotThere, Refused
from vizavi.core.fields import AboutField, Field, MoneyField, Pointing
from vizavi.core.journal.long import Cancelled, LongOp, begin, resume
from vizavi.core.journal.operation import Op, operation
from vizavi.core.models import Operation
from vizavi.core.reading import Reader, Ref
from vizavi.core.records import Journaled, unrestricted

#: So many records at once; so many that point to them are moved in the request, more by a job.
MOST, AT_ONCE = 5, 200
#: So many of what moves are named in a preview.
NAMED = 20
#: The choice of all values together, where the others are ids of records.
ALL = "all"


# -- values ------------------------------------------------------------------------------------------------------------


def partner_of(f: Field) -> Field | None:
    """The currency that goes wherever its sum goes."""
    return f.entity.fields.get(f.currency_name) if isinstance(f, MoneyField) else None


def unites(f: Field) -> bool:
    """Whether nothing need be given up: lists are joined, and so are long texts."""
    return f.many or f.kind == "longtext"


def chosen_fields(entity: Entity) -> list[Field]:
    """Fields of which one value has to be chosen; a currency follows its sum."""
    partners = {p.name for f in entity.journaled if (p := partner_of(f))}
    return [f for f in entity.journaled if f.name not in (*BOOKKEEPING, *partners)]


def differing(entity: Entity, records: Sequence[Journaled]) -> list[Field]:
    """Fields in which these records are not alike."""

    def known(f: Field, record: Journaled) -> Any:
        partner = partner_of(f)
        values = [g.to_json(g.value(record)) for g in (f, partner) if g is not None]
        return None if f.is_empty(values[0]) else values

    return [f for f in chosen_fields(entity) if any(known(f, r) != known(f, records[0]) for r in records[1:])]


def likeliest(entity: Entity, f: Field, survivor: Journaled, others: Sequence[Journaled]) -> int | str:
    """What is chosen for a person who does not choose: all together, else the newest value that there is.

    The name and the owner stay the survivor's, if it has them.
    """
    filled = [r for r in (survivor, *others) if not f.is_empty(f.value(r))]
    if unites(f) and len(filled) > 1:
        return ALL
    if not filled or (survivor in filled and f.name in (entity.title, "owner")):
        return survivor.pk
    return max(filled, key=lambda r: (r.updated_at, r is survivor)).pk


def united(f: Field, records: Sequence[Journaled]) -> Any:
    """The values of all of these together. Raises `ValidationError` when that is more than the field holds."""
    if f.kind == "longtext":
        return f.parse("\n\n".join(dict.fromkeys(t for r in records if (t := str(f.value(r) or "").strip()))))
    return f.parse([item for r in records for item in f.value(r) or ()])


def settled(
    entity: Entity, survivor: Journaled, others: Sequence[Journaled], picks: Mapping[str, Any], reader: Reader
) -> tuple[dict[str, Any], bool]:
    """The values that the survivor gets, and whether that needs more than this person may write.

    `picks` names a record (by id) or `ALL` for a field; nobody may choose for fields that they cannot write: those are
    filled where the survivor has nothing. Raises `Invalid` by field.
    """
    by_id = {r.pk: r for r in (survivor, *others)}
    moves = {r.pk: survivor.pk for r in others}
    access = reader.access(entity)
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    implied = False
    for f in differing(entity, list(by_id.values())):
        free = f.editable and access.writes(f.name)
        pick: Any = likeliest(entity, f, survivor, others)
        if not free and not f.is_empty(f.value(survivor)) and pick != ALL:
            pick = survivor.pk
        if f.name in picks and free:
            pick = picks[f.name] if picks[f.name] == ALL else _number(picks[f.name])
        if (pick != ALL and pick not in by_id) or (pick == ALL and not unites(f)):
            errors[f.name] = [_("Choose one of the values.")]
            continue
        found: dict[Field, Any] = {}
        if pick == ALL:
            try:
                found[f] = united(f, list(by_id.values()))
            except Exception as error:  # the field's own ValidationError
                errors[f.name] = list(getattr(error, "messages", [str(error)]))
                continue
        else:
            found = {g: g.value(by_id[pick]) for g in (f, partner_of(f)) if g is not None}
        for g, value in found.items():
            value = _without(g, g.repointed(value, entity, moves), entity, survivor.pk)
            if g.to_json(value) != g.to_json(g.value(survivor)):
                values[g.name] = value
                implied = implied or not (g.editable and access.writes(g.name))
    for f in pointing(entity):
        if f.entity is entity and f.name not in values and f.name not in errors:
            value = _without(f, f.repointed(f.value(survivor), entity, moves), entity, survivor.pk)
            if value != f.value(survivor):
                values[f.name] = value
                implied = implied or not access.writes(f.name)
    if errors:
        raise Invalid(errors)
    if entity.tree in values:
        values[entity.tree] = _outside(entity, values[entity.tree], by_id)
    return values, implied


def _outside(entity: Entity, value: int | None, ids: Collection[int]) -> int | None:
    """What a merged record may hang under: its place in the tree, or the next higher that does not hang under itself."""
    f, way, there = entity.fields[entity.tree], [], value
    while there is not None and there not in way:
        way.append(there)
        with unrestricted("only what hangs under what"):
            above = entity.model.objects.filter(pk=there).first()
        there = f.value(above) if above is not None else None
    inside = [n for n, pk in enumerate(way) if pk in ids]
    return value if not inside else next(iter(way[inside[-1] + 1 :]), None)


def untangle(op: Op, entity: Entity, survivor: int, losers: Collection[int]) -> None:
    """Before anything is moved: a record that hung under one of those that will be it must not hang under itself.

    The first change of a merge, so that it is the last to be undone.
    """
    if entity.tree:
        record = op.lock(entity.model, [survivor])[survivor]
        value = _outside(entity, entity.fields[entity.tree].value(record), {survivor, *losers})
        op.update_many([(record, {entity.tree: value})], implied=[survivor])


def _number(raw: Any) -> int:
    return int(raw) if str(raw).isdigit() and len(str(raw)) < 19 else 0


def _without(f: Field, value: Any, entity: Entity, pk: int) -> Any:
    """A record does not point to itself, though it may have pointed to what is now a part of it."""
    if (entity, pk) not in f.points_to(value):
        return value
    return [item for item in value if (entity, pk) not in f.points_to([item])] if f.many else None


# -- what points there -------------------------------------------------------------------------------------------------


def pointing(entity: Entity) -> list[Field]:
    """Every field of every entity that can point to a record of this one: relations, lists of links, "about"."""
    return [
        f
        for other in registry
        for f in other.journaled
        if isinstance(f, AboutField) or (isinstance(f, Pointing) and f.target is entity)
    ]


def holds(f: Field, entity: Entity, ids: Collection[int]) -> Q:
    """Rows whose field points to any of these records."""
    return f.any_of([(entity, pk) for pk in ids] if isinstance(f, AboutField) else list(ids))


@dataclass
class Moved:
    """What will point to the survivor by one field: those that the person sees by name, the others as a number."""

    field: Field
    total: int = 0
    visible: int = 0
    refs: list[Ref] = dataclasses.field(default_factory=list)

    @property
    def hidden(self) -> int:
        return self.total - self.visible


def moves(entity: Entity, ids: Collection[int], losers: Collection[int], reader: Reader) -> list[Moved]:
    """What points to the records that will go, field by field; what is itself merged does not count."""
    found = []
    for f in pointing(entity):
        other = f.entity
        with unrestricted("what moves is counted whole, and named only as far as it is visible"):
            rows = other.model.objects.filter(holds(f, entity, losers))
            total = (rows.exclude(pk__in=ids) if other is entity else rows).count()
        if total:
            seen = other.model.objects.reach_of(reader.user).filter(holds(f, entity, losers))
            seen = seen.exclude(pk__in=ids) if other is entity else seen
            records = list(seen.order_by("-pk")[:NAMED])
            found.append(
                Moved(
                    f,
                    total,
                    len(records) if len(records) < NAMED else seen.count(),
                    [reader.refs(other, [r.pk for r in records])[r.pk] for r in records],
                )
            )
    return found


def repoint(op: Op, entity: Entity, survivor: int, losers: Collection[int], most: int) -> int:
    """Let up to so many records point to the survivor; how many were moved, 0 when none is left."""
    targets: dict[int, int] = dict.fromkeys(losers, survivor)
    by_entity: dict[str, list[Field]] = {}
    for f in pointing(entity):
        by_entity.setdefault(f.entity.name, []).append(f)
    for name, fields in by_entity.items():
        model = registry[name].model
        with unrestricted("what points to a merged record moves whoever may see it"):
            rows = model.objects.filter(reduce(or_, [holds(f, entity, losers) for f in fields]))
            rows = rows.exclude(pk__in=[survivor, *losers]) if name == entity.name else rows
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
        if ids:
            records = op.lock(model, ids)
            wanted = [(r, {f.name: f.repointed(f.value(r), entity, targets) for f in fields}) for r in records.values()]
            # Links that this very operation has replaced are still found until its end.
            if moved := sum(map(bool, op.update_many(wanted, implied=ids))):
                return moved
    return 0


# -- the act -----------------------------------------------------------------------------------------------------------


def members(entity: Entity, ids: Sequence[int], by: Any) -> list[Journaled]:
    """The records to be merged, in this order. Raises `NotThere`, `Refused`, `Invalid`.

    All must be changeable; that all but one can be deleted is asked when it is known which one stays.
    """
    if not entity.duplicates:
        raise Refused(_("Records of this kind are not merged."))
    wanted = list(dict.fromkeys(ids))
    if not 2 <= len(wanted) <= MOST:
        raise Invalid({"": [_("Choose from 2 to %(most)s records.") % {"most": MOST}]})
    there = {
        r.pk: r for r in entity.model.objects.visible_to(by).filter(pk__in=[pk for pk in wanted if 0 < pk < 2**63])
    }
    if len(there) < len(wanted):
        raise NotThere
    for pk in wanted:
        actions.permit(by, door.CHANGE, entity, there[pk])
    return [there[pk] for pk in wanted]


def merge(
    entity: Entity,
    survivor: int,
    ids: Sequence[int],
    by: Any,
    *,
    picks: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    versions: Mapping[int, int] | None = None,
    base: int | None = None,
    via: str = "page",
) -> Operation:
    """Merge the records of these ids into the survivor; at once, or as a long operation when much points to them.

    `picks` chooses values field by field (`settled`), `values` sets them outright; what is in neither is chosen as by
    `likeliest`. `versions` are those that the person saw, `base` the survivor's alone. Raises `NotThere`, `Refused`,
    `Invalid` by field, `Conflict` when a record was changed meanwhile; then nothing was written.
    """
    records = members(entity, [survivor, *ids], by)
    kept, others = records[0], records[1:]
    for record in others:
        actions.permit(by, door.DELETE, entity, record)
    reader = Reader(by)
    new, implied = settled(entity, kept, others, picks or {}, reader)
    for name, value in actions.prepare(entity, values or {}, reader, kept).items():
        f = entity.fields[name]
        value = f.repointed(value, entity, dict.fromkeys((r.pk for r in others), survivor))
        new[name] = _without(f, value, entity, survivor)
    title = " + ".join(map(str, records))
    losers = [r.pk for r in others]
    seen = {r.pk: (versions or {}).get(r.pk, r.version) for r in records}
    if base is not None:
        seen[survivor] = base
    count = sum(m.total for m in moves(entity, [survivor, *losers], losers, reader))
    if count > AT_ONCE:
        with transaction.atomic():
            long = begin(
                f"{entity.name}.merge", by=by, via=via, title=title, total=count + len(records),
                survivor=survivor, losers=losers, versions={str(pk): v for pk, v in seen.items()}, implied=implied,
                values={name: entity.fields[name].to_json(value) for name, value in new.items()},
            )  # fmt: skip
            long.entity, long.record_id = entity.name, survivor
            long.save(update_fields=["entity", "record_id"])
            run_merge.enqueue(long.pk)
        return long
    with actions.integrity(), operation(f"{entity.name}.merge", by=by, via=via, title=title) as op:
        op.row.entity, op.row.record_id = entity.name, survivor
        untangle(op, entity, survivor, losers)
        while repoint(op, entity, survivor, losers, AT_ONCE):
            pass
        _unite(op, entity, survivor, losers, new, seen, implied)
    return op.row


def _unite(
    op: Op,
    entity: Entity,
    survivor: int,
    losers: Sequence[int],
    values: Mapping[str, Any],
    seen: Mapping[int, int],
    implied: bool,
) -> None:
    """The last step: the others go into the bin, the survivor gets its values. Raises `Invalid`, `Conflict`."""
    records = op.lock(entity.model, [survivor, *losers])
    if len(records) <= len(losers) or any(r.deleted_at is not None for r in records.values()):
        raise Conflict([], 0)
    for pk in losers:
        op.check_unchanged(records[pk], seen[pk])
    # They go first: what only one record may have is free then.
    op.delete([records[pk] for pk in losers], into=dict.fromkeys(losers, survivor))
    for errors in actions.refusals(entity, [(records[survivor], values)] if values else []).values():
        raise Invalid(errors)
    op.update_many([(records[survivor], dict(values))], base=seen[survivor], implied={survivor} if implied else ())


@task()
def run_merge(pk: int) -> None:
    """Merge chunk by chunk; a worker that died is continued by the next. What stands in the way ends it, and can be
    seen and undone."""
    row = Operation.objects.select_related("by").filter(pk=pk).first()
    if row is None or row.state in (Operation.FINISHED, Operation.CANCELLED):
        return
    with resume(row) as long:
        try:
            _chunks(long, registry[row.entity])
        except (Conflict, Invalid, IntegrityError, NotThere, Refused) as error:
            problem = str(error) if isinstance(error, Invalid | Refused) else _("The records were changed meanwhile.")
            row.checkpoint = {**row.checkpoint, "problem": problem}
            row.save(update_fields=["checkpoint"])
            raise Cancelled from error


def _chunks(long: LongOp, entity: Entity) -> None:
    said = long.checkpoint
    survivor, losers = said["survivor"], said["losers"]
    moved = 1
    while moved:
        with long.chunk() as op:
            if not long.checkpoint.get("done"):
                untangle(op, entity, survivor, losers)
            moved = repoint(op, entity, survivor, losers, long.size)
            long.row.checkpoint = {**long.row.checkpoint, "done": long.checkpoint.get("done", 0) + moved}
    members(entity, [survivor, *losers], long.row.by)
    with long.chunk(done=long.row.total) as op:
        # What has begun to point there since the last chunk.
        while repoint(op, entity, survivor, losers, AT_ONCE):
            pass
        values = {name: entity.fields[name].from_json(value) for name, value in said["values"].items()}
        seen = {int(pk): version for pk, version in said["versions"].items()}
        _unite(op, entity, survivor, losers, values, seen, said["implied"])
