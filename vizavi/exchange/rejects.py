"""Rows that were not taken: kept with their reasons, mended, imported once more, given out as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from vizavi.core.errors import Invalid, Refused
from vizavi.core.firm import speaking_to
from vizavi.core.journal.long import Cancelled, resume
from vizavi.core.journal.operation import Op
from vizavi.core.models import Operation
from vizavi.exchange.importer import Importer
from vizavi.exchange.matching import Known
from vizavi.exchange.models import Doubt, ImportRun, Reject, Skipped
from vizavi.exchange.outcome import Sorted
from vizavi.exchange.rows import Problem, Row
from vizavi.exchange.runs import importer_of, text_of
from vizavi.tables import Unreadable, writing


def keep(run: ImportRun, found: Sorted, bad: list[Row]) -> None:
    """Remember rows that were not taken, and those that were left alone."""
    Reject.objects.bulk_create([rejected(run, row) for row in bad], batch_size=500)
    left = [Skipped(run=run, row=row.number, record_id=id_of(known)) for row, known in found.skipped]
    Skipped.objects.bulk_create(left, batch_size=500)
    looks = [Doubt(run=run, row=row.number, record_id=id_of(k), text=said(row.doubts)) for row, k in found.doubtful]
    Doubt.objects.bulk_create(looks, batch_size=500)


def said(problems: list[Problem]) -> str:
    """All of them in one line."""
    return "; ".join(p.text for p in problems)[:500]


def id_of(known: Known | None) -> int | None:
    """The record that a row has met, also one that this chunk has made."""
    if known is None:
        return None
    return known.id if known.id is not None or known.record is None else known.record.pk


def rejected(run: ImportRun, row: Row) -> Reject:
    """A refused row as it is kept."""
    told = [[p.column, p.text[:300]] for p in row.problems]
    return Reject(
        run=run, row=row.number, reason=said(row.problems), problems=told, cells=[text_of(c) for c in row.cells]
    )


# -- refused rows once more --------------------------------------------------------------------------------------------


def mend(run: ImportRun, cells: dict[int, dict[int, str]]) -> int:
    """Put what a person has mended into the refused rows, by id and column; how many changed?"""
    changed = []
    for reject in run.rejects.filter(pk__in=cells):
        now = list(reject.cells)
        for at, text in cells[reject.pk].items():
            if 0 <= at < len(now):
                now[at] = text_of(text)
        if now != reject.cells:
            reject.cells = now
            changed.append(reject)
    Reject.objects.bulk_update(changed, ["cells"])
    return len(changed)


def again(run: ImportRun) -> None:
    """Put the refused rows into the queue once more. Raises `Refused` when the import was undone or is running."""
    operation = run.operation
    if run.state not in (ImportRun.DONE, ImportRun.FAILED) or operation is None:
        raise Refused(str(ImportRun.STATES[run.state]))
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.WAITING, error="")
        run_rejects.enqueue(run.pk)


@task()
def run_rejects(pk: int) -> None:
    """Import the refused rows of a run as part of its operation, so that one undo takes back all of it."""
    run = ImportRun.objects.select_related("operation", "by").filter(pk=pk).first()
    if run is None or run.operation is None or run.state not in (ImportRun.WAITING, ImportRun.RUNNING):
        return
    ImportRun.objects.filter(pk=pk).update(state=ImportRun.RUNNING)
    with speaking_to(run.by):
        _run_rejects(run)


def _run_rejects(run: ImportRun) -> None:
    assert run.operation is not None
    try:
        importer = importer_of(run)
        Operation.objects.filter(pk=run.operation.pk).update(cancel=False)
        with resume(run.operation) as long:
            last = 0
            while rejects := list(run.rejects.filter(pk__gt=last).order_by("pk")[: long.size]):
                last = rejects[-1].pk
                rows = [importer.rows_of.read(r.row, list(r.cells)) for r in rejects]
                found = importer.sort_out(rows)
                with long.chunk() as op:
                    _once_more(op, run, importer, rejects, rows, found)
        run.state, run.error = ImportRun.DONE, ""
    except (Unreadable, Invalid, Refused, Cancelled) as error:
        run.state, run.error = ImportRun.DONE, str(error)[:500]
    run.save(update_fields=["state", "error"])


def _once_more(
    op: Op, run: ImportRun, importer: Importer, rejects: list[Reject], rows: list[Row], found: Sorted
) -> None:
    now: dict[str, Any] = op.row.checkpoint
    op.row.checkpoint = {**now, "rejected": int(now.get("rejected", 0)) - len(rejects)}
    importer.write(op, rows, found, lambda _op, found, _bad: keep(run, Sorted(doubtful=found.doubtful), []))
    importer.link(op, [row for row in rows if not row.problems])
    for row, reject in zip(rows, rejects, strict=True):
        if row.problems:
            fresh = rejected(reject.run, row)
            reject.reason, reject.problems = fresh.reason, fresh.problems
    Reject.objects.bulk_update(
        [r for r, row in zip(rejects, rows, strict=True) if row.problems], ["reason", "problems"]
    )
    Reject.objects.filter(pk__in=[r.pk for r, row in zip(rejects, rows, strict=True) if not row.problems]).delete()


# -- as a file ---------------------------------------------------------------------------------------------------------


def reject_lines(run: ImportRun) -> Iterator[list[str]]:
    """The reason first, then the row as it stood."""
    for reject in run.rejects.order_by("row", "pk").iterator():
        yield [reject.reason, *reject.cells]


def rejects_csv(run: ImportRun, headers: list[str]) -> Iterator[str]:
    return writing.csv_lines([_("Reason"), *headers], reject_lines(run))
