"""The wizard, whose steps are addresses, and the export of a list."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.exchange import export, mapping, tasks
from vizavi.exchange.importer import Importer
from vizavi.exchange.models import ImportRun
from vizavi.exchange.readers import Table, Unreadable, open_table
from vizavi.files.store import clean_name, keep
from vizavi.ui import refused, render

#: The wizard tries so many rows while the person waits; the import itself looks at all.
TRIED = 5000


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the door refuses is said on a page of its own."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return refused(request, refusal)

    return wrapped


def places(request: HttpRequest) -> list[Entity]:
    """What this person may import."""
    return [e for e in registry if e.pages and e.many and not e.admin and door.can(request.user, door.IMPORT, e)]


def run_of(request: HttpRequest, pk: int) -> ImportRun:
    """One's own import; an administrator's eye sees all. Raises Http404."""
    rows = ImportRun.objects.select_related("operation", "by")
    if not door.can(request.user, door.CHANGE, registry["firm"]):
        rows = rows.filter(by=request.user)  # type: ignore[misc]
    run = rows.filter(pk=pk).first()
    if run is None or registry.get(run.entity) is None:
        raise Http404
    return run


def steps(current: int, run: ImportRun | None = None) -> dict[str, Any]:
    """The stepper."""
    labels = [_("File"), _("Columns"), _("Check"), _("Import")]
    urls = [None, f"/imports/{run.pk}/" if run else None, None, None]
    return {"steps": [{"label": text, "url": url} for text, url in zip(labels, urls, strict=True)], "current": current}


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Imports so far."""
    rows = ImportRun.objects.select_related("operation").filter(by=request.user).order_by("-pk")[:50]  # type: ignore[misc]
    shown = [
        {
            "url": f"/imports/{r.pk}/",
            "name": r.file_name,
            "entity": registry[r.entity].label_plural,
            "state": str(r.STATES[r.state]),
            "at": r.created_at,
            "counts": r.counts,
        }
        for r in rows
        if registry.get(r.entity)
    ]
    ways = [
        {"url": f"/imports/new/?entity={e.plural}", "title": e.label_plural, "icon": e.icon, "tone": e.tone}
        for e in places(request)
    ]
    return render(request, "exchange/runs.html", {"rows": shown, "ways": ways}, block="content")


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def new(request: HttpRequest) -> HttpResponse:
    """Step one: the file. A file that cannot be read is said so, and nothing is kept."""
    options = places(request)
    entity = registry.by_plural(request.POST.get("entity") or request.GET.get("entity", "")) or (
        options[0] if options else None
    )
    if entity is None or entity not in options:
        raise Refused(_("You may not import anything."))
    errors: list[str] = []
    upload = request.FILES.get("file")
    if request.method == "POST" and upload is None:
        errors = [_("Choose a file.")]
    elif upload is not None:
        try:
            sha256, _size, _kind = keep(upload.chunks())
            run = ImportRun(
                entity=entity.name,
                file_name=clean_name(upload.name or ""),
                sha256=sha256,
                by=request.user,  # type: ignore[misc]
            )
            table = open_table(run.path, run.file_name)
            run.mapping = mapping.guess(entity, table, Reader(request.user)).json()
            run.save()
            return HttpResponseRedirect(f"/imports/{run.pk}/")
        except Unreadable as error:
            errors = [str(error)]
        except Invalid as error:
            errors = error.errors["file"]
    context = {"entity": entity, "options": [(e.plural, e.label_plural) for e in options], "errors": errors, **steps(1)}
    return render(request, "exchange/new.html", context, status=422 if errors else 200, block="content")


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Steps two and three while it has not begun, its progress and result afterwards."""
    run = run_of(request, pk)
    if run.state != ImportRun.NEW:
        return progress(request, run)
    entity = registry[run.entity]
    table = open_table(run.path, run.file_name)
    settled = mapping.Mapping(**run.mapping)
    problems: list[str] = []
    if request.method == "POST":
        settled = posted(request, entity, table)
        run.mapping = settled.json()
        run.save(update_fields=["mapping"])
    if request.method == "POST" or request.GET.get("step") == "check":
        try:
            checked = mapping.read(entity, settled.json(), table.headers, Reader(request.user))
            return check_page(request, run, entity, table, checked)
        except Invalid as error:
            problems = [m for messages in error.errors.values() for m in messages]
        except Unreadable as error:
            problems = [str(error)]
    return columns_page(request, run, entity, table, settled, problems)


def posted(request: HttpRequest, entity: Entity, table: Table) -> mapping.Mapping:
    """The mapping as the form has it."""
    data = request.POST
    columns = {h: data.get(f"column-{n}", "") for n, h in enumerate(table.headers)}
    found = mapping.Mapping(columns={h: n for h, n in columns.items() if n in entity.fields})
    found.key, found.duplicates = data.get("key", ""), data.get("duplicates", mapping.SKIP)
    for name, known in mapping.guess_values(entity, table, found).items():
        # In the order of the page; what was not asked there keeps the guess.
        asked_for = enumerate(sorted(known))
        found.values[name] = {text: data.get(f"value-{name}-{n}", known[text]) for n, text in asked_for}
    return found


def columns_page(
    request: HttpRequest, run: ImportRun, entity: Entity, table: Table, settled: mapping.Mapping, problems: list[str]
) -> HttpResponse:
    """Step two: columns, values, duplicates."""
    reader = Reader(request.user)
    try:
        samples = list(islice(table.rows(), 3))
    except Unreadable as error:
        samples, problems = [], [str(error)]
    fields = mapping.importable(entity, reader)
    rows = [
        {
            "n": n,
            "heading": h,
            "samples": [tasks.text_of(s[n])[:60] for s in samples],
            "field": settled.columns.get(h, ""),
        }
        for n, h in enumerate(table.headers)
    ]
    values = [
        {
            "name": name,
            "label": entity.fields[name].label,
            "rows": list(enumerate(sorted(known.items()))),
            "options": list(getattr(entity.fields[name], "options", ())),
        }
        for name, known in settled.values.items()
        if name in entity.fields and known
    ]
    taken = set(settled.columns.values())
    context = {
        "run": run,
        "entity": entity,
        "rows": rows,
        "fields": [(f.name, f.label) for f in fields],
        "values": values,
        "problems": problems,
        "keys": [(f.name, f.label) for f in mapping.key_fields(entity, reader) if f.name in taken or not taken],
        "key": settled.key,
        "duplicates": settled.duplicates,
        "matched": len(taken),
        **steps(2, run),
    }
    return render(request, "exchange/columns.html", context, status=422 if problems else 200, block="content")


def check_page(
    request: HttpRequest, run: ImportRun, entity: Entity, table: Table, settled: mapping.Mapping
) -> HttpResponse:
    """Step three: what would happen."""
    report = Importer(entity, table, settled, request.user).try_out(TRIED)
    context = {
        "run": run,
        "entity": entity,
        "report": report,
        "partly": report.rows >= TRIED,
        "tried": TRIED,
        **steps(3, run),
        "problems": [
            {"row": r.number, "text": "; ".join(r.errors), "cells": [tasks.text_of(c)[:40] for c in r.cells[:4]]}
            for r in report.problems
        ],
    }
    return render(request, "exchange/check.html", context, block="content")


@require_POST
@guarded
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the queue, once."""
    run = run_of(request, pk)
    if ImportRun.objects.filter(pk=pk, state=ImportRun.NEW).update(state=ImportRun.WAITING):
        tasks.start(run)
    return HttpResponseRedirect(f"/imports/{pk}/")


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the chunk under way; what is done can be undone."""
    run = run_of(request, pk)
    if run.operation_id:
        Operation.objects.filter(pk=run.operation_id).update(cancel=True)
    return HttpResponseRedirect(f"/imports/{pk}/")


def progress(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """How far it is, or what came of it."""
    operation = run.operation
    running = run.state in (ImportRun.WAITING, ImportRun.RUNNING)
    context = {
        "run": run,
        "entity": registry[run.entity],
        "running": running,
        "counts": run.counts,
        "row": run.counts.get("row", 0),
        "total": operation.total if operation else 0,
        "rejects": list(run.rejects.order_by("row")[:20]),
        "state": str(run.STATES[run.state]),
        "cancelled": bool(operation and operation.state == Operation.CANCELLED),
        "operation": operation,
        **steps(4, run),
    }
    return render(request, "exchange/progress.html", context, block="content")


@require_GET
def rejects(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows as a file."""
    run = run_of(request, pk)
    headers = open_table(run.path, run.file_name).headers
    response = StreamingHttpResponse(rejects_csv(run, headers), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{run.pk}.csv"'
    return response


def rejects_csv(run: ImportRun, headers: list[str]) -> Iterator[str]:
    """The reason first, then the row as it stood."""
    writer = csv.writer(export.Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([_("Reason"), *map(export.plain, headers)])
    for reject in run.rejects.order_by("row", "pk").iterator():
        yield writer.writerow([reject.reason, *map(export.plain, reject.cells)])


def asked(request: HttpRequest, plural: str) -> tuple[Entity, list[Any], Reader, Any]:
    """What to export: entity, fields, reader, chunks. The first chunk is fetched, so that refusals come in time."""
    entity, reader = registry.by_plural(plural), Reader(request.user)
    if entity is None or not entity.pages or entity.admin:
        raise Http404
    params = {k: v for k, v in request.GET.items() if k != "columns"}
    chunks = export.records(entity, reader, params)
    first = next(chunks)

    def all_chunks() -> Iterator[Any]:
        yield first
        yield from chunks

    return entity, export.chosen(entity, reader, request.GET.get("columns", "")), reader, all_chunks()


def file_name(entity: Entity, ending: str) -> str:
    return f'attachment; filename="{entity.plural}-{timezone.localdate():%Y-%m-%d}.{ending}"'


@require_GET
@guarded
def export_csv(request: HttpRequest, plural: str) -> HttpResponse:
    """`/companies/export.csv` with the list's own parameters, streamed."""
    try:
        entity, fields, reader, chunks = asked(request, plural)
    except Invalid as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    response: Any = StreamingHttpResponse(
        export.csv_text(entity, fields, reader, chunks), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = file_name(entity, "csv")
    return response


@require_GET
@guarded
def export_xlsx(request: HttpRequest, plural: str) -> HttpResponse:
    """`/companies/export.xlsx`."""
    try:
        entity, fields, reader, chunks = asked(request, plural)
    except Invalid as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response: Any = FileResponse(export.workbook(entity, fields, reader, chunks), content_type=kind)
    response["Content-Disposition"] = file_name(entity, "xlsx")
    return response
