"""A file chosen in a form: attached to the record, then the value of its field."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vizavi.core.errors import Invalid
from vizavi.core.fields import Field, FileField
from vizavi.core.records import Journaled
from vizavi.files import store


def posted(request: HttpRequest, f: Field, record: Journaled | None = None) -> Any:
    """The raw value of a field out of the form, None when the form does not have it.

    A file that came with it is attached to the record, as an act of its own. Raises `Refused`, and `Invalid` by field.
    """
    if isinstance(f, FileField) and record is not None:
        # A form that is shown again because of another field must not ask for the file once more.
        kept: dict[str, str] = request.__dict__.setdefault("_uploaded", {})
        upload: Any = request.FILES.get(f"{f.name}__file")
        if upload is not None and f.name not in kept:
            try:
                file, _done = store.attach(f.entity, record, upload.name or "", upload.chunks(), request.user)
            except Invalid as error:
                raise Invalid({f.name: [m for messages in error.errors.values() for m in messages]}) from None
            kept[f.name] = str(file.pk)
        if f.name in kept:
            return kept[f.name]
        if request.POST.get(f"{f.name}__clear"):
            return ""
    return f.raw_from_form(request.POST)
