"""How a person likes the screens, on every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from vizavi.ui import context_provider, is_partial

#: What may be chosen without a form: {name: values}.
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "density": ("comfortable", "compact"),
    "side": ("full", "min"),
    "keys": ("on", "off"),
    "language": tuple(code for code, _label in settings.LANGUAGES),
}


@context_provider
def look(request: HttpRequest) -> dict[str, Any]:
    """The person's own theme, density and menu over those of the cookies."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    mine = user.preferences
    return {name: mine[name] for name in ("theme", "density", "side", "keys") if mine.get(name) in CHOICES[name]}


def chosen(request: HttpRequest) -> dict[str, str]:
    """What was sent and can be chosen."""
    return {name: request.POST[name] for name, values in CHOICES.items() if request.POST.get(name) in values}


@require_POST
def prefs(request: HttpRequest) -> HttpResponse:
    """Remember a choice: in the profile of who is signed in, in a cookie otherwise."""
    wanted = chosen(request)
    response: HttpResponse = HttpResponse(status=204)
    if not is_partial(request):
        response = HttpResponseRedirect(back(request))
    if request.user.is_authenticated and wanted:
        remember(request.user, wanted)
    for name, value in wanted.items():
        cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else name
        age = settings.LANGUAGE_COOKIE_AGE
        response.set_cookie(cookie, value, max_age=age, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response


def remember(user: Any, chosen: dict[str, str]) -> None:
    """Into the preferences, which are no data of the firm and stay out of the journal. Two choices at once both stay."""
    with transaction.atomic():
        fresh = get_user_model().objects.select_for_update().get(pk=user.pk)
        user.preferences = fresh.preferences = {**fresh.preferences, **chosen}
        fresh.save(update_fields=["preferences"])


def back(request: HttpRequest) -> str:
    """The page that the form stood on, if it is ours."""
    origin = f"{request.scheme}://{request.get_host()}"
    came = request.headers.get("Referer", "")
    return came[len(origin) :] if came.startswith(origin + "/") else "/"
