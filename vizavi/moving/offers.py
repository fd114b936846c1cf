"""What stands on a schedule's page: to run it now, and what it has taken; the card of whoever can be called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.reading import Reader
from vizavi.jobs.backend import enqueue_once
from vizavi.moving import tasks
from vizavi.screens.offers import Offer, Panel, offer, panel
from vizavi.screens.web import door_view, go

JOBS = {"scheduled_imports": tasks.run_scheduled_import, "scheduled_exports": tasks.run_scheduled_export}


@offer("scheduledimport")
@offer("scheduledexport")
def run_now(record: Any, reader: Reader) -> Iterable[Offer]:
    """For whoever may change the schedule."""
    entity = record.entity()
    if record.active and door.can(reader.user, door.CHANGE, entity, record):
        yield Offer(_("Run now"), f"{entity.url(record.pk)}run/", "play")


#: So many files are named on the page of a schedule.
SHOWN = 10


@panel("right", "scheduledimport")
def taken(entity: Entity, record: Any, reader: Reader) -> Panel | None:
    """The files that came in last, each with its result or with what was wrong with it."""
    rows = [
        {
            "name": file.name,
            "at": file.at,
            "url": f"/imports/{file.run_id}/" if file.run_id else None,
            "problem": file.error or (file.run.error if file.run else ""),
            "created": file.run.counts.get("created", 0) if file.run else 0,
            "rejected": file.run.counts.get("rejected", 0) if file.run else 0,
        }
        for file in record.taken.select_related("run__operation").order_by("-pk")[:SHOWN]
    ]
    return Panel("moving/taken.html", {"rows": rows}) if rows else None


def to_phone(record: Any, reader: Reader) -> Iterable[Offer]:
    """The card of whoever can be called, for a telephone's book."""
    yield Offer(_("Save to the phone"), f"{record.entity().url(record.pk)}card.vcf", "smartphone", download=True)


for _name in ("contact", "company", "lead"):
    offer(_name)(to_phone)


@require_POST
@door_view
def run(request: HttpRequest, plural: str, pk: int) -> HttpResponse:
    """Into the queue, without waiting for the clock."""
    entity = registry.by_plural(plural)
    if entity is None or plural not in JOBS:
        raise Http404
    record = actions.fetch(entity, pk, request.user)
    actions.permit(request.user, door.CHANGE, entity, record)
    with transaction.atomic():
        enqueue_once(JOBS[plural], f"schedule:{type(record).__name__}:{pk}", pk)
    return go(request, entity.url(pk), _("It runs in a moment."))
