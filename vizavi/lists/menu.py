"""Pinned views in the menu, and the live numbers beside its places."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from vizavi.core import door, pages
from vizavi.core.entity import registry
from vizavi.lists import own
from vizavi.lists.models import View
from vizavi.lists.saved import views_of
from vizavi.lists.state import pairs_of, read
from vizavi.screens.web import reader_of
from vizavi.ui import context_provider

#: So many seconds the browser keeps the numbers.
FRESH = 30


def pinned(request: HttpRequest) -> list[View]:
    """The views in this person's menu."""
    ids = own.pinned(request.user)
    by_id = {v.pk: v for v in views_of(request)} if ids else {}
    return [by_id[pk] for pk in ids if pk in by_id]


def counts(request: HttpRequest) -> dict[str, str]:
    """Live numbers beside the places of the menu that declare one, and beside pinned views; never exact for many."""
    reader, found = reader_of(request), {}
    wanted = [(e.name, e, e.badge, True) for e in registry if e.badge and door.branches(reader.user, e)]
    wanted += [(f"view-{v.pk}", registry[v.kind], v.query, False) for v in pinned(request)]
    for key, entity, query, hide_zero in wanted:
        number, exact = pages.count(entity, reader, read(entity, reader, pairs_of(query), dropped=[]).where())
        found[key] = "" if hide_zero and not number else str(number) if exact else "10 000+"
    return found


def badges(request: HttpRequest) -> HttpResponse:
    """Numbers by place, `{"view-7": "24"}`. The browser keeps them for a while, so that pages cost nothing more."""
    response = JsonResponse(counts(request))
    response["Cache-Control"] = f"private, max-age={FRESH}"
    return response


@context_provider
def places(request: HttpRequest) -> dict[str, Any]:
    """The pinned views, under the places."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    here = request.GET.get("view")
    return {
        "nav_pinned": [
            {
                "url": v.url,
                "label": v.name,
                "icon": v.icon,
                "tone": v.tone,
                "badge": f"view-{v.pk}",
                "current": here == str(v.pk) and request.path == registry[v.kind].url(),
            }
            for v in pinned(request)
        ]
    }
