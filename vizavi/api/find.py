"""`search/`: the quick search of the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from vizavi import search
from vizavi.api import describe
from vizavi.api.errors import answer
from vizavi.api.reading import number_of, only
from vizavi.api.site import Section
from vizavi.api.tokens import READ, need
from vizavi.search.finding import Hit

MOST = 50


def search_view(request: HttpRequest) -> HttpResponse:
    reader = need(request, READ)
    only(request, "q", "limit")
    limit = number_of(request, "limit", 20, MOST)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]
    found = search.find(text, reader, limit=limit) if text else []
    return answer({"results": [shown(hit) for hit in found]})


def shown(hit: Hit) -> dict[str, Any]:
    return {"entity": hit.entity.name, "id": hit.id, "title": hit.title, "snippet": hit.snippet, "url": hit.url}


def routes() -> Section:
    section = Section("/search/")
    section.add("GET", "/", "search", search_view, describe.search)
    return section
