"""The first steps of a new firm, on the page "Today" of whoever administers it, until they are done or waved away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vizavi.access.models import User
from vizavi.activities.models import Note
from vizavi.clients.models import Company, Contact
from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.core.firm import firm
from vizavi.core.reading import Reader
from vizavi.exchange.models import ImportRun
from vizavi.screens.offers import Panel, home_panel
from vizavi.setup.personal import remember


@home_panel("main")
def checklist(reader: Reader) -> Panel | None:
    """Five steps with what is done of them."""
    user = reader.user
    if user.preferences.get("onboarding") == "over" or not door.can(user, door.CHANGE, registry["firm"]):
        return None
    found = steps(user)
    return Panel("setup/onboarding.html", {"steps": found, "done": sum(1 for step in found if step["done"])})


def steps(user: Any) -> list[dict[str, Any]]:
    """What is to be done, where, and whether it is."""
    return [
        {
            "title": _("Name your firm"),
            "text": _("Currency, time zone, the country of phone numbers"),
            "url": "/settings/firm/",
            "done": firm().name not in ("", "Vizavi"),
        },
        {
            "title": _("Invite your colleagues"),
            "text": _("By a link; the role says what each may do"),
            "url": "/settings/users/",
            "done": User.objects.alive().filter(is_active=True)[1:2].exists(),
        },
        {
            "title": _("Bring your data in"),
            "text": _("A table from Excel or from another CRM; everything can be undone"),
            "url": "/imports/new/",
            "done": ImportRun.objects.filter(state=ImportRun.DONE).exists(),
        },
        {
            "title": _("Enter a client by hand"),
            "text": _("A company and a person in it: C, then O or K"),
            "url": "/companies/new/",
            "done": Company.objects.visible_to(user).filter(created_by=user).exists()
            or Contact.objects.visible_to(user).filter(created_by=user).exists(),
        },
        {
            "title": _("Write a note"),
            "text": _("On the page of any record; it stands in its history"),
            "url": "/companies/",
            "done": Note.objects.visible_to(user).filter(created_by=user).exists(),
        },
    ]


@require_POST
def over(request: HttpRequest) -> HttpResponse:
    """POST: do not show the steps again."""
    if request.user.is_authenticated:
        remember(request.user, {"onboarding": "over"})
    return HttpResponseRedirect("/today/")
