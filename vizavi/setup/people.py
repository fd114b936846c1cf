"""Inviting colleagues."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vizavi.access.models import SignInLink
from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.firm import firm
from vizavi.core.reading import Reader
from vizavi.jobs.mail import send_later
from vizavi.screens.cells import edit
from vizavi.screens.offers import Offer, offer
from vizavi.screens.web import door_view, go, reader_of
from vizavi.setup.views import page


@require_http_methods(["GET", "HEAD", "POST"])
@door_view
def invite(request: HttpRequest) -> HttpResponse:
    """Make a user and a link by which they choose a password: shown here, and sent where mail is set up."""
    entity, reader = registry["user"], reader_of(request)
    actions.permit(reader.user, door.CREATE, entity)
    fields = [entity.fields[name] for name in entity.quick]
    if request.method != "POST":
        blank: Any = actions.build(entity, {}, reader.user)
        editors = [edit(f, f.value(blank), reader, record=blank) for f in fields]
        return page(request, "invite", _("Invite a colleague"), editors=editors, link="", errors=[])
    data = {f.name: raw for f in fields if (raw := f.raw_from_form(request.POST)) is not None}
    try:
        with transaction.atomic():
            user: Any = actions.create(entity, data, reader.user, verb="user.invite")[0]
            url = send_link(request, user)
    except Invalid as error:
        editors = [edit(f, data.get(f.name, ""), reader, raw=True, errors=error.errors.get(f.name)) for f in fields]
        known = [
            {"name": n, "label": entity.fields[n].label if n else "", "text": m}
            for n, ms in error.errors.items()
            for m in ms
        ]
        return page(request, "invite", _("Invite a colleague"), 422, editors=editors, link="", errors=known)
    return page(request, "invite", _("Invite a colleague"), editors=[], link=url, errors=[], user_invited=user)


@require_POST
@door_view
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh link for somebody who has lost the first one."""
    entity, reader = registry["user"], reader_of(request)
    user = actions.fetch(entity, pk, reader.user)
    actions.permit(reader.user, door.CHANGE, entity, user)
    url = send_link(request, user)
    return page(request, "invite", _("Invite a colleague"), editors=[], link=url, errors=[], user_invited=user)


@require_POST
@door_view
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody blocked signs in; their records stay. The same button opens the account again."""
    entity, reader = registry["user"], reader_of(request)
    user: Any = actions.fetch(entity, pk, reader.user)
    text = _("%(name)s is blocked.") if user.is_active else _("%(name)s may sign in again.")
    verb = "user.block" if user.is_active else "user.unblock"
    _user, done = actions.update(entity, pk, {"is_active": not user.is_active}, reader.user, verb=verb)
    return go(request, entity.url(pk), text % {"name": user}, done)


@offer("user")
def with_an_account(user: Any, reader: Reader) -> list[Offer]:
    """What an administrator does with an account."""
    entity = registry["user"]
    if not door.can(reader.user, door.CHANGE, entity, user):
        return []
    base = entity.url(user.pk)
    if not user.is_active:
        return [Offer(_("Unblock"), f"{base}block/", "lock-open")]
    block = [Offer(_("Block"), f"{base}block/", "lock")] if user.pk != reader.user.pk else []
    return [Offer(_("A new link to sign in"), f"{base}link/", "link"), *block]


def send_link(request: HttpRequest, user: Any) -> str:
    """The whole address of a new invitation; in the outbox too, where mail is set up."""
    url = (settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}") + SignInLink.make(user, "invite")
    if settings.MAIL_CONFIGURED:
        text = _("You are invited to “%(firm)s”. Choose a password: %(url)s\nThe link works once, for seven days.")
        send_later(
            user.email, _("Invitation to “%(firm)s”") % {"firm": firm().name}, text % {"firm": firm().name, "url": url}
        )
    return url
