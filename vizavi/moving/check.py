"""Step three: what would happen; cells that cannot be taken, or look wrong, are mended here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from vizavi.core.entity import Entity, registry
from vizavi.exchange import targets, trial
from vizavi.exchange.models import ImportRun
from vizavi.exchange.runs import table_of
from vizavi.moving.common import both, frame, guarded, onward, run_of
from vizavi.tables import Table
from vizavi.ui import render


@both
@guarded
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the tiles and the rows to look at. POST: their cells, see `mend`."""
    run = run_of(request, pk)
    if run.state != ImportRun.NEW:
        return HttpResponseRedirect(f"/imports/{pk}/")
    if request.method == "POST":
        mend(run, request)
        trial.prepare(run)
        return HttpResponseRedirect(f"/imports/{pk}/check/")
    report = trial.report_of(run)
    if report and request.GET.get("wait"):
        return onward(request, f"/imports/{pk}/check/")
    problem = report.get("error", "") if report else ""
    entity = registry[run.entity]
    context = frame(3, run, problem=problem, report=report, waiting=report is None)
    if report and not problem:
        table = table_of(run)
        title = next((n for n, h in enumerate(table.headers) if names_it(entity, run.mapping["columns"].get(h, ""))), 0)
        context |= {
            "problems": problem_rows(table, report["problems"], title),
            "doubts": problem_rows(table, report.get("doubts", []), title),
            "beside": [(registry[name].label_plural, count) for name, count in report["beside"].items()],
            "will": report["created"] + report["updated"],
            "bar": [
                {"value": report["created"], "tone": "ok", "label": _("Will be created")},
                {"value": report["updated"], "tone": "accent", "label": _("Will be updated")},
                {"value": report["skipped"], "tone": "muted", "label": _("Left as they are")},
                {"value": report["rejected"], "tone": "danger", "label": _("Cannot be taken")},
            ],
            "mended": len(run.fixes),
        }
    return render(request, "moving/check.html", context, status=422 if problem else 200)


def names_it(entity: Entity, path: str) -> bool:
    return path in (entity.title, targets.FULL_NAME, "surname", "name")


def problem_rows(table: Table, rows: list[dict[str, Any]], title: int) -> list[dict[str, Any]]:
    """Refused or doubtful rows, a line for each cell that is wrong."""
    shown = []
    for found in rows:
        cells = found["cells"]
        for number, (column, text, hint) in enumerate(found["problems"]):
            cell = cells[column] if column is not None and column < len(cells) else ""
            shown.append(
                {
                    "row": found["row"],
                    "name": cells[title][:60] if title < len(cells) else "",
                    "first": number == 0,
                    "column": column,
                    "heading": table.headers[column] if column is not None and column < len(table.headers) else "",
                    "value": cell,
                    "text": text,
                    "hint": hint,
                }
            )
    return shown


def mend(run: ImportRun, request: HttpRequest) -> None:
    """Corrections of cells (`cell-ROW-COLUMN`), one row left out (`skip`), or all hints taken (`do=hints`)."""
    fixes = dict(run.fixes)
    report = trial.report_of(run) or {}
    wrong = {
        (str(p["row"]), str(column)): (p["cells"][column] if column < len(p["cells"]) else "", hint)
        for p in [*report.get("problems", []), *report.get("doubts", [])]
        for column, _text, hint in p["problems"]
        if column is not None
    }
    for (row, column), (value, hint) in wrong.items():
        text = hint if request.POST.get("do") == "hints" and hint else request.POST.get(f"cell-{row}-{column}", value)
        if request.POST.get("hint") == f"{row}-{column}":
            text = hint
        if text != value:
            fixes[row] = {**(fixes.get(row) or {}), column: text[:5000]}
    skipped = request.POST.get("skip", "")
    if skipped.isdigit():
        fixes[skipped] = None
    if request.POST.get("do") == "reset":
        fixes = {}
    run.fixes = dict(list(fixes.items())[-2000:])
    run.save(update_fields=["fixes"])
