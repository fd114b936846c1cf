"""Recent operations: who did what, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.core.journal import can_undo, subjects, undo
from vizavi.core.journal.undo import AT_ONCE, Obstacle
from vizavi.core.models import Change, Operation
from vizavi.core.reading import Reader
from vizavi.jobs.tasks import BIN_DAYS
from vizavi.jobs.undo import undo_later
from vizavi.screens import verbs
from vizavi.screens.web import door_view, go, reader_of, safe_next
from vizavi.ui import render
from vizavi.ui.formats import nth

PAGE = 50
ROWS = 100
SHOWN = 50


def _mine(reader: Reader) -> Any:
    """One's own operations; everybody's for who runs the firm."""
    rows = Operation.objects.all()
    return rows if door.can(reader.user, door.CHANGE, registry["firm"]) else rows.filter(by=reader.user.pk)


def one_operation(reader: Reader, pk: int) -> Operation:
    row = _mine(reader).filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404
    return row


@door_view
def operations(request: HttpRequest) -> HttpResponse:
    """`/operations/?before=`: newest first."""
    reader = reader_of(request)
    rows = _mine(reader).exclude(changes=0, state=Operation.FINISHED).order_by("-pk")
    raw = request.GET.get("before", "")
    if raw.isdigit() and len(raw) < 19:
        rows = rows.filter(pk__lt=int(raw))
    found = list(rows[: PAGE + 1])
    shown, more = found[:PAGE], len(found) > PAGE
    undone = set(
        Operation.objects.filter(undoes__in=shown)
        .exclude(undoings__state=Operation.FINISHED)
        .values_list("undoes", flat=True)
    )
    context = {
        "rows": [
            {
                **_row(op, reader),
                "undo": op.changes > 0 and op.state != Operation.RUNNING and op.pk not in undone,
                "undone": op.pk in undone,
            }
            for op in _with_people(shown, reader)
        ],
        "older": f"/operations/?before={shown[-1].pk}" if more else "",
    }
    return render(request, "screens/operations.html", context, block="content")


@door_view
def operation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What one operation did, record by record, as far as this person may see it."""
    reader = reader_of(request)
    row = one_operation(reader, pk)
    return render(request, "screens/operation.html", _operation_context(row, reader), block="content")


@door_view
def undo_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: undo (or redo). What stands in the way is listed field by field, the rest is undone."""
    reader = reader_of(request)
    row = one_operation(reader, pk)
    back = safe_next(request.POST.get("next"), f"/operations/{pk}/")
    if row.changes > AT_ONCE:
        long = undo_later(row, reader.user, via="page")
        return go(request, f"/operations/{long.pk}/", _("Undoing has begun; it goes on while you work."))
    result = undo(row, reader.user)
    if result.obstacles:
        context = {
            **_operation_context(row, Reader(reader.user)),
            "obstacles": [_obstacle(o) for o in result.obstacles[:SHOWN]],
            "partly": result.undone > 0,
        }
        return render(
            request,
            "screens/operation.html",
            context,
            block="content",
            status=409,
            headers={"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "innerHTML"},
        )
    text = (
        _("Done again.")
        if row.undoes_id
        else ngettext("%(count)s change was undone.", "%(count)s changes were undone.", result.undone)
        % {"count": result.undone}
    )
    return go(request, back, text, result.operation)


def _with_people(rows: list[Operation], reader: Reader) -> list[Operation]:
    reader.refs(registry["user"], {op.by_id for op in rows if op.by_id})
    subjects(rows, reader)
    return rows


def _row(op: Operation, reader: Reader) -> dict[str, Any]:
    entity = registry.get(op.entity)
    title, record_id = subjects([op], reader)[op.pk]
    return {
        "id": op.pk,
        "at": op.at,
        "what": verbs.describe(op),
        "icon": verbs.icon(op),
        "about": verbs.about(op),
        "title": title,
        "changes": op.changes,
        "by": reader.ref(registry["user"], op.by_id).title if op.by_id else _("The system"),
        "through": verbs.through(op),
        "state": op.state,
        "state_text": verbs.state_text(op),
        "url": f"/operations/{op.pk}/",
        "record_url": entity.url(record_id) if entity and record_id and entity.pages else "",
        "total": op.total,
        "done": op.checkpoint.get("done", op.changes),
        "error": op.checkpoint.get("error", ""),
        "is_undo": op.undoes_id is not None,
        "problem": op.checkpoint.get("problem", ""),
    }


def _operation_context(row: Operation, reader: Reader) -> dict[str, Any]:
    rows = list(row.rows.order_by("pk")[:ROWS])
    wanted: dict[str, set[int]] = {}
    for change in rows:
        wanted.setdefault(change.entity, set()).add(change.record_id)
        for f in registry[change.entity].relations if registry.get(change.entity) else ():
            wanted.setdefault(f.target.name, set()).update(v for v in change.diff.get(f.name, ()) if isinstance(v, int))
    for name, ids in wanted.items():
        if registry.get(name):
            reader.refs(registry[name], ids)
    skipped, count = _skipped(row, reader)
    _with_people([row], reader)
    verdict = can_undo(row, reader.user)
    return {
        "op": _row(row, reader),
        "changes": [c for change in rows if (c := _change(change, reader))],
        "more": max(0, row.changes - len(rows)),
        "skipped": skipped,
        "skipped_count": count,
        "skipped_url": f"{registry[skipped[0]['entity']].url()}?id__skipped={row.pk}" if skipped else "",
        "may_undo": bool(verdict),
        "reason": verdict.reason,
        "obstacles": [],
        "partly": False,
        "until": _until(row) if verdict else None,
        "undone_by": Operation.objects.filter(undoes=row).order_by("-pk").first(),
        "undoes": row.undoes_id,
    }


def _skipped(row: Operation, reader: Reader) -> tuple[list[dict[str, Any]], int]:
    """Some of those that were left alone, with the reasons, and how many there are."""
    found = list(row.skipped.order_by("pk")[:ROWS])
    for name in {s.entity for s in found}:
        reader.refs(registry[name], [s.record_id for s in found if s.entity == name])
    shown = [
        {"entity": s.entity, "ref": reader.ref(registry[s.entity], s.record_id), "reason": s.reason} for s in found
    ]
    return shown, row.skipped.count() if len(found) == ROWS else len(found)


def _obstacle(found: Obstacle) -> dict[str, str]:
    entity = registry.get(found.entity)
    f = entity.fields.get(found.field) if entity else None
    title = found.title or f"{entity.label if entity else found.entity} {nth(found.record_id)}"
    return {"title": title, "field": f.label if f else found.field, "message": found.message}


def _until(row: Operation) -> Any:
    """When undoing ends because the recycle bin is emptied; None for an operation that deleted nothing."""
    deleted = Change.objects.filter(operation=row, action=Change.DELETE).exists()
    return row.at + timedelta(days=BIN_DAYS) if deleted else None


def _change(change: Change, reader: Reader) -> dict[str, Any] | None:
    entity = registry.get(change.entity)
    if entity is None:
        return None
    ref = reader.ref(entity, change.record_id)
    fields = []
    for name, values in change.diff.items():
        f = entity.fields.get(name)
        if ref.visible and f is not None and reader.access(entity).sees(name):
            before, after = (f.text(f.from_json(v), reader) if v is not None else "" for v in values)
            fields.append({"label": f.label, "before": before, "after": after})
    return {
        "ref": ref,
        "entity": entity.label,
        "action": verbs.action_text(change.action),
        "icon": entity.icon,
        "tone": entity.tone,
        "fields": fields,
        "created": change.action == Change.CREATE,
    }
