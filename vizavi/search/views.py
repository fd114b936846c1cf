"""The search page and what the palette shows."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.core.reading import Reader
from vizavi.search import find
from vizavi.search.finding import Hit
from vizavi.ui import render

EACH, PAGE = 5, 50


def asked(request: HttpRequest) -> str:
    """What is looked for: one line without control characters."""
    return " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]


def row(hit: Hit) -> dict[str, Any]:
    """A hit as the components show it."""
    return {"url": hit.url, "title": hit.title, "sub": hit.snippet, "icon": hit.entity.icon, "tone": hit.entity.tone}


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """`/search/?q=`."""
    text = asked(request)
    hits = find(text, Reader(request.user), limit=PAGE) if text else []
    context = {"q": text, "rows": [{**row(h), "label": h.entity.label} for h in hits], "most": PAGE}
    return render(request, "search/results.html", context, block="content")


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Groups of hits for the palette, five of each entity."""
    text, reader = asked(request), Reader(request.user)
    groups = []
    if text:
        entities = [e for e in registry if not e.admin and e.pages and door.branches(reader.user, e)]
        hits = sorted(
            (h for e in entities for h in find(text, reader, limit=EACH + 1, entities=[e])), key=lambda h: h.entity.name
        )
        for entity, found in groupby(hits, key=lambda h: h.entity):
            rows = list(found)
            url = f"{entity.url()}?q={text}" if len(rows) > EACH else None
            groups.append(
                {"label": entity.label_plural, "url": url, "rows": [row(h) for h in rows[:EACH]], "best": rows[0].rank}
            )
        groups.sort(key=lambda g: g["best"])
    return render(request, "search/palette.html", {"groups": groups, "q": text})
