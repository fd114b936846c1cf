"""What the models cannot say about activities."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.activities.models import Note
from vizavi.core.entity import Entity, register


@register
class NoteEntity(Entity):
    model = Note
    plural = "notes"
    icon = "notebook-pen"
    tone = "amber"
    title = "title"
    place = False
    event = "text"
    columns = "title about owner created_at"
    filters = "owner created_at"
    quick = "text about"
    search = "title text"
    timeline = "about"
    sections = {_("Note"): "text title about pinned owner"}
