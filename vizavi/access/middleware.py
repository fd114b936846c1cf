"""Who is asking, and in which language and time zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation

from vizavi.access.policy import is_known
from vizavi.core.firm import language_of, zone_of

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
        language = language_of(request.user, request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        zone = zone_of(request.user)
        translation.activate(language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        timezone.activate(zone)
        try:
            response: Any = self.get_response(request)
        finally:
            timezone.deactivate()
        if response.streaming and not isinstance(response, FileResponse):
            response.streaming_content = told(response.streaming_content, language, zone)
        response.headers.setdefault("Content-Language", language)
        return response


def told(chunks: Iterable[Any], language: str, zone: zoneinfo.ZoneInfo) -> Iterator[Any]:
    """A stream is made when the view has long returned: each piece in the language and zone of its reader."""
    rest = iter(chunks)
    while True:
        with translation.override(language), timezone.override(zone):
            try:
                piece = next(rest)
            except StopIteration:
                return
        yield piece
