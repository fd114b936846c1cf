"""`<plural>/duplicates/`: who is here already, for a client that has these values."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.api import describe
from vizavi.api.describe import ID, NULLABLE_ID, Schema, answers, failures, query, ref
from vizavi.api.errors import answer
from vizavi.api.reading import number_of, only
from vizavi.api.site import Section
from vizavi.api.tokens import READ, need
from vizavi.core import actions, door
from vizavi.core.entity import Entity
from vizavi.core.likeness import KINDS
from vizavi.duplicates.finding import Match, find

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


def schema() -> Schema:
    text = {"type": "string"}
    properties = {
        "entity": text, "id": NULLABLE_ID, "title": text, "url": {"type": ["string", "null"]}, "owner": text,
        "strength": {"enum": ["strong", "weak"]}, "reasons": {"type": "array", "items": {"enum": list(KINDS)}},
    }  # fmt: skip
    return {"type": "object", "properties": properties, "required": list(properties)}


def add_to(section: Section, entity: Entity) -> None:
    section.add("GET", "/duplicates/", f"duplicates_of_{entity.plural}", find_view(entity), lambda: find_said(entity))
