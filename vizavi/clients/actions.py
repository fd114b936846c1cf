"""What spans leads, contacts and companies: conversion, and taking, rejecting, attaching a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vizavi.clients.dictionaries import CONVERTED, LEAD_STATUSES, REJECTED, WORK
from vizavi.clients.models import Lead
from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid
from vizavi.core.fields import AboutField
from vizavi.core.journal import Op, operation
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled

#: What is added to somebody who is here already: lists are joined, the rest fills what is empty.
ADDED = ("phones", "emails", "messengers", "interests", "tags", "position", "website", "address")
#: What a lead has in common with what it becomes: {field there: field of the lead}.
PERSON = {
    n: n
    for n in (
        "surname",
        "name",
        "patronymic",
        "position",
        "phones",
        "emails",
        "messengers",
        "source",
        "interests",
        "tags",
    )
}
FIRM = {"name": "company_name", "website": "website", "address": "address", "source": "source", "tags": "tags"}


def begun_contact(lead: Lead) -> dict[str, Any]:
    """The values with which the contact of a lead begins; `{}` where the lead knows nobody."""
    return _taken(lead, "contact", PERSON) if lead.surname or lead.name else {}


def begun_company(lead: Lead) -> dict[str, Any]:
    """The values with which the company of a lead begins; `{}` where the lead knows none."""
    found = _taken(lead, "company", FIRM) if lead.company_name else {}
    # Without a person the numbers are the company's.
    return (
        {**found, **_taken(lead, "company", {n: n for n in ("phones", "emails")})}
        if found and not lead.person
        else found
    )


def _taken(lead: Lead, name: str, pairs: Mapping[str, str]) -> dict[str, Any]:
    fields, mine = registry[name].fields, registry["lead"].fields
    values = {there: mine[here].to_json(mine[here].value(lead)) for there, here in pairs.items() if there in fields}
    return {there: value for there, value in values.items() if not fields[there].is_empty(value)}


def convert_lead(
    pk: int, into: Mapping[str, Any], by: Any, *, base: int | None = None, via: str = "page"
) -> tuple[Lead, Operation]:
    """A lead becomes a contact, a company or both: `into` is {"contact": …, "company": …, "role": …}.

    Each is an id (a record that is here already, to which what the lead knows beside is added as far as this person may
    change it), raw values (a new one), or None (none). The lead is kept and points to both; new ones are owned by the
    lead's owner, or by whoever converts. The contact works at the company, in the role. What is about the lead (notes,
    files) is from now on about them too, as far as this person may change it; the lead's history is theirs (`heritage`).
    One operation. Raises `NotThere`, `Refused`, `Conflict`, and `Invalid` by `contact.<field>`, `company.<field>` or `""`.
    """
    leads, reader = registry["lead"], Reader(by)
    seen: Any = actions.fetch(leads, pk, by)
    actions.permit(by, door.CHANGE, leads, seen)
    if seen.is_converted:
        raise Invalid({"": [_("This lead has been converted already.")]})
    owner = seen.owner_id or by.pk
    errors: dict[str, list[str]] = {}
    made = {name: _wanted(registry[name], into.get(name), owner, reader, errors) for name in ("company", "contact")}
    if not errors and made["company"] is None and made["contact"] is None:
        errors[""] = [_("Choose or create a contact or a company.")]
    if errors:
        raise Invalid(errors)
    with operation("lead.convert", by=by, via=via, title=str(seen)) as op:
        company, contact = made["company"], made["contact"]
        lead: Any = op.lock(Lead, [pk])[pk]
        known = {"contact": begun_contact(lead), "company": begun_company(lead)}
        if company is not None:
            op.create([company]) if company.pk is None else _enrich(op, registry["company"], company, known, reader)
        if contact is not None:
            _employ(op, contact, company, str(into.get("role") or ""), known, reader)
        values: dict[str, Any] = {"status": LEAD_STATUSES.keys_of(CONVERTED)[0]}
        values |= {name: record.pk for name, record in made.items() if record is not None}
        if lead.owner_id is None:
            values["owner"] = by.pk
        op.update(lead, values, base=base)
        _share_about(op, lead, [(registry[n], r.pk) for n, r in made.items() if r is not None], by)
    return lead, op.row


def _wanted(entity: Entity, raw: Any, owner: int, reader: Reader, errors: dict[str, list[str]]) -> Any:
    """The record that is meant: one that is here, or a new one in memory; None for none. Adds to `errors`."""
    if raw is None or raw == "":
        return None
    try:
        if not isinstance(raw, Mapping):
            f = registry["lead"].fields[entity.name]
            values = actions.prepare(registry["lead"], {entity.name: raw}, reader, complete=False)
            return actions.fetch(entity, values[f.name], reader.user)
        actions.permit(reader.user, door.CREATE, entity)
        record: Any = actions.build(entity, {"owner": owner, **actions.prepare(entity, raw, reader)}, reader.user)
        actions.permit(reader.user, door.CREATE, entity, record)
        actions.check(entity, record)
        return record
    except Invalid as error:
        errors |= {f"{entity.name}.{n}" if n and n != entity.name else entity.name: m for n, m in error.errors.items()}
        return None


def _employ(op: Op, contact: Any, company: Any, role: str, known: Mapping[str, Any], reader: Reader) -> None:
    """The contact is made, and works at the company; somebody else's contact stays as it is."""
    there = [item["id"] for item in contact.companies]
    works = [{"id": company.pk, "role": role[:100]}] if company is not None and company.pk not in there else []
    if contact.pk is None:
        contact.companies = [*contact.companies, *works]
        op.create([contact])
    else:
        more = {"companies": [*contact.companies, *works]} if works else {}
        _enrich(op, registry["contact"], contact, known, reader, more)


def _enrich(
    op: Op, entity: Entity, record: Any, known: Mapping[str, Any], reader: Reader, more: Mapping[str, Any] | None = None
) -> None:
    """Add what the lead knows to a record that is here already; nothing there is given up or overruled."""
    if not door.can(reader.user, door.CHANGE, entity, record):
        return
    values = dict(more or {})
    for name in ADDED:
        f = entity.fields.get(name)
        if f is None or name not in known[entity.name] or not reader.access(entity).writes(name):
            continue
        mine = f.value(record)
        with suppress(ValidationError):  # more than the field holds: the lead still has it
            new = f.parse(known[entity.name][name])
            if f.many:
                values[name] = f.parse([*mine, *new])
            elif f.is_empty(mine):
                values[name] = new
    op.update(op.lock(entity.model, [record.pk])[record.pk], values)


def _share_about(op: Op, lead: Lead, targets: Sequence[tuple[Entity, int]], by: Any) -> None:
    """Notes and files about the lead are about these as well."""
    also = [{"entity": entity.name, "id": pk} for entity, pk in targets]
    for entity in registry:
        for f in entity.linked:
            if isinstance(f, AboutField):
                mine = entity.model.objects.visible_to(by, door.CHANGE).filter(f.linked([(registry["lead"], lead.pk)]))
                rows = op.lock(entity.model, mine.values_list("pk", flat=True)).values()
                op.update_many([(r, {f.name: [*f.value(r), *(a for a in also if a not in f.value(r))]}) for r in rows])


def accept_lead(pk: int, by: Any, *, via: str = "page") -> tuple[Journaled, Operation | None]:
    """Take a lead: it is one's own now, and work on it has begun. Raises `NotThere`, `Refused`."""
    data = {"owner": by.pk, "status": next(iter(LEAD_STATUSES.keys_of(WORK)), "")}
    return actions.update(registry["lead"], pk, data, by, via=via, verb="lead.accept")


def reject_lead(pk: int, reason: str, by: Any, *, via: str = "page") -> tuple[Journaled, Operation | None]:
    """Nothing will come of it, for a reason out of the dictionary. Raises `NotThere`, `Refused`, `Invalid`."""
    if not reason:
        raise Invalid({"reject_reason": [_("Choose a reason.")]})
    data: dict[str, Any] = {"status": LEAD_STATUSES.keys_of(REJECTED)[0], "reject_reason": reason}
    lead: Any = actions.fetch(registry["lead"], pk, by)
    if lead.owner_id is None:
        data["owner"] = by.pk
    return actions.update(registry["lead"], pk, data, by, via=via, verb="lead.reject")
