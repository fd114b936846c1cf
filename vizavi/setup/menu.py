"""The side menu of the settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.ui import context_provider

#: Pages beside which the menu stands.
BESIDE = ("/settings/", "/operations/", "/bin/", "/api/docs/")


def places(request: HttpRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    """The places of the settings that this person may use, under headings."""
    runs_the_firm = bool(door.can(request.user, door.CHANGE, registry["firm"]))
    runs_the_lists = bool(door.can(request.user, door.CHANGE, registry["option"]))
    cards = ("/settings/fields/", _("Fields and cards"), "layout-list", _("Own fields, names, order, sections"))
    lists = ("/settings/dictionaries/", _("Dictionaries"), "list", _("Statuses, sources, industries"))
    ours = ("/settings/our_companies/", _("Our companies"), "building", _("Sellers in invoices, with requisites"))
    found = [
        (
            _("Personal"),
            [
                ("/settings/profile/", _("Profile"), "user-round", _("Name, language, look")),
                ("/settings/password/", _("Password"), "key-round", _("How you sign in")),
                ("/settings/sessions/", _("Sessions"), "monitor-smartphone", _("Where you are signed in")),
                ("/settings/tokens/", _("API tokens"), "plug", _("Keys for other programs")),
            ],
        ),
        (
            _("Team"),
            [
                ("/settings/users/", _("Users"), "users", _("People, roles, invitations")),
                ("/settings/departments/", _("Departments"), "network", _("Whose records are seen by whom")),
            ],
        ),
        *([(_("Data"), [cards, ours, lists])] if runs_the_lists else []),
        (
            _("Service"),
            [
                ("/imports/", _("Import"), "upload", _("Tables that were loaded")),
                *(
                    [
                        (
                            "/settings/scheduled_imports/",
                            _("Scheduled imports"),
                            "folder-input",
                            _("Files by the clock"),
                        ),
                        (
                            "/settings/scheduled_exports/",
                            _("Scheduled exports"),
                            "folder-output",
                            _("Lists by the clock"),
                        ),
                    ]
                    if runs_the_firm
                    else []
                ),
                ("/operations/", _("Recent actions"), "history", _("Who did what, and the way back")),
                ("/bin/", _("Recycle bin"), "trash-2", _("What was deleted")),
                ("/api/docs/", _("API"), "braces", _("The description for programmers")),
                *(
                    [("/settings/firm/", _("Firm"), "building", _("Currency, time zone, phones"))]
                    if runs_the_firm
                    else []
                ),
            ],
        ),
    ]
    return [
        (
            heading,
            [
                {"url": url, "label": label, "icon": icon, "text": text, "current": request.path.startswith(url)}
                for url, label, icon, text in items
            ],
        )
        for heading, items in found
    ]


@context_provider
def beside(request: HttpRequest) -> dict[str, Any]:
    """Put the menu beside every page of the settings, the generic ones included; the steps of importing need the room."""
    user = getattr(request, "user", None)
    here = request.path.startswith(BESIDE) or request.path == "/imports/"
    if user is None or not user.is_authenticated or not here:
        return {}
    return {"side_menu": places(request)}
