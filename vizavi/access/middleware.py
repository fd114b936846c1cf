"""Who is asking, and in which language and time zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation

from vizavi.access.policy import is_known
from vizavi.core.firm import firm

#: Doors that are open to everybody; the API asks for its own token.
PUBLIC = ("/login/", "/logout/", "/password/", "/in/", "/static/", "/api/v1/", "/settings/_prefs/", "/healthz/")
Handler = Callable[[HttpRequest], HttpResponse]


class SignInRequired:
    """Everything but the public doors wants somebody signed in.

    A visit is sent to `/login/`; whatever a page of ours asks for gets 401: it stays, and signs in over itself.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_known(request.user) or request.path.startswith(PUBLIC):
            return self.get_response(request)
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401)
        where = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
        query = "" if where == "/" else "?" + urlencode({"next": where})
        return HttpResponseRedirect(settings.LOGIN_URL + query)


class Personal:
    """Language and time zone: the person's, else (of the language) the cookie's, else the firm's."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        mine = user.preferences if user.is_authenticated else {}
        known = dict(settings.LANGUAGES)
        wanted = (mine.get("language"), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME), firm().language)
        language = next((code for code in wanted if code in known), settings.LANGUAGE_CODE)
        translation.activate(language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        timezone.activate(zone_of(mine.get("time_zone") or firm().time_zone))
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        response.headers.setdefault("Content-Language", language)
        return response


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that name; Moscow's when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("Europe/Moscow")
