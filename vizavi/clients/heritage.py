"""What a lead has behind it stands in the histories of the contact and the company that it has become."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vizavi.clients.models import Lead
from vizavi.core.dialect import insert_rows
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.journal.operation import MERGED_INTO
from vizavi.core.models import Change, Forward, TimelineRow
from vizavi.core.records import unrestricted

#: A lead and a record in whose history its own stands; or a record and a change of its history.
Pairs = set[tuple[int, int]]


@on_change
def share_history(op: Op, changed: Sequence[Changed]) -> None:
    """What is told of a lead, and of those merged into it, is told of those to whom it points, as long as it does.

    Derived from the relations, so that an undone conversion takes it out again.
    """
    leads = [c for c in changed if c.entity.name == "lead"]
    merged = [(c.record.pk, *c.diff[MERGED_INTO]) for c in leads if MERGED_INTO in c.diff]
    for name in ("contact", "company"):
        turned = [(c.record.pk, *c.diff[name]) for c in leads if c.action == Change.UPDATE and name in c.diff]
        left = {(pk, before) for pk, before, _after in turned if before}
        joined = {(pk, after) for pk, _before, after in turned if after}
        if merged:
            points = _points(name, [lead for _pk, *both in merged for lead in both if lead])
            points |= left | joined
            joined |= {(pk, to) for pk, _before, into in merged for lead, to in points if lead == into}
            left |= {(pk, to) for pk, before, _into in merged for lead, to in points if lead == before}
        if left:
            _take_back(name, left)
        if joined:
            _lend(name, joined)


def _points(name: str, leads: Collection[int]) -> Pairs:
    with unrestricted("a history is derived whatever anybody sees"):
        rows = Lead.objects.filter(**{"pk__in": list(leads), f"{name}__isnull": False})
        return set(rows.values_list("pk", f"{name}_id"))


def _lend(name: str, pairs: Pairs) -> None:
    """Write what is told of these leads, and not there yet, into the histories of these records."""
    goals, records = _by_lead(pairs), {to for _lead, to in pairs}
    mine = _whole(goals)
    told = TimelineRow.objects.filter(entity="lead", record_id__in=mine)
    there = TimelineRow.objects.filter(entity=name, record_id__in=records, change_id__in=told.values("change_id"))
    known: Pairs = set(there.values_list("record_id", "change_id"))
    rows = []
    for row in told.order_by("pk"):
        for to in sorted({to for lead in mine[row.record_id] for to in goals[lead]}):
            if (to, row.change_id) not in known:
                known.add((to, row.change_id))
                rows.append(
                    TimelineRow(
                        entity=name, record_id=to, at=row.at, change_id=row.change_id,
                        source_entity=row.source_entity, source_id=row.source_id, borrowed=True,
                    )
                )  # fmt: skip
    insert_rows(rows, ids=False)


def _take_back(name: str, pairs: Pairs) -> None:
    """Remove what stands in the histories of these records for the sake of these leads, and of no other lead."""
    mine, records = _whole({lead for lead, _to in pairs}), {to for _lead, to in pairs}
    told = TimelineRow.objects.filter(entity="lead", record_id__in=mine).values("change_id")
    there = TimelineRow.objects.filter(entity=name, record_id__in=records, change_id__in=told, borrowed=True)
    rows = {pk: (to, change) for pk, to, change in there.values_list("pk", "record_id", "change_id")}
    others = TimelineRow.objects.filter(entity="lead", change_id__in=[change for _to, change in rows.values()])
    lent = list(others.values_list("record_id", "change_id"))
    roots = _roots({lead for lead, _change in lent})
    points = _by_lead(_points(name, set(roots.values())))
    kept = {(to, change) for pk, change in lent for to in points.get(roots[pk], ())}
    TimelineRow.objects.filter(pk__in=[pk for pk, place in rows.items() if place not in kept]).delete()


def _by_lead(pairs: Pairs) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for lead, to in pairs:
        found.setdefault(lead, set()).add(to)
    return found


def _whole(leads: Collection[int]) -> dict[int, set[int]]:
    """These leads and all that were merged into them, each with those of these that it is now a part of."""
    found = {pk: {pk} for pk in leads}
    front = found
    while front:
        fresh: dict[int, set[int]] = {}
        rows = Forward.objects.filter(entity="lead", into_id__in=list(front)).values_list("record_id", "into_id")
        for pk, into in rows:
            if not found[into] <= found.get(pk, set()):
                fresh[pk] = found.setdefault(pk, set())
                fresh[pk] |= found[into]
        front = fresh
    return found


def _roots(leads: Collection[int]) -> dict[int, int]:
    """Each of these leads with what it was merged into, itself when it was not."""
    found = {pk: pk for pk in leads}
    front = set(leads)
    while front:
        rows = dict(Forward.objects.filter(entity="lead", record_id__in=front).values_list("record_id", "into_id"))
        front = set(rows.values())
        found = {pk: rows.get(root, root) for pk, root in found.items()}
    return found
