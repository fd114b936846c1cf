"""`<plural>/duplicates/`: who is here already, for a client that has these values; `<plural>/<id>/merge/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.api import describe
from vizavi.api.describe import ID, NULLABLE_ID, Schema, answers, failures, query, ref
from vizavi.api.errors import answer
from vizavi.api.idempotency import once
from vizavi.api.reading import base_of, body_of, number_of, only
from vizavi.api.records import VIA, one
from vizavi.api.site import Section
from vizavi.api.tokens import READ, WRITE, need
from vizavi.core import actions, door
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.duplicates.finding import Match, find
from vizavi.duplicates.merging import MOST as MOST_MERGED
from vizavi.duplicates.merging import merge
from vizavi.search.keys import KINDS

MOST = 20


def shown(match: Match) -> dict[str, Any]:
    """A match as JSON; a hidden record has neither id nor reasons."""
    return {
        "entity": match.entity.name,
        "id": match.id,
        "title": match.title,
        "url": match.url or None,
        "strength": "strong" if match.strong else "weak",
        "reasons": [reason.kind for reason in match.reasons] if match.visible else [],
        "owner": match.owner,
    }


def find_view(entity: Entity) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        reader = need(request, READ, entity)
        actions.permit(reader.user, door.SEE, entity)
        only(request, *entity.recognised, "exclude", "limit")
        exclude = number_of(request, "exclude", 0, 2**63 - 1) or None
        most = number_of(request, "limit", 5, MOST)
        values = {name: request.GET[name] for name in entity.recognised if name in request.GET}
        return answer(
            {"results": [shown(m) for m in find(entity, values, reader.user, exclude, reader=reader, most=most)]}
        )

    return view


def find_said(entity: Entity) -> Schema:
    return {
        "summary": _("Who is here already: %(what)s") % {"what": entity.label_plural},
        "description": _("Records that resemble one with these values. Of a hidden record only kind and owner are told."),
        "parameters": [
            *(query(name, {"type": "string"}, entity.fields[name].label) for name in entity.recognised),
            query("exclude", ID, _("The record itself, when it is stored already")),
            describe.limit(MOST, 5),
        ],
        "responses": {
            **answers(200, {"type": "object", "properties": {"results": {"type": "array", "items": ref("Match")}},
                            "required": ["results"]}, _("The likeliest first")),
            **failures(422),
        },
    }  # fmt: skip


def merge_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, WRITE, entity)
        content, data = body_of(request)
        base = base_of(request)

        def act() -> HttpResponse:
            ids, values = _merge_body(data)
            actions.fetch(entity, pk, reader.user)
            operation = merge(entity, pk, ids, reader.user, values=values, base=base, via=VIA)
            status = 202 if operation.state == Operation.RUNNING else 200
            return one(entity, actions.fetch(entity, pk, reader.user), Reader(reader.user), operation, status)

        return once(request, reader.user, content, act)

    return view


def _merge_body(data: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """The ids and the values of the request. Raises `Invalid` by name."""
    wrong = {name: [_("There is no field “%(name)s”.") % {"name": name[:60]}] for name in set(data) - {"ids", "values"}}
    ids, values = data.get("ids"), data.get("values", {})
    if not isinstance(ids, list) or not all(isinstance(i, int) and not isinstance(i, bool) for i in ids):
        wrong["ids"] = [_("Enter a list.")]
    if not isinstance(values, dict):
        wrong["values"] = [_("Enter the values by field.")]
    if wrong:
        raise Invalid(wrong)
    return ids or [], values  # type: ignore[return-value]


def merge_said(entity: Entity) -> Schema:
    name = describe.component(entity)
    ids = {"type": "array", "items": ID, "minItems": 1, "maxItems": MOST_MERGED - 1}
    body = {
        "type": "object", "properties": {"ids": ids, "values": ref(f"{name}Change")}, "required": ["ids"],
        "additionalProperties": False,
    }  # fmt: skip
    shown = {**ref(name)}
    headers = ("ETag", "Operation-Id")
    return {
        "summary": _("Merge others into it: %(what)s") % {"what": entity.label},
        "description": _(
            "The others go to the recycle bin, what pointed to them points to this record, their addresses lead to it; "
            "undo the operation to take all of it back. Values that are not given: lists and long texts together, else "
            "the newest that is filled in; name and owner stay."
        ),
        "parameters": [describe.if_match(), describe.idempotency_key()],
        "requestBody": describe.json_body(body),
        "responses": {
            **answers(200, shown, _("The record as it is now"), headers),
            **answers(202, shown, _("Much has to be moved: it goes on in the background"), headers),
            **failures(409, 413, 415, 422),
        },
    }


def schema() -> Schema:
    text = {"type": "string"}
    properties = {
        "entity": text, "id": NULLABLE_ID, "title": text, "url": {"type": ["string", "null"]}, "owner": text,
        "strength": {"enum": ["strong", "weak"]}, "reasons": {"type": "array", "items": {"enum": list(KINDS)}},
    }  # fmt: skip
    return {"type": "object", "properties": properties, "required": list(properties)}


def add_to(section: Section, entity: Entity) -> None:
    section.add("GET", "/duplicates/", f"duplicates_of_{entity.plural}", find_view(entity), lambda: find_said(entity))
    section.add("POST", "/{int:pk}/merge/", f"merge_{entity.name}", merge_view(entity), lambda: merge_said(entity))
