"""The one-time link, and signing in over a page whose session has ended."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.auth import login, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vizavi.access.backend import PATH
from vizavi.access.models import SignInLink
from vizavi.access.policy import is_known
from vizavi.ui import add_trigger, render


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


class Again(LoginView):
    """`/login/again/`: the dialog over a page. What follows tells the page who is here now, and the new key of its
    forms; a second factor has its own page."""

    template_name = "access/again.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Signed in in another tab meanwhile.
        return here(request) if is_known(request.user) else super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"login": self.request.GET.get("login", "")}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if is_known(self.request.user):
            return here(self.request)
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def here(request: HttpRequest) -> HttpResponse:
    """Somebody is signed in again."""
    user: Any = request.user
    return add_trigger(HttpResponse(status=204), "signed-in", {"key": get_token(request), "user": user.pk})
