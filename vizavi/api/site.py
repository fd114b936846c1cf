"""The NinjaAPI, the gate that every request passes, and how a route is added with its description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import trans_real
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router
from ninja.security import HttpBearer

from vizavi.api import errors, throttle
from vizavi.api.tokens import Caller, caller_of_secret, secret_of
from vizavi.core.firm import language_of, zone_of

View = Callable[..., HttpResponseBase]
#: Describes an operation for OpenAPI in the current language.
Description = Callable[[], dict[str, Any]]


class bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`. A wrong token counts against the address, a right one against itself."""

    def __call__(self, request: HttpRequest) -> Caller | None:
        return self.authenticate(request, secret_of(request))

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        caller = caller_of_secret(token)
        if caller is None:
            throttle.count(throttle.failures, throttle.address_of(request))
            return None
        throttle.count(throttle.requests, caller.fingerprint)
        request.user = caller.user
        suit(request, caller.user)
        return caller


def asked_language(request: HttpRequest) -> str:
    """The first of our languages that the request asks for, `""` when it asks for none."""
    wanted = trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((code[:2] for code, _quality in wanted if code[:2] in dict(settings.LANGUAGES)), "")


def suit(request: HttpRequest, user: Any) -> None:
    """The person's own language and time zone; a language that the request asks for comes before."""
    translation.activate(asked_language(request) or language_of(user))
    timezone.activate(zone_of(user))


api = NinjaAPI(
    title="Vizavi", version="1", urls_namespace="api", openapi_url=None, docs_url=None, auth=bearer(), openapi_extra={}
)
errors.handle(api)
descriptions: dict[str, Description] = {}


class Section:
    """A router with its tag. A route needs a name that is its operationId, and a description for the document."""

    def __init__(self, prefix: str):
        self.prefix = prefix
        self.router = Router(tags=[prefix.strip("/")])

    def add(self, method: str, path: str, name: str, view: View, describe: Description) -> None:
        descriptions[name] = describe
        self.router.add_api_operation(path, [method], view, operation_id=name, url_name=name)

    def mount(self) -> None:
        api.add_router(self.prefix, self.router)


def gate(view: View) -> View:
    """Around every address: never anything but JSON, nothing kept by caches, words and moments as asked for."""

    @csrf_exempt  # a bearer token is no cookie: no other site can make a browser send it
    @wraps(view)
    def passed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "HEAD":
            request.method = "GET"  # the server drops the body
        language = asked_language(request) or translation.get_language()
        with translation.override(language), timezone.override(zone_of(None)):
            try:
                response: HttpResponseBase = view(request, *args, **kwargs)
            except Exception as error:
                response = errors.of_exception(request, error)
            if response.status_code == 405:
                allowed = response.headers["Allow"]
                message = _("This address knows only %(methods)s.") % {"methods": allowed}
                response = errors.failure(405, message, headers={"Allow": allowed})
            response.headers["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="Vizavi"'
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Vary"] = "Authorization, Accept-Language"
        return response

    return passed


def patterns() -> list[URLPattern]:
    """Ninja's addresses, each behind the gate."""
    found: list[URLPattern] = []
    routes: list[URLPattern | URLResolver] = list(api.urls[0])
    for route in routes:
        if isinstance(route, URLPattern) and route.name != "api-root":
            route.callback = gate(route.callback)
            found.append(route)
    return found
