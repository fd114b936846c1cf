"""What runs in the background, in the top bar: progress, stop, result."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.core.models import Operation
from vizavi.screens import verbs
from vizavi.screens.journal import one_operation
from vizavi.screens.web import door_view, go, reader_of
from vizavi.ui import add_trigger, is_partial, render

#: So many are shown.
MOST = 5


def tray(request: HttpRequest) -> HttpResponse:
    """The chip while something of this person's runs; of those in `seen` that have ended it tells, once."""
    seen = [int(i) for i in request.GET.get("seen", "").split(",") if i.isdigit() and len(i) < 19][:MOST]
    mine = Operation.objects.filter(by=request.user.pk)
    running = list(mine.filter(state=Operation.RUNNING).order_by("pk")[:MOST])
    ended = mine.filter(pk__in=seen).exclude(state=Operation.RUNNING) if seen else []
    response = render(request, "screens/tray.html", {"jobs": [_job(row) for row in running]})
    for row in ended:
        add_trigger(response, "toast", _toast(row))
    return response


def _job(row: Operation) -> dict[str, Any]:
    done, total = done_of(row), row.total or 0
    passed = (timezone.now() - row.at).total_seconds()
    return {
        "id": row.pk,
        "what": verbs.describe(row),
        "title": row.title,
        "done": done,
        "total": total,
        "percent": min(100, done * 100 // total) if total else 0,
        "left": passed / done * (total - done) if done and total > done else None,
        "url": f"/operations/{row.pk}/",
        "stopping": row.cancel,
    }


def done_of(row: Operation) -> int:
    """How far a long operation is, in the unit of its total."""
    return int(row.checkpoint.get("done", row.checkpoint.get("row", row.changes)))


def _toast(row: Operation) -> dict[str, Any]:
    parts = [f"{verbs.describe(row)}: {verbs.state_text(row)}", _("changed: %(count)s") % {"count": row.changes}]
    if row.checkpoint.get("skipped"):
        parts.append(_("left alone: %(count)s") % {"count": row.checkpoint["skipped"]})
    link = {"label": _("Show"), "url": f"/operations/{row.pk}/"}
    return {"text": " · ".join(parts), "kind": "ok" if row.state == Operation.FINISHED else "warn", "link": link}


@door_view
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: ask a running operation to stop. What is done stays, and can be undone."""
    row = one_operation(reader_of(request), pk)
    Operation.objects.filter(pk=row.pk, state=Operation.RUNNING).update(cancel=True)
    if is_partial(request) and request.GET.get("tray"):
        return add_trigger(HttpResponse(status=204), "tray")
    return go(request, f"/operations/{pk}/", _("It stops after the rows that it is at."))
