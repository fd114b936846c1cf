"""The last step: what came of an import, its refused rows mended and imported again, the way back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vizavi.core.errors import Refused
from vizavi.core.journal import can_undo
from vizavi.core.models import Operation
from vizavi.exchange.models import ImportRun
from vizavi.exchange.rejects import again, mend, reject_lines, rejects_csv
from vizavi.exchange.runs import table_of
from vizavi.moving.common import frame, guarded, run_of
from vizavi.tables import writing
from vizavi.ui import render

#: Refused rows on the page; all of them are in the file.
SHOWN = 100
#: So long the wizard offers to take an import back; the recycle bin keeps what is undone as long again.
UNDO_DAYS = 30


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what was made, with links to it. POST: cells of refused rows; `do=again` imports them once more."""
    run = run_of(request, pk)
    if run.state in (ImportRun.NEW, ImportRun.WAITING, ImportRun.RUNNING):
        return HttpResponseRedirect(f"/imports/{pk}/")
    if request.method == "POST":
        mend(run, cells_of(request))
        if request.POST.get("do") == "again":
            if undone(run):
                raise Refused(_("The import was undone; load the file anew."))
            again(run)
            return HttpResponseRedirect(f"/imports/{pk}/run/")
        return HttpResponseRedirect(f"/imports/{pk}/result/")
    operation = run.operation
    verdict = can_undo(operation, request.user) if operation else None
    until = operation.at + timedelta(days=UNDO_DAYS) if operation else None
    counts = run.counts
    context = frame(
        5,
        run,
        counts=counts,
        operation=operation,
        cancelled=bool(operation and operation.state == Operation.CANCELLED),
        undone=undone(run),
        may_undo=bool(verdict) and until is not None and until > timezone.now(),
        until=until,
        tiles=tiles(run),
        doubtful=doubtful(run),
        rejects=reject_rows(run),
        refused=counts.get("rejected", 0),
        headers=table_of(run).headers if counts.get("rejected") else [],
    )
    return render(request, "moving/result.html", context)


def undone(run: ImportRun) -> bool:
    """Whether the import was taken back."""
    rows = Operation.objects.filter(undoes=run.operation_id) if run.operation_id else Operation.objects.none()
    return rows.exclude(undoings__state=Operation.FINISHED).exists()


def tiles(run: ImportRun) -> list[dict[str, Any]]:
    """The counts, each a link to the list of its records."""
    counts, entity = run.counts, frame(5, run)["entity"]
    words = {
        "created": (_("Created"), "circle-plus", "ok"),
        "updated": (_("Updated"), "refresh-cw", "info"),
        "skipped": (_("Left alone"), "minus", ""),
    }
    return [
        {
            "label": label,
            "count": counts.get(name, 0),
            "icon": icon,
            "tone": tone,
            "url": f"{entity.url()}?import={run.pk}.{name}" if counts.get(name) else None,
        }
        for name, (label, icon, tone) in words.items()
    ]


def doubtful(run: ImportRun) -> dict[str, Any] | None:
    """How many rows were taken although something looks wrong, with the list of their records."""
    count = run.counts.get("doubtful", 0)
    return {"count": count, "url": f"{frame(5, run)['entity'].url()}?import={run.pk}.doubtful"} if count else None


def reject_rows(run: ImportRun) -> list[dict[str, Any]]:
    """Refused rows with what is wrong by column, to be mended in place."""
    shown = []
    for reject in run.rejects.order_by("row", "pk")[:SHOWN]:
        wrong = {column: text for column, text in reject.problems if column is not None}
        shown.append(
            {
                "id": reject.pk,
                "row": reject.row,
                "reason": "; ".join(text for column, text in reject.problems if column is None)
                or ("" if wrong else reject.reason),
                "cells": [
                    {"n": n, "value": c, "problem": wrong.get(n, "")}
                    for n, c in enumerate(reject.cells)
                    if n in wrong or n < 4
                ],
            }
        )
    return shown


def cells_of(request: HttpRequest) -> dict[int, dict[int, str]]:
    """`cell-ID-COLUMN` of the form."""
    found: dict[int, dict[int, str]] = {}
    for name, text in request.POST.items():
        if match := re.fullmatch(r"cell-(\d{1,18})-(\d{1,4})", name):
            found.setdefault(int(match[1]), {})[int(match[2])] = str(text)
    return found


# -- as a file ---------------------------------------------------------------------------------------------------------


@require_GET
def rejects(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The refused rows as a file that can be mended and loaded again."""
    run = run_of(request, pk)
    headers = table_of(run).headers
    response: Any
    if form == "xlsx":
        book = writing.workbook(_("Rejects"), [_("Reason"), *headers], reject_lines(run))
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = FileResponse(book, content_type=kind)
    else:
        response = StreamingHttpResponse(rejects_csv(run, headers), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{run.pk}.{form}"'
    return response
