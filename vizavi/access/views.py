"""The one-time link."""

from __future__ import annotations

from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.auth import login, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vizavi.access.backend import PATH
from vizavi.access.models import SignInLink
from vizavi.ui import render


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Looking at the link does not use it up (programs look at links too); the button does.

    An invited person chooses a password first.
    """
    usage = ratelimit.consume(request, action="sign_in_link")
    if not usage:
        return render(request, "access/link.html", {"state": "often"}, status=429)
    found = SignInLink.find(secret)
    if found is None:
        return render(request, "access/link.html", {"state": "over"}, status=404)
    errors: list[str] = []
    if request.method == "POST":
        password = request.POST.get("password", "")
        if found.purpose == "invite":
            errors = problems_of(password, found)
        if not errors and sign_in(request, found, password):
            return HttpResponseRedirect("/")
    context = {"state": "open", "link": found, "errors": errors, "invite": found.purpose == "invite"}
    return render(request, "access/link.html", context, status=422 if errors else 200)


def sign_in(request: HttpRequest, found: SignInLink, password: str) -> bool:
    """Use the link and sign its person in; an invited one gets the chosen password. False when somebody was faster."""
    with transaction.atomic():
        if not found.use():
            return False
        if found.purpose == "invite":
            found.user.set_password(password)
            found.user.save(update_fields=["password"])
    login(request, found.user, backend=PATH)
    UserSession.objects.create_from_request(request)
    return True


def problems_of(password: str, found: SignInLink) -> list[str]:
    """What is wrong with a new password, in words."""
    try:
        password_validation.validate_password(password, found.user)
    except ValidationError as error:
        return [str(m) for m in error.messages] or [_("Enter a password.")]
    return []
