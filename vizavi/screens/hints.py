"""Who is here already, said while a record is typed, and once more when it is saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from vizavi.core import actions
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.duplicates.finding import Match, find
from vizavi.screens.cells import Editor
from vizavi.screens.web import entity_view, reader_of
from vizavi.ui import render

#: What a person has been shown and saves all the same.
SEEN = "dupes_seen"


def alike(
    entity: Entity, data: Mapping[str, Any], reader: Reader, record: Journaled | None, seen: Collection[str]
) -> list[Match]:
    """Records that resemble what is typed, but for those that were seen; of a stored record only what is new counts."""
    values, touched = dict(data), None
    if record is not None:
        own = {n: entity.fields[n].value(record) for n in entity.recognised}
        touched = [n for n in data if n in own and _differs(entity, n, data[n], own[n])]
        values = own | values
    if touched == []:
        return []
    found = find(entity, values, reader.user, record.pk if record is not None else None, reader=reader, touched=touched)
    return [match for match in found if match.token not in seen]


def _differs(entity: Entity, name: str, raw: Any, value: Any) -> bool:
    f = entity.fields[name]
    try:
        return f.to_json(f.parse(raw) or f.blank()) != f.to_json(value)
    except ValidationError:
        return False


def unseen(
    request: HttpRequest, entity: Entity, data: Mapping[str, Any], reader: Reader, record: Journaled | None = None
) -> list[Match]:
    """What has to be shown before this is saved: once, saving again goes through."""
    return alike(entity, data, reader, record, request.POST.getlist(SEEN)) if entity.duplicates else []


def errors_of(
    entity: Entity, data: Mapping[str, Any], reader: Reader, record: Journaled | None = None
) -> dict[str, list[str]]:
    """What else is wrong with the input, so that all of it is said at once."""
    try:
        actions.prepare(entity, data, reader, record)
    except Invalid as error:
        return error.errors
    return {}


def attach(entity: Entity, editors: Iterable[Editor], matches: Collection[Match] = ()) -> None:
    """Give the editors a place for hints, and each match to the one that says most about it."""
    places = {e.name: e for e in editors if e.name in entity.recognised and entity.duplicates}
    for editor in places.values():
        editor.hints = []
    for match in matches:
        place = next((places[n] for n in match.fields if n in places), next(iter(places.values()), None))
        if place is not None and place.hints is not None:
            place.hints.append(match)


def url(entity: Entity, record: Journaled | None = None) -> str | None:
    """Where a form asks while it is typed in; None for what has no duplicates."""
    return (
        f"/_dupes/{entity.plural}/{f'?record={record.pk}' if record is not None else ''}" if entity.duplicates else None
    )


@entity_view
def dupes(request: HttpRequest, entity: Entity) -> HttpResponse:
    """`/_dupes/companies/?name=…&record=7`: a panel for each field on the form; `record` is what is being changed."""
    reader = reader_of(request)
    raw = request.GET.get("record", "")
    record = actions.fetch(entity, int(raw), reader.user) if raw.isdigit() and len(raw) < 19 else None
    fields = reader.fields(entity, [n for n in entity.recognised if n in request.GET.getlist("dupes_field")])
    data = {f.name: value for f in fields if (value := f.raw_from_form(request.GET)) is not None}
    editors = [Editor(f, "") for f in fields]
    attach(entity, editors, alike(entity, data, reader, record, request.GET.getlist(SEEN)))
    forms, looks = {}, {}
    for f in fields:
        forms[f.name], looks[f.name] = _in_form(f, data[f.name], reader) if f.name in data else ({}, [])
    context = {
        "entity": entity,
        "editors": editors,
        "record": record,
        "target": request.GET.get("target", ""),
        "forms": forms,
        "looks": looks,
    }
    return render(request, "screens/dupes.html", context)


def _in_form(f: Field, raw: Any, reader: Reader) -> tuple[dict[str, str], list[str]]:
    """How what was typed will be written, where that differs (`8 912 345 67 89`: `+7 912 345-67-89`), and what looks wrong
    with it; both are shown when the field has been left."""
    several = isinstance(raw, list)
    written: dict[str, str] = {}
    wrong: list[str] = []
    for one in raw if several else [raw]:
        try:
            value = f.parse([one] if several else one)
        except ValidationError as error:
            wrong += error.messages
            continue
        shown = f.form_value(value, reader)
        if several and isinstance(one, dict) and shown:
            typed, new = one["value"].strip(), shown[0]["value"]
            written |= {typed: new} if new != typed else {}
        elif not several and value:
            wrong += f.entity.model(**{f.name: value}).warnings().get(f.name, [])
    return written, wrong
