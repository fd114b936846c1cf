"""The scan: all records of the base compared by their keys, chunk by chunk, and gathered into groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import NotThere, Refused
from vizavi.core.journal import Changed, Op, on_change, operation
from vizavi.core.models import Operation, ReachKey
from vizavi.duplicates.comparing import compare
from vizavi.duplicates.finding import keys_held
from vizavi.duplicates.models import Distinct, Group, Member, Pair, Scan
from vizavi.search.keys import KINDS

#: Rows of keys looked at in one go.
CHUNK = 5000
#: What more records share than that says nothing of any of them: a switchboard, a frequent name.
SHARED = 20

Ids = tuple[int, int]


def begin() -> Scan:
    """A new scan, or the one that is running."""
    try:
        with transaction.atomic():
            return Scan.objects.create(total=ReachKey.objects.count())
    except IntegrityError:
        return Scan.objects.get(state=Scan.RUNNING)


def carry_out(scan: Scan) -> None:
    """Go on from the last key; what is found replaces what the scan before found, all at once."""
    while step(scan):
        pass
    gather(scan)
    with transaction.atomic():
        scan.state, scan.finished_at, scan.done = Scan.FINISHED, timezone.now(), scan.total
        scan.save(update_fields=["state", "finished_at", "done"])
    old = Scan.objects.filter(pk__lt=scan.pk)
    Member.objects.filter(group__scan__in=old).delete()
    Group.objects.filter(scan__in=old).delete()
    Pair.objects.filter(scan__in=old).delete()
    old.delete()


def step(scan: Scan) -> bool:
    """One chunk: what was found and how far it went are committed together. Is there more?"""
    rows = ReachKey.objects.filter(key__gt=scan.last)
    border = list(rows.order_by("key").values_list("key", flat=True)[CHUNK - 1 : CHUNK])
    part = rows.filter(key__lte=border[0]) if border else rows
    found = pairs_of(part)
    with transaction.atomic():
        Pair.objects.bulk_create(
            [
                Pair(scan=scan, entity=e, low_id=a, high_id=b, strong=strong, reasons=reasons)
                for (e, a, b), (strong, reasons) in found.items()
            ],
            batch_size=500,
            ignore_conflicts=True,
        )
        scan.last = border[0] if border else scan.last
        scan.done = min(scan.total, scan.done + CHUNK)
        scan.save(update_fields=["last", "done"])
    return bool(border)


def pairs_of(part: Any) -> dict[tuple[str, int, int], tuple[bool, str]]:
    """The pairs that share one of these keys: {(entity, low id, high id): (strong, reasons)}."""
    declared = {e.name: set(e.duplicates) for e in registry if e.duplicates}
    often = part.filter(entity__in=declared).values("entity", "kind", "key")
    often = often.annotate(n=Count("record_id", distinct=True)).filter(n__gt=1, n__lte=SHARED).order_by()
    wanted = {(r["entity"], r["kind"], r["key"]) for r in often if r["kind"] in declared[r["entity"]]}
    there: dict[tuple[str, str, str], set[int]] = {}
    held = ReachKey.objects.filter(key__in={key for _e, _k, key in wanted}, entity__in=declared)
    for entity, kind, key, pk in held.values_list("entity", "kind", "key", "record_id"):
        if (entity, kind, key) in wanted:
            there.setdefault((entity, kind, key), set()).add(pk)
    close = {(e, a, b) for (e, _k, _key), ids in there.items() for a, b in combinations(sorted(ids), 2)}
    known = keys_held({(e, pk) for e, a, b in close for pk in (a, b)})
    found = {}
    for e, a, b in close:
        reasons = compare(known.get((e, a), ()), known.get((e, b), ()))
        if reasons:
            found[e, a, b] = any(r.strong for r in reasons), " ".join(r.kind for r in reasons)
    return found


# -- groups ------------------------------------------------------------------------------------------------------------


def components(pairs: Iterable[Ids]) -> list[list[int]]:
    """What hangs together, smallest ids first."""
    parent: dict[int, int] = {}

    def root(pk: int) -> int:
        while parent.setdefault(pk, pk) != pk:
            parent[pk] = pk = parent[parent[pk]]
        return pk

    for a, b in pairs:
        a, b = root(a), root(b)
        parent[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = {}
    for pk in sorted(parent):
        found.setdefault(root(pk), []).append(pk)
    return list(found.values())


def groups_of(pairs: dict[Ids, tuple[bool, str]]) -> list[tuple[list[int], bool, str]]:
    """Members, strength and reasons of each group: strong pairs are gathered by themselves, weak ones beside them."""
    strong = components(p for p, (is_strong, _r) in pairs.items() if is_strong)
    home = {pk: n for n, ids in enumerate(strong) for pk in ids}
    apart = [p for p, (s, _r) in pairs.items() if not s and not (p[0] in home and home[p[0]] == home.get(p[1]))]
    why: dict[int, set[str]] = {}
    for (a, b), (_s, reasons) in pairs.items():
        for pk in (a, b):
            why.setdefault(pk, set()).update(reasons.split())

    def reasons_of(ids: Sequence[int]) -> str:
        kinds = {kind for pk in ids for kind in why[pk]}
        return " ".join(kind for kind in KINDS if kind in kinds)

    return [
        *((ids, True, reasons_of(ids)) for ids in strong),
        *((ids, False, reasons_of(ids)) for ids in components(apart)),
    ]


def distinct_pairs(entity: str, ids: Collection[int] | None = None) -> set[Ids]:
    """What people have said is not the same."""
    rows = Distinct.objects.alive().filter(entity_name=entity)
    rows = rows if ids is None else rows.filter(low_id__in=ids, high_id__in=ids)
    return set(rows.values_list("low_id", "high_id"))


def gather(scan: Scan) -> None:
    """The groups of a scan, made anew from its pairs; those put off stay put off."""
    Group.objects.filter(scan=scan).delete()
    later = dict(Group.objects.filter(later_until__gt=timezone.now()).values_list("mark", "later_until"))
    for name in [e.name for e in registry if e.duplicates]:
        rows = Pair.objects.filter(scan=scan, entity=name).values_list("low_id", "high_id", "strong", "reasons")
        apart = distinct_pairs(name)
        pairs = {(a, b): (strong, why) for a, b, strong, why in rows.iterator() if (a, b) not in apart}
        found = groups_of(pairs)
        for start in range(0, len(found), 500):
            with transaction.atomic():
                _keep(scan, name, found[start : start + 500], later)


def _keep(scan: Scan, entity: str, found: Sequence[tuple[list[int], bool, str]], later: dict[str, Any]) -> None:
    groups = [
        Group(scan=scan, entity=entity, strong=strong, reasons=why, mark=mark, later_until=later.get(mark))
        for ids, strong, why in found
        for mark in [f"{entity} {' '.join(map(str, ids))}"[:200]]
    ]
    Group.objects.bulk_create(groups)
    pairs = zip(groups, found, strict=True)
    Member.objects.bulk_create(
        [Member(group=g, entity=entity, record_id=pk) for g, (ids, _s, _w) in pairs for pk in ids], batch_size=500
    )


# -- what people say ---------------------------------------------------------------------------------------------------


def not_the_same(entity: Entity, ids: Collection[int], by: Any, via: str = "page") -> Operation | None:
    """Remember that none of these records is another; they are no group any more. Raises `NotThere`, `Refused`."""
    wanted = sorted(set(ids))
    there = list(entity.model.objects.visible_to(by).filter(pk__in=wanted))
    if len(wanted) < 2 or len(there) < len(wanted):
        raise NotThere
    if not any(door.can(by, door.CHANGE, entity, record) for record in there):
        raise Refused(_("You may do this only with records that you may change."))
    apart = distinct_pairs(entity.name, wanted)
    made = [
        Distinct(entity_name=entity.name, low_id=a, high_id=b)
        for a, b in combinations(wanted, 2)
        if (a, b) not in apart
    ]
    title = " ≠ ".join(str(r) for r in there)
    with actions.integrity(), operation(f"{entity.name}.distinct", by=by, via=via, title=title) as op:
        op.create(made)
    return op.row if op.done else None


@on_change
def regroup(op: Op, changed: Sequence[Changed]) -> None:
    """What was said, or taken back, shows in the groups at once."""
    touched: dict[str, set[int]] = {}
    for c in changed:
        if isinstance(c.record, Distinct):
            touched.setdefault(c.record.entity_name, set()).update((c.record.low_id, c.record.high_id))
    scan = Scan.objects.filter(state=Scan.FINISHED).order_by("-pk").first() if touched else None
    for entity, ids in touched.items() if scan else ():
        groups = Group.objects.filter(scan=scan, entity=entity, members__record_id__in=ids).distinct()
        all_ids = ids | set(Member.objects.filter(group__in=groups).values_list("record_id", flat=True))
        Group.objects.filter(pk__in=list(groups.values_list("pk", flat=True))).delete()
        apart = distinct_pairs(entity, all_ids)
        rows = Pair.objects.filter(scan=scan, entity=entity, low_id__in=all_ids, high_id__in=all_ids)
        pairs = {(r.low_id, r.high_id): (r.strong, r.reasons) for r in rows if (r.low_id, r.high_id) not in apart}
        _keep(scan, entity, groups_of(pairs), {})  # type: ignore[arg-type]
