"""What every generic view shares: the entity of a URL, the reader of a request, what follows a success."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Merged, NotThere, Refused
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.ui import add_toast, is_partial, refused

#: Parts of the frame that change with the page.
OOB = "#nav:outerMorph,#bottom:outerMorph,#back:outerMorph"


def entity_of(plural: str, *, admin: bool | None = None) -> Entity:
    """The entity of a URL that has pages. Raises Http404."""
    entity = registry.by_plural(plural)
    if entity is None or not entity.pages or (admin is not None and entity.admin != admin):
        raise Http404
    return entity


def reader_of(request: HttpRequest) -> Reader:
    """One reader per request, so that titles are looked up once."""
    if not hasattr(request, "_reader"):
        request._reader = Reader(request.user)  # type: ignore[attr-defined]
    return request._reader  # type: ignore[attr-defined]


def door_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What the door refuses becomes 404 for strangers, and 403 with the reason for those who may see."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Merged as merged:
            return _moved(request, kwargs, merged.into)
        except NotThere:
            raise Http404 from None
        except Refused as refusal:
            return refused(request, refusal)

    return wrapped


def _moved(request: HttpRequest, kwargs: dict[str, Any], into: int) -> HttpResponse:
    """The same page of the record into which this one was merged. An undo brings it back: no browser remembers it."""
    if request.method not in ("GET", "HEAD") or "pk" not in kwargs:
        raise Http404
    url = request.get_full_path().replace(f"/{kwargs['pk']}/", f"/{into}/", 1)
    return HttpResponsePermanentRedirect(url, headers={"Cache-Control": "no-store"})


def entity_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of `/<plural>/…` or `/settings/<plural>/…` gets the entity instead of the word."""

    @wraps(view)
    def wrapped(
        request: HttpRequest, plural: str, *args: Any, admin: bool | None = None, **kwargs: Any
    ) -> HttpResponse:
        return view(request, entity_of(plural, admin=admin), *args, **kwargs)

    return door_view(wrapped)


def undo_url(operation: Operation | None) -> str:
    return f"/operations/{operation.pk}/undo/" if operation is not None else ""


def go(
    request: HttpRequest, url: str, text: str = "", operation: Operation | None = None, *, replace: bool = False
) -> HttpResponse:
    """After a success: to another page, with or without htmx, with a toast that offers to undo.

    `replace` makes no step for the Back button.
    """
    if text:
        messages.success(request, text, extra_tags=undo_url(operation))
    if is_partial(request):
        response = HttpResponse(status=204)
        where = {"path": url, "target": "#main", "select": "#main", "swap": "outerMorph", "selectOOB": OOB}
        response["HX-Location"] = json.dumps({**where, "replace" if replace else "push": "true"})
        return response
    return HttpResponseRedirect(url)


def said(response: HttpResponse, text: str, operation: Operation | None = None) -> HttpResponse:
    """The answer with a toast that offers to undo what the operation did."""
    return add_toast(response, text, undo_url=undo_url(operation))


def records_text(count: int) -> str:
    """`1 record`, `5 records`."""
    return ngettext("%(count)s record", "%(count)s records", count) % {"count": count}


def version_of(raw: str | None) -> int | None:
    """The version that a form was shown with; None for something else."""
    return int(raw) if raw and raw.isdigit() and len(raw) < 10 else None


def safe_next(raw: str | None, default: str) -> str:
    """A path of ours to go back to; never another host."""
    return raw if raw and raw.startswith("/") and not raw.startswith(("//", "/\\")) else default


def invalid_text(errors: dict[str, list[str]]) -> str:
    """All messages in one line, for a toast."""
    return " ".join(dict.fromkeys(m for found in errors.values() for m in found)) or _(
        "Something is wrong with this input."
    )
