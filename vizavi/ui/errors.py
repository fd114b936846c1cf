"""What is shown when something went wrong: a page that says what to do next; for a part of a page, a toast over it.

Named by `config.urls` as Django's (and allauth's) handlers. Who is signed in keeps the menus around the message.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from vizavi.ui.pages import add_toast, is_partial, render

log = logging.getLogger(__name__)

#: After so many seconds a limit of requests that does not say otherwise lets one through again.
WAIT = 60


def problem(request: HttpRequest, code: int, title: str, text: str, **more: Any) -> HttpResponse:
    """The page of an error, or a toast for a part of a page. `more` goes to the template: reason, people, incident."""
    if is_partial(request):
        response = add_toast(HttpResponse(status=code), more.get("reason") or text, kind="error")
        response["HX-Reswap"] = "none"
        return response
    user = getattr(request, "user", None)
    inside = user is not None and user.is_authenticated
    context = {"code": code, "title": title, "text": text, **more}
    return render(request, "ui/lost.html" if inside else "ui/error.html", context, status=code)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent makes no sense."""
    return problem(request, 400, _("This request makes no sense"), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 without a reason of ours."""
    return problem(request, 403, _("No access"), _("You may not do this."))


def refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    """403 with the reason, and whose record it is: of a `core.errors.Refused`."""
    return problem(request, 403, _("No access"), refusal.reason, owner_id=refusal.owner_id)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose key has changed since it was shown, as signing in does. Carries the new key: only pages of
    ours can read it, and send their form again with it."""
    response = problem(
        request,
        403,
        _("This page has become too old"),
        _("Somebody has signed in or out since it was opened. Open it anew and send it again."),
    )
    response["X-CSRF-Token"] = get_token(request)
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is nothing here, or nothing for this person. The two are never told apart."""
    return problem(
        request, 404, _("Nothing is here"), _("It was deleted, the address is mistyped, or you have no access to it.")
    )


def too_often(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, with the seconds to wait."""
    title, text = _("Too often"), _("There were too many attempts in a short time.")
    if is_partial(request):
        response = HttpResponse(status=429)  # the page counts down by itself
    else:
        response = problem(request, 429, title, text, retry_after=WAIT)
    response["Retry-After"] = str(WAIT)
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """500, with a number that also stands in the log. Leans on nothing that may be what broke."""
    incident = secrets.token_hex(4)
    log.error("Incident %s: %s %s", incident, request.method, request.path)
    if is_partial(request):
        response = HttpResponse(status=500)
    else:
        context = {
            "code": 500,
            "title": _("Something went wrong here"),
            "text": _("We have written it down. What you saved before is safe."),
            "incident": incident,
        }
        try:
            response = render(request, "ui/error.html", context, status=500)
        except Exception:
            # The database may be what is gone.
            words = " ".join(map(str, (f"{context['title']}.", context["text"], _("Incident"), incident)))
            response = HttpResponse(words, status=500, content_type="text/plain; charset=utf-8")
    response["X-Incident"] = incident
    return response
