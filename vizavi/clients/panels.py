"""What clients add to the pages of records: the prompt for a contact that a company lacks."""

from __future__ import annotations

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.models import Link
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.screens.offers import Panel, panel


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
