"""Every address under `/api/v1/`."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from vizavi.api import find, journal, records
from vizavi.api.document import document_view
from vizavi.api.errors import not_found
from vizavi.api.site import gate, patterns
from vizavi.core.entity import registry

for _section in (*(records.routes(entity) for entity in registry), journal.routes(), find.routes()):
    _section.mount()

urlpatterns: list[URLPattern] = [
    *patterns(),
    path("openapi.json", gate(document_view), name="openapi"),
    # Whatever is nothing is a JSON answer too.
    re_path(r"", gate(not_found)),
]
