"""The dry run of the wizard: what the file would do, kept with the run until the mapping or a cell changes."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from django.db import transaction
from django_tasks import task

from vizavi.core.errors import Invalid, Refused
from vizavi.core.firm import speaking_to
from vizavi.exchange import hints, targets
from vizavi.exchange.importer import Importer
from vizavi.exchange.models import ImportRun
from vizavi.exchange.outcome import Report
from vizavi.exchange.rows import Problem, Row
from vizavi.exchange.runs import importer_of, text_of
from vizavi.jobs.backend import enqueue_once
from vizavi.tables import Unreadable

#: So many rows are tried while the person waits; more by a job.
AT_ONCE = 3000
#: Another number when a report says more than before: what was tried by an older program is tried again.
FORM = 2


def mark(run: ImportRun) -> str:
    """What a trial depends on."""
    said = json.dumps([FORM, run.mapping, run.fixes, run.options, run.entity], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def report_of(run: ImportRun) -> dict[str, Any] | None:
    """What the trial of this very mapping said; None while it is not there."""
    return run.report if run.report.get("of") == mark(run) else None


def prepare(run: ImportRun) -> None:
    """See to it that there is a report: a small file is tried at once, a large one by a job."""
    if report_of(run) is not None:
        return
    if run.options.get("rows", 0) > AT_ONCE:
        with transaction.atomic():
            enqueue_once(try_import, f"try:{run.pk}:{mark(run)[:16]}", run.pk)
    else:
        trial(run)


def trial(run: ImportRun) -> None:
    """Try the whole file and keep what came of it with the run; also that it is impossible, in words."""
    began, at = time.perf_counter(), mark(run)
    try:
        importer = importer_of(run)
        found = shown(importer, importer.try_out())
        run.report = {**found, "of": at, "seconds": round(time.perf_counter() - began, 1)}
    except (Unreadable, Invalid, Refused) as error:
        run.report = {"of": at, "error": str(error)[:500]}
    ImportRun.objects.filter(pk=run.pk).update(report=run.report)


@task()
def try_import(pk: int) -> None:
    """The job."""
    run = ImportRun.objects.select_related("by").filter(pk=pk, state=ImportRun.NEW).first()
    if run is not None:
        with speaking_to(run.by):
            trial(run)


def shown(importer: Importer, report: Report) -> dict[str, Any]:
    """A report as JSON, with a hint for each cell that has one."""
    places: dict[int | None, targets.Target] = dict(importer.rows_of.columns)  # type: ignore[arg-type]

    def told(row: Row, problems: list[Problem]) -> dict[str, Any]:
        cells = [text_of(c) for c in row.cells]
        found = []
        for p in problems:
            cell = cells[p.column] if p.column is not None and p.column < len(cells) else ""
            found.append([p.column, p.text, hints.suggestion(places.get(p.column), cell, importer.reader)])
        return {"row": row.number, "cells": cells, "problems": found}

    names = ("rows", "created", "updated", "skipped", "rejected", "doubtful", "beside")
    counts = {name: getattr(report, name) for name in names}
    return {
        **counts,
        "problems": [told(row, row.problems) for row in report.problems],
        "doubts": [told(row, row.doubts) for row in report.doubts],
    }
