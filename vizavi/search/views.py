"""The search page, what the palette shows, and the star of a record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vizavi.core import actions
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import NotThere
from vizavi.core.reading import Reader
from vizavi.search import favourites, find, palette
from vizavi.search.words import other_layout
from vizavi.ui import add_toast, is_partial, render

PAGE = 50


def asked(request: HttpRequest) -> str:
    """What is looked for: one line without control characters."""
    return " ".join(request.GET.get("q", "").replace("\x00", "").split())[:200]


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """`/search/?q=`; what nothing matches is tried as if typed in the other keyboard layout."""
    text, reader = asked(request), Reader(request.user)
    hits = (find(text, reader, limit=PAGE) or find(other_layout(text), reader, limit=PAGE)) if text else []
    context = {"q": text, "rows": [{**palette.row(h), "label": h.entity.label} for h in hits], "most": PAGE}
    return render(request, "search/results.html", context, block="content")


@require_GET
def palette_rows(request: HttpRequest) -> HttpResponse:
    """Groups of rows for what was typed."""
    text = asked(request)
    groups = palette.answer(text, Reader(request.user))
    return render(request, "search/palette.html", {"groups": groups, "q": text.lstrip("@#+").strip()})


@require_GET
def palette_actions(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What can be done with one result."""
    entity = _entity(kind)
    try:
        groups = palette.doable(entity, pk, Reader(request.user))
    except NotThere:
        raise Http404 from None
    return render(request, "search/palette.html", {"groups": groups, "q": ""})


@require_POST
def star(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """POST `on=1` or `on=`: among the favourites or not; answers the button."""
    entity, on = _entity(kind), bool(request.POST.get("on"))
    try:
        actions.fetch(entity, pk, request.user)
    except NotThere:
        raise Http404 from None
    favourites.star(request.user, entity, pk, on)
    if not is_partial(request):
        return HttpResponseRedirect(entity.url(pk))
    context = {"star": {"url": f"/_star/{kind}/{pk}/", "on": on}}
    return add_toast(render(request, "search/star.html", context), _("In your favourites") if on else _("Taken out"))


def _entity(name: str) -> Entity:
    entity = registry.get(name)
    if entity is None or not entity.pages:
        raise Http404
    return entity
