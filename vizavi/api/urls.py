"""Every address under `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from vizavi.api import attachments, duplicates, find, imports, journal, records
from vizavi.api.document import document_view
from vizavi.api.errors import not_found
from vizavi.api.site import gate, patterns
from vizavi.core.entity import registry


def mount() -> None:
    """All addresses, once, when the server starts."""
    for entity in filter(records.served, registry):
        section = records.routes(entity)
        if entity.has_owner:
            attachments.add_to(section, entity)
        if entity.duplicates:
            duplicates.add_to(section, entity)
        for add in records.extensions.get(entity.name, ()):
            add(section, entity)
        section.mount()
    for section in (attachments.routes(), imports.routes(), journal.routes(), find.routes()):
        section.mount()


mount()

urlpatterns: list[URLPattern] = [
    *patterns(),
    path("openapi.json", gate(document_view), name="openapi"),
    # Whatever is nothing is a JSON answer too.
    re_path(r"", gate(not_found)),
]
