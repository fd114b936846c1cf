"""`POST leads/<id>/convert/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.api import describe
from vizavi.api.describe import Schema
from vizavi.api.idempotency import once
from vizavi.api.reading import base_of, body_of
from vizavi.api.records import VIA, extend, one
from vizavi.api.site import Section
from vizavi.api.tokens import WRITE, need
from vizavi.clients.actions import begun_company, begun_contact, convert_lead
from vizavi.core import actions
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid


@extend("lead")
def conversion(section: Section, entity: Entity) -> None:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, WRITE, entity)
        content, data = body_of(request)
        base = base_of(request)
        if unknown := set(data) - {"contact", "company", "role"}:
            raise Invalid({str(n)[:60]: [_("There is no field “%(name)s”.") % {"name": str(n)[:60]}] for n in unknown})

        def act() -> HttpResponse:
            lead: Any = actions.fetch(entity, pk, reader.user)
            into = {"contact": begun_contact(lead) or None, "company": begun_company(lead) or None, **data}
            for name in ("contact", "company"):
                if not isinstance(into[name], dict | int | None) or isinstance(into[name], bool):
                    raise Invalid({name: [_("Choose from the list.")]})
            if not isinstance(into.get("role", ""), str):
                raise Invalid({"role": [_("Enter text.")]})
            lead, operation = convert_lead(pk, into, reader.user, base=base, via=VIA)
            return one(entity, lead, reader, operation)

        return once(request, reader.user, content, act)

    section.add("POST", "/{int:pk}/convert/", "convert_lead", view, said)


def said() -> Schema:
    def half(name: str) -> Schema:
        words = _("An id, the values of a new record, or null for none; without it, what the lead knows")
        made = {"type": "object", "additionalProperties": True}
        return {"anyOf": [describe.ID, made, {"type": "null"}], "description": words}

    role = {"type": "string", "maxLength": 100, "description": _("Role in the company")}
    properties = {"contact": half("contact"), "company": half("company"), "role": role}
    return {
        "summary": _("Convert a lead into a contact, a company or both"),
        "parameters": [describe.if_match(), describe.idempotency_key()],
        "requestBody": describe.json_body({"type": "object", "properties": properties, "additionalProperties": False}),
        "responses": {
            **describe.answers(
                200, describe.ref("Lead"), _("The lead, with its contact and company"), ("ETag", "Operation-Id")
            ),
            **describe.failures(409, 413, 415, 422),
        },
    }
