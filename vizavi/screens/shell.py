"""What stands around every page: the places, what can be created, the firm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.firm import firm
from vizavi.ui import context_provider

#: The order of the sidebar; entities that are not named follow.
PLACES = ("leads", "deals", "contacts", "companies")
#: The letter after C that creates, and after G that goes there (physical key, as KeyboardEvent.code names it).
KEYS = {"leads": "L", "deals": "D", "contacts": "K", "companies": "O"}


def places(user: Any) -> list[Entity]:
    """The entities that this person may see at all, in the order of the sidebar."""
    shown = [e for e in registry if e.pages and e.place and not e.admin and door.branches(user, e)]
    rank = {plural: n for n, plural in enumerate(PLACES)}
    return sorted(shown, key=lambda e: rank.get(e.plural, len(PLACES)))


#: What packages above add at the bottom of the sidebar: (address, label, icon) for those who have something to do there.
bottom_places: list[Callable[[Any], Iterable[tuple[str, str, str]]]] = []


@context_provider
def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    context: dict[str, Any] = {"firm_name": firm().name}
    if user is None or not user.is_authenticated:
        return context
    path = request.path
    shown = places(user)
    home = [("/today/", _("Today"), "house", "T")] if shown else []
    context["nav"] = [
        {"url": url, "label": label, "icon": icon, "badge": badge, "current": path.startswith(url), "key": key}
        for url, label, icon, key, badge in (
            *((*place, None) for place in home),
            *((e.url(), e.label_plural, e.icon, KEYS.get(e.plural, ""), e.name if e.badge else None) for e in shown),
        )
    ]
    context["nav_bottom"] = [
        {"url": url, "label": label, "icon": icon, "count": None, "current": path.startswith(url), "key": ""}
        for place in bottom_places
        for url, label, icon in place(user)
    ] + [
        {
            "url": "/settings/",
            "label": _("Settings"),
            "icon": "settings",
            "count": None,
            "current": path.startswith(("/settings/", "/imports/", "/operations/", "/bin/")),
            "key": "",
        }
    ]
    context["creates"] = [
        {"url": f"/_quick/{e.plural}/", "label": e.label, "icon": e.icon, "key": KEYS.get(e.plural, "")}
        for e in shown
        if door.can(user, door.CREATE, e)
    ]
    # What the palette offers besides places and things to create.
    context["commands"] = [
        {"url": url, "title": title, "icon": icon}
        for url, title, icon in (
            ("/bin/", _("Recycle bin"), "trash-2"),
            ("/operations/", _("Recent actions"), "history"),
            ("/imports/", _("Import"), "upload"),
            ("/settings/profile/", _("Profile"), "user-round"),
        )
    ]
    context["bin_url"] = "/bin/"
    context["tray_url"] = "/_tray/"
    context["operations_url"] = "/operations/"
    context["profile_url"] = "/settings/profile/"
    return context
