"""Converting a lead, and the inbox of leads that nobody has worked on."""

from __future__ import annotations

import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.clients.actions import accept_lead, begun_company, begun_contact, convert_lead, reject_lead
from vizavi.clients.dictionaries import REJECT_REASONS
from vizavi.clients.inbox import page_of_new
from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Conflict, Invalid
from vizavi.core.fields import Field, ReachField
from vizavi.core.reading import Reader
from vizavi.duplicates.finding import Match, find, find_each
from vizavi.screens.cells import edit
from vizavi.screens.web import door_view, go, invalid_text, reader_of, version_of
from vizavi.ui import add_toast, add_trigger, is_partial, render

INBOX = "/leads/inbox/"
#: The fields that the dialog asks of a new contact and of a new company.
ASKED = {
    "contact": ("surname", "name", "patronymic", "phones", "emails"),
    "company": ("name", "inn", "phones", "emails"),
}
PAGE = 50


@door_view
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog: who of those that are here already it is, or what is made; POST does it."""
    reader, entity = reader_of(request), registry["lead"]
    lead: Any = actions.fetch(entity, pk, reader.user)
    actions.permit(reader.user, door.CHANGE, entity, lead)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        into: dict[str, Any] = {"role": request.POST.get("role", "")}
        for name in ASKED:
            chosen = request.POST.get(name, "")
            if chosen == "new":
                into[name] = _posted(request, lead, registry[name], reader)
            elif chosen == "other":
                # Nothing found is no choice: it is asked for, not passed over.
                into[name] = request.POST.get(f"{name}_other") or 0
            else:
                into[name] = chosen or None
        try:
            if any(_unseen(request, registry[name], typed, reader) for name, typed in into.items() if name in ASKED):
                raise Invalid({"": [_("Somebody like this is here already: choose, or convert once more.")]})
            lead, done = convert_lead(pk, into, reader.user, base=version_of(request.POST.get("version")))
            to = (
                registry["contact"].url(lead.contact_id)
                if lead.contact_id
                else registry["company"].url(lead.company_id)
            )
            return add_trigger(go(request, to, _("Converted: %(title)s") % {"title": lead}, done), "closeDialog")
        except Invalid as error:
            errors = error.errors
        except Conflict:
            errors = {"": [_("Somebody has changed this meanwhile. Save again if yours is right.")]}
    parts = [_part(request, lead, registry[name], reader, errors) for name in ASKED]
    known = [{"name": "", "label": "", "text": m} for m in errors.get("", [])]
    context = {"lead": lead, "parts": parts, "action": request.path, "url": entity.url(pk), "errors": known}
    return render(request, "clients/convert.html", context, block="dialog", status=422 if errors else 200)


def _begun(lead: Any, entity: Entity) -> dict[str, Any]:
    return begun_contact(lead) if entity.name == "contact" else begun_company(lead)


def _asked(entity: Entity, reader: Reader) -> list[tuple[str, Any]]:
    """The fields of a new record, under names of their own: both halves of the dialog have a name and phones."""
    found = []
    for f in reader.fields(entity, ASKED[entity.name]):
        own = copy.copy(f)
        own.name = f"{entity.name}_{f.name}"
        found.append((f.name, own))
    return found


def _posted(request: HttpRequest, lead: Any, entity: Entity, reader: Reader) -> dict[str, Any]:
    """What was typed into the part of a new record, over what the lead knows beside it."""
    typed = {n: raw for n, f in _asked(entity, reader) if (raw := f.raw_from_form(request.POST)) is not None}
    return {**_begun(lead, entity), **typed}


def _alike(entity: Entity, values: dict[str, Any], reader: Reader) -> list[Match]:
    """Records of this very kind that resemble what the lead knows, or what was typed."""
    return [m for m in find(entity, values, reader.user, reader=reader) if m.entity is entity] if values else []


def _unseen(request: HttpRequest, entity: Entity, typed: Any, reader: Reader) -> bool:
    """Whether what was typed for a new record betrays one that was not among the choices."""
    seen = request.POST.getlist(f"{entity.name}_seen")
    found = _alike(entity, typed, reader) if isinstance(typed, dict) else []
    return any(m.visible and m.strong and str(m.id) not in seen for m in found)


def _part(
    request: HttpRequest, lead: Any, entity: Entity, reader: Reader, errors: dict[str, list[str]]
) -> dict[str, Any]:
    """One half of the dialog: those who are here already, and the fields of a new one."""
    begun = _begun(lead, entity)
    typed = _posted(request, lead, entity, reader) if request.method == "POST" else None
    matches = _alike(entity, begun if typed is None else typed, reader)
    strong = next((str(m.id) for m in matches if m.visible and m.strong), "")
    other = request.POST.get(f"{entity.name}_other", "") if request.method == "POST" else ""
    ref = reader.ref(entity, int(other)) if other.isdigit() and len(other) < 19 else None
    chosen = request.POST.get(entity.name, "") if request.method == "POST" else strong or ("new" if begun else "")
    editors = []
    for name, f in _asked(entity, reader):
        raw = typed is not None and name in typed
        value = typed[name] if typed is not None and raw else f.parse(begun[name]) if name in begun else f.blank()
        editors.append(edit(f, value, reader, errors=errors.get(f"{entity.name}.{name}", []), raw=raw))
    return {
        "entity": entity,
        "chosen": chosen,
        "matches": matches,
        "editors": editors,
        "may_create": bool(door.can(reader.user, door.CREATE, entity)),
        "errors": errors.get(entity.name, []),
        "combo_url": f"/_combo/{entity.plural}/",
        "hint": _("Name or phone") if entity.name == "contact" else _("Name, phone or INN"),
        "other": other,
        "other_title": ref.title if ref is not None and ref.visible else "",
    }


@door_view
def inbox(request: HttpRequest) -> HttpResponse:
    """Leads that nobody has worked on: nobody's, or one's own; oldest first."""
    reader, entity = reader_of(request), registry["lead"]
    actions.permit(reader.user, door.SEE, entity)
    try:
        page = page_of_new(reader, after=request.GET.get("after", ""), limit=PAGE)
    except Invalid:
        page = page_of_new(reader, limit=PAGE)
    fields = reader.fields(entity, ("source", "company_name", "phones", "emails", "amount", "comment"))
    reader.prefetch(page.records, fields)
    rows = [
        {
            "lead": r,
            "url": entity.url(r.pk),
            "facts": _facts(r, [f for f in fields if f.name != "comment" and not isinstance(f, ReachField)], reader),
            "reach": [(f.shown(i), f.href(i)) for f in fields if isinstance(f, ReachField) for i in f.value(r)[:1]],
            "mine": r.owner_id == reader.user.pk,  # type: ignore[attr-defined]
        }
        for r in page.records
    ]
    may_change = bool(door.can(reader.user, door.CHANGE, entity))
    found = find_each(entity, page.records, reader, most=2) if may_change else {}
    for row, r in zip(rows, page.records, strict=True):
        row["matches"] = [m for m in found.get(r.pk, ()) if m.visible]
    context = {
        "rows": rows,
        "next": f"{INBOX}?after={page.next}" if page.next else "",
        "reasons": [(o.key, o.label) for o in REJECT_REASONS.options()],
        "may_change": may_change,
    }
    return render(request, "clients/inbox.html", context, block="content")


@door_view
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `contact` or `company`: it is one who is here already; the lead is theirs, and what it knows is added to them."""
    into = {name: request.POST[name] for name in ASKED if request.POST.get(name)}
    try:
        lead, done = convert_lead(pk, into, reader_of(request).user)
    except Invalid as error:
        return _refused(request, error)
    return go(request, INBOX, _("Attached: %(title)s") % {"title": lead}, done)


def _refused(request: HttpRequest, error: Invalid) -> HttpResponse:
    answer = HttpResponse(status=422, headers={"HX-Reswap": "none"}) if is_partial(request) else go(request, INBOX)
    return add_toast(answer, invalid_text(error.errors), kind="error")


def _facts(lead: Any, fields: list[Field], reader: Reader) -> list[str]:
    """In a line under the title: who it is, where that is not the title, and what is known."""
    who = lead.person if reader.access(registry["lead"]).sees("name") and lead.person != str(lead) else ""
    return [text for text in (who, *(f.cell(lead, reader) for f in fields)) if text]


@door_view
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: it is mine, and work begins."""
    lead, done = accept_lead(pk, reader_of(request).user)
    return go(request, INBOX, _("Taken: %(title)s") % {"title": lead}, done)


@door_view
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `reason`: nothing will come of it."""
    try:
        lead, done = reject_lead(pk, request.POST.get("reason", ""), reader_of(request).user)
    except Invalid as error:
        return _refused(request, error)
    return go(request, INBOX, _("Rejected: %(title)s") % {"title": lead}, done)
