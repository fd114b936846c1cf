"""What every page knows besides its own data: the person, the places, the look. Packages above add to it.

    from vizavi.ui import context_provider

    @context_provider
    def places(request):
        return {"nav": [...], "creates": [...]}

A later provider wins over an earlier one, and a view's own context over all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language

Provider = Callable[[HttpRequest], dict[str, Any]]
_providers: list[Provider] = []

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")


def context_provider(provider: Provider) -> Provider:
    """Adds a function of the request to every page's context. Call it once, from the package's AppConfig.ready()."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else allowed[0]


def defaults(request: HttpRequest) -> dict[str, Any]:
    """The frame works with nothing else installed: empty menus, the look from cookies."""
    user = getattr(request, "user", None)
    cookies = request.COOKIES
    return {
        "user": user,
        "user_name": str(user) if user is not None and user.is_authenticated else "",
        "user_login": getattr(user, "email", ""),
        "user_id": user.pk if user is not None and user.is_authenticated else "",
        "path": request.path,
        "lang": get_language() or settings.LANGUAGE_CODE,
        "languages": list(settings.LANGUAGES),
        "theme": _one_of(cookies.get("theme"), THEMES),
        "density": _one_of(cookies.get("density"), DENSITIES),
        "side": "min" if cookies.get("side") == "min" else "full",
        "keys": "off" if cookies.get("keys") == "off" else "on",
        "messages": [
            {"text": str(message), "kind": message.level_tag, "extra": message.extra_tags or ""}
            for message in messages.get_messages(request)
        ],
        "firm_name": "Vizavi",
        "firm_logo": "",
        "nav": [],
        "nav_pinned": [],
        "nav_bottom": [],
        "side_menu": [],
        "creates": [],
        "commands": [],
        "banner": None,
        "notices_url": "",
        "notices_count": 0,
        "profile_url": "",
        "operations_url": "",
        "bin_url": "",
        "logout_url": "/logout/",
        "search_url": "/search/",
        "palette_url": "/search/_palette/",
        "prefs_url": "/settings/_prefs/",
        "tray_url": "",
        "login_url": "/login/",
        "helpers": lambda owner_id=None: [],
    }


def page_context(request: HttpRequest) -> dict[str, Any]:
    """All providers together, computed once per request. Also usable as a context processor."""
    known: dict[str, Any] | None = getattr(request, "_ui_context", None)
    if known is None:
        known = defaults(request)
        for provider in _providers:
            known |= provider(request)
        request._ui_context = known  # type: ignore[attr-defined]
    return known
