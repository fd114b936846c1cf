"""The strip that says that these are demo data, and the button that takes them away."""

from __future__ import annotations

import time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.screens.web import go
from vizavi.ui import context_provider

_SECONDS = 30.0
_known: tuple[float, bool] = (0.0, False)


def is_there() -> bool:
    """Is the demo firm loaded? Looked up at most every half a minute in a process."""
    global _known
    from vizavi.demo.load import is_loaded

    now = time.monotonic()
    if not _known[0] or now - _known[0] > _SECONDS:
        _known = (now, is_loaded())
    return _known[1]


@context_provider
def strip(request: HttpRequest) -> dict[str, Any]:
    """For administrators, on the page "Today"."""
    user: Any = getattr(request, "user", None)
    if request.path != "/today/" or user is None or not user.is_authenticated or not may_remove(user):
        return {}
    if not is_there():
        return {}
    button = {"label": _("Remove"), "url": "/demo/remove/", "icon": "trash-2"}
    return {"banner": {"text": _("These are demo data: an invented firm to try things out."), "button": button}}


def may_remove(user: Any) -> bool:
    return bool(door.can(user, door.CHANGE, registry["firm"]))


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """POST: take the demo firm away, but for what people have worked on."""
    global _known
    from vizavi.demo.load import is_loaded, remove

    if not may_remove(request.user) or not is_loaded():
        raise Http404
    left = remove(request.user)
    _known = (0.0, False)
    text = _("The demo data are gone.")
    return go(request, "/today/", text if not left else text + " " + _("What people have worked on stays."))
