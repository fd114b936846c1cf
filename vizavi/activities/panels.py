"""What activities add to the pages of other records: the composer, and what is pinned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.activities.models import Note
from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.screens import verbs
from vizavi.screens.offers import Panel, panel

verbs.say("note.create", _("Note written"), "notebook-pen")


@panel("middle")
def composer(entity: Entity, record: Journaled, reader: Reader) -> Panel | None:
    """Where notes are written; what a note is about is written by who may see it."""
    notes = registry.of(Note)
    if not entity.has_owner or not entity.place or not door.can(reader.user, door.CREATE, notes):
        return None
    return Panel("activities/composer.html", {"url": f"{entity.url(record.pk)}_notes/"})
