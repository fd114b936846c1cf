"""What all pages of importing share: whose run it is, the stepper, who may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Refused
from vizavi.exchange.models import ImportRun
from vizavi.ui import refused

both = require_http_methods(["GET", "HEAD", "POST"])


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the door refuses is said on a page of its own."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return refused(request, refusal)

    return wrapped


def places(user: Any) -> list[Entity]:
    """What this person may import."""
    return [e for e in registry if e.pages and e.many and not e.admin and e.place and door.can(user, door.IMPORT, e)]


def run_of(request: HttpRequest, pk: int) -> ImportRun:
    """One's own import; an administrator's eye sees all. Raises Http404."""
    rows = ImportRun.objects.select_related("operation", "by")
    if not door.can(request.user, door.CHANGE, registry["firm"]):
        rows = rows.filter(by=request.user)  # type: ignore[misc]
    run = rows.filter(pk=pk).first()
    if run is None or registry.get(run.entity) is None:
        raise Http404
    return run


def onward(request: HttpRequest, url: str) -> HttpResponse:
    """To the next step, also for a part of a page that asks every second."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def frame(step: int, run: ImportRun | None = None, **context: Any) -> dict[str, Any]:
    """The stepper, the heading and what stands at its right, for every step."""
    base = f"/imports/{run.pk}/" if run else ""
    open_ = run is not None and run.state == ImportRun.NEW
    urls = [f"{base}file/" if open_ else None, f"{base}columns/" if open_ else None, f"{base}check/" if open_ else None]
    labels = [_("File"), _("Mapping"), _("Trial"), _("Import"), _("Result")]
    return {
        "steps": [{"label": text, "url": url} for text, url in zip(labels, [*urls, None, None], strict=True)],
        "current": step,
        "run": run,
        "title": PurePath(run.file_name).stem if run else _("New import"),
        "entity": registry[run.entity] if run else None,
        "rows_in_file": int(run.options.get("rows", 0)) if run else 0,
        "sheet": run.options.get("sheet", "") if run else "",
        "base": base,
        **context,
    }
