"""Writing, pinning and removing notes on the page of the record that they are about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.activities.models import Note
from vizavi.core import actions
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid, NotThere
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.screens.records import feed
from vizavi.screens.web import door_view, entity_view, go, reader_of, said
from vizavi.ui import is_partial, render, render_block


@entity_view
def write(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """POST `text`: a note about this record; answers the composer, empty again, and the history beside it."""
    reader = reader_of(request)
    record = actions.fetch(entity, pk, reader.user)
    data = {"text": request.POST.get("text", ""), "about": [{"entity": entity.name, "id": pk}]}
    context: dict[str, Any] = {"panel": {"url": request.path, "text": "", "errors": []}}
    operation = _come_already(request, data, reader)
    try:
        if operation is None:
            _note, operation = actions.create(registry.of(Note), data, reader.user)
    except Invalid as error:
        found = [m for messages in error.errors.values() for m in messages]
        context["panel"] |= {"text": data["text"], "errors": found}
        return render(request, "activities/compose.html", context, block="composer", status=422)
    if not is_partial(request):
        return go(request, entity.url(pk), _("Note written"), operation)
    response = render(request, "activities/compose.html", context, block="composer")
    response.write(_history(request, entity, record, Reader(reader.user)))
    return said(response, _("Note written"), operation)


def _come_already(request: HttpRequest, data: dict[str, Any], reader: Reader) -> Operation | None:
    """What wrote this note, when the browser sends it again because the answer was lost (`X-Resent`: first sent so many
    seconds ago)."""
    seconds = request.headers.get("X-Resent", "")
    if not seconds.isdecimal() or len(seconds) > 7:
        return None
    since = timezone.now() - timedelta(seconds=int(seconds) + 5)
    mine = Note.objects.visible_to(reader.user).filter(created_by=reader.user, created_at__gte=since)
    note = next((n for n in mine.filter(text=data["text"].strip()) if n.about == data["about"]), None)
    if note is None:
        return None
    made = Operation.objects.filter(verb="note.create", entity=registry.of(Note).name, record_id=note.pk)
    return made.latest("pk")


@door_view
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: pinned if it was not, and the other way round; answers the history of the record `on=company:7`."""
    user = reader_of(request).user
    note: Any = actions.fetch(registry.of(Note), pk, user)
    _note, operation = actions.update(registry.of(Note), pk, {"pinned": not note.pinned}, user)
    return _after(request, note, _("Unpinned") if note.pinned else _("Pinned"), operation)


@door_view
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: into the recycle bin; answers the history of the record `on=company:7`."""
    user = reader_of(request).user
    note = actions.fetch(registry.of(Note), pk, user)
    operation = actions.delete(registry.of(Note), [pk], user)
    return _after(request, note, _("Moved to the recycle bin: %(title)s") % {"title": note}, operation)


def _after(request: HttpRequest, note: Any, text: str, operation: Operation | None) -> HttpResponse:
    """Back on the record on whose page it was done; it must be one that the note is about."""
    user = reader_of(request).user
    about: Any = registry.of(Note).fields["about"]
    on = request.POST.get("on", "")
    entity, pk = next(
        ((e, i) for e, i in about.points_to(note.about) if on in ("", f"{e.name}:{i}")), (registry.of(Note), note.pk)
    )
    if not is_partial(request) or entity is registry.of(Note):
        return go(request, entity.url(pk), text, operation)
    try:
        record = actions.fetch(entity, pk, user)
    except NotThere:
        return go(request, "/", text, operation)
    return said(HttpResponse(_history(request, entity, record, Reader(user))), text, operation)


def _history(request: HttpRequest, entity: Entity, record: Any, reader: Reader) -> str:
    """The history of a record, to be put in its place beside whatever is answered."""
    context = {"entity": entity, "record": record, **feed(entity, record, reader, None)}
    return render_block(request, "screens/record.html", "history", context)
