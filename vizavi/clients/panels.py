"""What clients add to the pages of records: the prompt for a contact that a company lacks, the way of a lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vizavi.clients.dictionaries import CONVERTED, LEAD_STATUSES, REJECTED
from vizavi.clients.inbox import page_of_new
from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.models import Link
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.screens import verbs
from vizavi.screens.offers import Offer, Panel, home_panel, offer, panel

verbs.say("lead.convert", gettext_lazy("Lead converted"), "arrow-right-left")
verbs.say("lead.accept", gettext_lazy("Lead taken"), "check")
verbs.say("lead.reject", gettext_lazy("Lead rejected"), "x")
verbs.say("option.arrange", gettext_lazy("Put in order"), "arrow-up-down")


@panel("top", "company")
def nobody_there(entity: Entity, record: Journaled, reader: Reader) -> Panel | None:
    """Every company needs at least one person to talk to: its page asks until there is one."""
    contacts = registry["contact"]
    if not door.can(reader.user, door.CREATE, contacts):
        return None
    # Whether there is one, be it hidden from this person: no more than that is told.
    if Link.objects.filter(target_entity="company", target_id=record.pk, entity="contact", field="companies").exists():
        return None
    return Panel("clients/nobody.html", {"url": f"/_quick/contacts/?companies={record.pk}"})


@panel("top", "lead")
def what_to_do(entity: Entity, record: Any, reader: Reader) -> Panel | None:
    """A lead is on its way to become a client: the next step stands above everything else."""
    if not door.can(reader.user, door.CHANGE, entity, record):
        return None
    option = LEAD_STATUSES.get(record.status)
    if option is not None and option.meaning in (CONVERTED, REJECTED):
        return None
    take = record.owner_id != reader.user.pk
    return Panel("clients/next.html", {"url": entity.url(record.pk), "take": take})


@offer("lead")
def of_a_lead(record: Any, reader: Reader) -> Iterable[Offer]:
    """The inbox, from any lead."""
    yield Offer(_("New leads"), "/leads/inbox/", "inbox", link=True)


@home_panel("main")
def new_leads(reader: Reader) -> Panel | None:
    """What has come in and nobody has worked on, on the page Today."""
    if not door.branches(reader.user, registry["lead"]):
        return None
    page = page_of_new(reader, limit=5)
    if not page.records:
        return None
    rows = [{"title": str(r), "url": registry["lead"].url(r.pk), "id": r.pk, "at": r.created_at} for r in page.records]
    return Panel("clients/today.html", {"rows": rows, "more": bool(page.next)})
