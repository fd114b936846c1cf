"""Changes of many records as a job: in chunks, with a checkpoint, stopped and undone like any long operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone, translation
from django_tasks import task

from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.journal.long import LongOp, begin, resume
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.lists.change import BulkResult, bulk_chunk, verb_of
from vizavi.lists.state import Pairs, read


def begin_bulk(entity: Entity, pairs: Pairs, data: Any, mode: str, by: Any, *, title: str) -> Operation:
    """Put the change of all rows of a filter into the queue; `data` is {field: canonical form}, None deletes.

    The rows are those that the filter finds while the job runs, but none that came after it had begun.
    """
    with transaction.atomic():
        spec = {"pairs": pairs, "data": data, "mode": mode, "language": translation.get_language()}
        zone = timezone.get_current_timezone_name()
        row = begin(verb_of(entity, data), by=by, via="page", title=title, **spec, zone=zone)
        Operation.objects.filter(pk=row.pk).update(entity=entity.name)
        run_bulk.enqueue(row.pk)
    return row


@task()
def run_bulk(pk: int) -> None:
    """Change chunk by chunk from the checkpoint on: a worker that died is continued by the next."""
    row = Operation.objects.filter(pk=pk).first()
    if row is None or row.state in (Operation.FINISHED, Operation.CANCELLED):
        return
    spec = row.checkpoint
    with translation.override(spec["language"]), timezone.override(ZoneInfo(spec["zone"])):
        try:
            with resume(row) as long:
                _walk(long, registry[row.entity], spec)
        except (Invalid, Refused) as error:
            # To try again would end the same way.
            Operation.objects.filter(pk=pk).update(checkpoint={**row.checkpoint, "error": str(error)[:500]})


def _walk(long: LongOp, entity: Entity, spec: dict[str, Any]) -> None:
    """By key, upwards: a row that leaves the filter by being changed is not missed and none is met twice."""
    while True:
        # The person may have lost rights meanwhile.
        by = get_user_model().objects.get(pk=long.row.by_id)
        where = read(entity, Reader(by), [(n, v) for n, v in spec["pairs"]]).where()
        rows = entity.model.objects.visible_to(by).filter(where)
        if "top" not in long.checkpoint:
            found = rows.order_by().aggregate(total=Count("pk"), top=Max("pk"))
            long.row.total = found["total"]
            with long.chunk(top=found["top"] or 0, last=0, done=0, changed=0, skipped=0):
                pass
        mark = long.checkpoint
        wanted = rows.filter(pk__gt=mark["last"], pk__lte=mark["top"]).order_by("pk")
        ids = list(wanted.values_list("pk", flat=True)[: long.size])
        if not ids:
            return
        try:
            _chunk(long, entity, ids, by, spec)
        except Refused as refusal:
            # A rule over all records stands against one of these: one by one, to leave alone only that one.
            for pk in ids:
                try:
                    _chunk(long, entity, [pk], by, spec)
                except Refused:
                    _chunk(long, entity, [pk], by, spec, str(refusal))


def _chunk(long: LongOp, entity: Entity, ids: Sequence[int], by: Any, spec: dict[str, Any], reason: str = "") -> None:
    mark, result = long.checkpoint, BulkResult()
    with long.chunk(last=ids[-1], done=mark["done"] + len(ids)) as op:
        if reason:
            result.skipped = dict.fromkeys(ids, reason)
            op.skip(entity, result.skipped)
        else:
            bulk_chunk(op, entity, ids, by, spec["data"], result, spec["mode"])
        counts = {"changed": result.changed, "skipped": len(result.skipped)}
        long.row.checkpoint = {**mark, **{n: mark[n] + count for n, count in counts.items()}}
