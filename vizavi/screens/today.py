"""The first page of the day: what packages put there, what was starred, what was looked at lately."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.core.reading import Reader
from vizavi.screens.offers import Panel, home_panel, home_panels
from vizavi.screens.shell import places
from vizavi.screens.web import reader_of
from vizavi.search.favourites import favourites
from vizavi.ui import formats, render


def home(request: HttpRequest) -> HttpResponse:
    """`/`: Today, or a word for whom nothing is open."""
    if not places(request.user):
        return render(request, "screens/nothing.html", status=200)
    return HttpResponseRedirect("/today/")


def today(request: HttpRequest) -> HttpResponse:
    """`/today/`."""
    reader, now = reader_of(request), timezone.localtime()
    words = [(5, _("Good night")), (12, _("Good morning")), (18, _("Good afternoon")), (24, _("Good evening"))]
    greeting = next(text for before, text in words if now.hour < before)
    context = {
        "greeting": f"{greeting}, {str(request.user).split()[0]}",
        "date": formats.date(now.date(), "full"),
        "panels": home_panels(reader),
    }
    return render(request, "screens/today.html", context, block="content")


@home_panel("side")
def starred(reader: Reader) -> Panel:
    """The person's favourites, and room for what their browser remembers."""
    rows = [
        {"title": ref.title, "sub": entity.label, "url": ref.url, "icon": entity.icon, "tone": entity.tone}
        for entity, ref in favourites(reader)[:10]
    ]
    return Panel("screens/today_side.html", {"favourites": rows})
