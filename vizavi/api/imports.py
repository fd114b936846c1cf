"""`imports/`: a file is sent, looked at, tried, run; what was not taken is mended and sent through once more."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.api import describe_imports as describe
from vizavi.api.attachments import upload_of
from vizavi.api.errors import ApiError, answer
from vizavi.api.idempotency import once
from vizavi.api.reading import address, body_of, limit_of, number_of, only, page_address
from vizavi.api.site import Section
from vizavi.api.tokens import READ, WRITE, need
from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, NotThere
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.exchange import mapping, tasks, trial
from vizavi.exchange.models import ImportRun
from vizavi.exchange.outcome import COUNTS
from vizavi.exchange.rejects import again, mend
from vizavi.exchange.runs import begin, table_of
from vizavi.tables import Unreadable


def runs_of(user: Any) -> QuerySet[ImportRun]:
    """One's own imports; an administrator's are everybody's."""
    rows = ImportRun.objects.select_related("operation", "by")
    return rows if door.can(user, door.CHANGE, registry["firm"]) else rows.filter(by=user)


def fetch(user: Any, pk: int) -> ImportRun:
    """Raises `NotThere` for one that this person does not see."""
    run = runs_of(user).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if run is None or registry.get(run.entity) is None:
        raise NotThere
    return run


def told_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a trial with what is wrong with it or looks so."""
    told = [{"column": c, "message": text, "hint": hint} for c, text, hint in row["problems"]]
    return {"row": row["row"], "cells": row["cells"], "problems": told}


def shown(run: ImportRun) -> dict[str, Any]:
    counts = run.counts
    return {
        "id": run.pk,
        "entity": run.entity,
        "file_name": run.file_name,
        "by": run.by_id,
        "created_at": run.created_at,
        "state": run.state,
        "error": run.error,
        "rows": int(run.options.get("rows", 0)),
        "mapping": run.mapping,
        "done": int(counts.get("row", 0)),
        **{name: int(counts.get(name, 0)) for name in COUNTS},
        "operation": run.operation_id,
    }


def list_view(request: HttpRequest) -> HttpResponse:
    reader = need(request, READ)
    only(request, "after", "limit")
    limit = limit_of(request)
    rows = runs_of(reader.user).order_by("-pk")
    after = number_of(request, "after", 0, 2**63 - 1)
    found = list((rows.filter(pk__lt=after) if after else rows)[: limit + 1])
    following = page_address(request, "after", found[limit - 1].pk) if len(found) > limit else None
    return answer({"results": [shown(run) for run in found[:limit]], "next": following, "previous": None})


def create_view(request: HttpRequest) -> HttpResponse:
    """POST multipart: `file`, `entity` (the plural), and if one likes `mapping` (JSON), `encoding`, `delimiter`, `sheet`."""
    reader = need(request, WRITE)
    upload = upload_of(request)
    entity = registry.by_plural(request.POST.get("entity", ""))
    if entity is None or not entity.pages or not entity.many or entity.admin:
        raise Invalid({"entity": [_("Choose from the list.")]})
    actions.permit(reader.user, door.IMPORT, entity)
    said = {name: request.POST[name] for name in ("encoding", "delimiter", "sheet") if request.POST.get(name)}
    wanted = request.POST.get("mapping", "")
    content = hashlib.sha256(json.dumps([entity.name, said, wanted]).encode())
    for chunk in upload.chunks():
        content.update(chunk)
    upload.seek(0)

    def act() -> HttpResponse:
        try:
            run = begin(entity, reader.user, upload.name or "", upload.chunks(), said)
        except Unreadable as error:
            raise Invalid({"file": [str(error)]}) from None
        if wanted:
            try:
                settle(run, json.loads(wanted), reader)
            except ValueError:
                raise Invalid({"mapping": [_("The mapping is not a JSON object.")]}) from None
        where = address(request, f"/api/v1/imports/{run.pk}/")
        return answer(shown(run), 201, {"Location": where})

    return once(request, reader.user, content.digest(), act)


def settle(run: ImportRun, raw: Any, reader: Reader) -> None:
    """Take over a mapping. Raises `Invalid`."""
    try:
        settled = mapping.read(registry[run.entity], raw, table_of(run).headers, reader)
    except Invalid as error:
        raise Invalid({"mapping": [m for messages in error.errors.values() for m in messages]}) from None
    run.mapping = settled.json()
    run.save(update_fields=["mapping"])


def read_view(request: HttpRequest, pk: int) -> HttpResponse:
    reader = need(request, READ)
    return answer(shown(fetch(reader.user, pk)))


def open_run(request: HttpRequest, pk: int) -> tuple[ImportRun, Reader]:
    """A run that has not begun. Raises `NotThere`, 409."""
    reader = need(request, WRITE)
    run = fetch(reader.user, pk)
    if run.state != ImportRun.NEW:
        raise ApiError(409, "conflict", _("This import has begun already."))
    return run, reader


def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """PATCH `{"mapping": {…}}`."""
    run, reader = open_run(request, pk)
    _content, data = body_of(request)
    unknown = set(data) - {"mapping"}
    if unknown or "mapping" not in data:
        messages = {name: [_("There is no such field here.")] for name in unknown}
        raise Invalid(messages or {"mapping": [_("This field is required.")]})
    settle(run, data["mapping"], reader)
    return answer(shown(run))


def check_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: what the import would do; 202 while a large file is tried."""
    run, _reader = open_run(request, pk)
    trial.prepare(run)
    report = trial.report_of(run)
    if report is None:
        return answer({"ready": False}, 202)
    if report.get("error"):
        raise Invalid({"": [report["error"]]})
    counts = {name: report[name] for name in ("rows", *COUNTS)}
    told = {name: [told_of(row) for row in report[name]] for name in ("problems", "doubts")}
    return answer({"ready": True, **counts, "beside": report["beside"], **told})


def start_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: into the queue."""
    run, reader = open_run(request, pk)
    try:
        mapping.read(registry[run.entity], run.mapping, table_of(run).headers, Reader(run.by))
    except Invalid as error:
        raise Invalid({"mapping": [m for messages in error.errors.values() for m in messages]}) from None

    def act() -> HttpResponse:
        if ImportRun.objects.filter(pk=pk, state=ImportRun.NEW).update(state=ImportRun.WAITING):
            tasks.start(run)
        return answer(shown(fetch(reader.user, pk)), 202)

    return once(request, reader.user, b"", act)


def cancel_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: stop after the chunk under way."""
    reader = need(request, WRITE)
    run = fetch(reader.user, pk)
    if run.state not in (ImportRun.WAITING, ImportRun.RUNNING):
        raise ApiError(409, "conflict", _("This import is not running."))
    if run.operation_id:
        Operation.objects.filter(pk=run.operation_id).update(cancel=True)
    return answer(shown(run), 202)


def rejects_view(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the rows that were not taken, with the reasons by column."""
    reader = need(request, READ)
    run = fetch(reader.user, pk)
    only(request, "after", "limit")
    limit = limit_of(request)
    rows = run.rejects.filter(pk__gt=number_of(request, "after", 0, 2**63 - 1) or 0).order_by("pk")
    found = list(rows[: limit + 1])
    results = [
        {
            "id": r.pk,
            "row": r.row,
            "cells": r.cells,
            "problems": [{"column": c, "message": text} for c, text in r.problems],
        }
        for r in found[:limit]
    ]
    following = page_address(request, "after", found[limit - 1].pk) if len(found) > limit else None
    return answer({"results": results, "next": following, "previous": None})


def again_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `{"cells": {"ID": {"COLUMN": "text"}}}`: mend refused rows and import all that are left once more."""
    reader = need(request, WRITE)
    run = fetch(reader.user, pk)
    _content, data = body_of(request)
    cells = data.get("cells", {})
    try:
        mended = {int(i): {int(c): str(text) for c, text in row.items()} for i, row in cells.items()}
    except (ValueError, AttributeError):
        raise Invalid({"cells": [_("Send texts by the id of a row and the number of a column.")]}) from None
    if set(data) - {"cells"}:
        raise Invalid({name: [_("There is no such field here.")] for name in set(data) - {"cells"}})
    if run.state not in (ImportRun.DONE, ImportRun.FAILED) or run.operation is None:
        raise ApiError(409, "conflict", _("This import has not ended."))
    mend(run, {i: row for i, row in mended.items() if 0 < i < 2**63})
    again(run)
    return answer(shown(fetch(reader.user, pk)), 202)


def routes() -> Section:
    section = Section("/imports/")
    section.add("GET", "/", "list_imports", list_view, describe.imports)
    section.add("POST", "/", "create_import", create_view, describe.import_create)
    section.add("GET", "/{int:pk}/", "read_import", read_view, describe.import_read)
    section.add("PATCH", "/{int:pk}/", "change_import", change_view, describe.import_change)
    section.add("POST", "/{int:pk}/check/", "check_import", check_view, describe.import_check)
    section.add("POST", "/{int:pk}/start/", "start_import", start_view, describe.import_start)
    section.add("POST", "/{int:pk}/cancel/", "cancel_import", cancel_view, describe.import_cancel)
    section.add("GET", "/{int:pk}/rejects/", "rejects_of_import", rejects_view, describe.import_rejects)
    section.add("POST", "/{int:pk}/rejects/again/", "import_rejects_again", again_view, describe.import_again)
    return section
