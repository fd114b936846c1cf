"""The list itself: rows, heads, chips, tabs, totals."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.core import door, filters, pages
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid, Refused
from vizavi.core.fields import Field
from vizavi.core.filters import Filter
from vizavi.core.firm import firm
from vizavi.core.pages import SIZES
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.lists import groups, saved
from vizavi.lists.offers import many_offers
from vizavi.lists.state import ListState, groupable, pairs_of
from vizavi.screens.cells import show
from vizavi.screens.records import writable
from vizavi.screens.web import entity_view, reader_of
from vizavi.ui import formats, render

#: Kinds for which the greatest comes first when a head is clicked.
DOWNWARDS = ("date", "datetime", "money", "number", "integer")
#: Pixels of columns that nobody has dragged, in a table where one was.
WIDTHS = {"choice": 150, "yesno": 90, "date": 130, "datetime": 150, "integer": 110, "emails": 210, "url": 190}


@dataclass
class Head:
    """The head of a column: where a click on it leads, and how it sorts now."""

    field: Field
    width: int = 0
    sortable: bool = False
    direction: str = ""
    rank: int = 0
    url: str = ""
    add_url: str = ""


def heads(state: ListState, exact: bool) -> list[Head]:
    """Heads of the columns. A click sorts, a second one reverses; with Shift the key joins those before it."""
    # With one width set the table is laid out by widths, so that the others need one too.
    fixed = any(width for _f, width in state.cols)
    current = [(part.lstrip("-"), part.startswith("-")) for part in state.order.split(",") if part]
    shown = []
    # Beyond EXACT rows no order is offered that no index serves.
    for f, width in state.cols:
        head = Head(f, width or (WIDTHS.get(f.kind, 170) if fixed else 0), f.sortable and (exact or f.indexed))
        for rank, (name, down) in enumerate(current, 1):
            if name == f.name:
                head.direction, head.rank = ("desc" if down else "asc", rank if len(current) > 1 else 0)
        if head.sortable:
            down = head.direction == "asc" if head.direction else f.kind in DOWNWARDS
            key = ("-" if down else "") + f.name
            others = [("-" if d else "") + n for n, d in current if n != f.name] if state.sort else []
            head.url = state.but(sort=key).url()
            head.add_url = state.but(sort=",".join([*others, key][-pages.MOST_KEYS :])).url()
        shown.append(head)
    return shown


def chips(state: ListState) -> list[dict[str, Any]]:
    """The conditions as chips, alternatives in one: where the cross leads, and where a click on them."""
    found: dict[str, dict[str, Any]] = {}
    for n, (condition, chip) in enumerate(
        zip(state.found.conditions, filters.chips(state.found, state.reader), strict=True)
    ):
        text = f"{chip['label']}{'' if chip['sign'] == ':' else ' '}{chip['sign']} {chip['text']}"
        known = found.get(condition.group) if condition.group else None
        if known:
            known["text"] += " " + _("or %(condition)s") % {"condition": text}
            known["conditions"].append(condition)
        else:
            found[condition.group or f" {n}"] = {
                "text": text,
                "conditions": [condition],
                "edit": f"at={n}" if not condition.group and condition.field.name in state.entity.fields else "",
            }
    for chip in found.values():
        chip["remove_url"] = state.without(*chip["conditions"]).url()
    return list(found.values())


def sums(state: ListState) -> list[dict[str, str]]:
    """Totals of the visible sums of money, in the base currency; asked while the list is short enough to be exact."""
    money = groups.summed(state)
    if not money:
        return []
    rows = state.entity.model.objects.visible_to(state.reader.user).filter(state.where())
    totals = rows.aggregate(**{f.name: Sum(f.base) for f in money})
    return [{"label": f.label, "text": base_money(totals[f.name])} for f in money]


def base_money(amount: Decimal | None) -> str:
    return formats.money(amount or Decimal(0), firm().base_currency)


@entity_view
def record_list(request: HttpRequest, entity: Entity) -> HttpResponse:
    """`/companies/?kind=client&sort=-created_at`: the page, or its `list` block for htmx."""
    reader = reader_of(request)
    if not door.branches(reader.user, entity):
        raise Refused(_("You have no access to these records."))
    context, status = list_context(request, entity, reader)
    return render(request, "lists/list.html", context, block="list", status=status)


def list_context(request: HttpRequest, entity: Entity, reader: Reader) -> tuple[dict[str, Any], int]:
    """Everything the list's template needs, and 200, or 422 with the messages of what in the address makes no sense."""
    shown = saved.open_list(request, entity, pairs_of(request.GET))
    state, page, found = shown.state, pages.Page(start=None), groups.Groups()
    try:
        where = state.where()
        total, exact = pages.count(entity, reader, where) if not shown.problems else (0, True)
        if state.group and exact:
            found = groups.groups(state)
        elif not shown.problems:
            place: Any = {n: request.GET.get(n, "") for n in ("after", "before")}
            last = bool(request.GET.get("last"))
            page = pages.page(entity, reader, where, sort=state.order, limit=state.size, last=last, **place)
    except Invalid as error:
        shown.problems = [m for messages in error.errors.values() for m in messages]
        total, exact = 0, True
    if state.group and not exact:
        shown.notes.append(_("There are too many records to group: add a filter."))
    records = [*page.records, *(r for g in found.groups for r in g.records)]
    reader.prefetch(records, state.fields)
    may_change = bool(door.can(reader.user, door.CHANGE, entity))
    may_delete = entity.many and bool(door.can(reader.user, door.DELETE, entity))
    carried = urlencode({"list": urlencode(state.address()) or "view=all"})
    start = page.start
    if start is None and page.records and exact and not page.next:
        start = total - len(page.records) + 1
    context = {
        "entity": entity,
        "stamp": time.monotonic_ns(),
        "state": state,
        "heads": heads(state, exact),
        "rows": [row(state, r, may_change, carried) for r in page.records],
        "groups": [{"group": g, "rows": [row(state, r, may_change, carried) for r in g.records]} for g in found.groups],
        "grouped": found,
        "chips": chips(state),
        "problems": shown.problems,
        "notes": list(dict.fromkeys(shown.notes)),
        "total": total,
        "exact": exact,
        "start": start,
        "end": start + len(records) - 1 if start else None,
        "next": state.url(after=page.next) if page.next else "",
        "previous": state.url(before=page.previous) if page.previous else "",
        "first": state.url() if page.previous else "",
        "last": state.url(last=1) if page.next else "",
        "size_links": [(str(n), state.but(size=n).url(), n == state.size) for n in SIZES],
        "ways": ways(entity, reader),
        "reset": state.but(found=Filter(entity)).url(),
        "sums": found.sums if found.groups else sums(state) if exact and records else [],
        "filter_fields": filter_fields(entity, reader),
        "group_links": group_links(state),
        "export": door.can(reader.user, door.EXPORT, entity),
        "create": entity.many and door.can(reader.user, door.CREATE, entity),
        "import_": entity.many and not entity.admin and door.can(reader.user, door.IMPORT, entity),
        "may_change": may_change,
        "may_delete": may_delete,
        "changeable": [
            f for f in reader.fields(entity, entity.shape.shown) if may_change and writable(entity, f, reader)
        ],
        "offers": many_offers(entity, reader),
        "carried": carried,
        **saved.context(request, shown.views, shown.view, state),
    }
    return context, 422 if shown.problems else 200


def row(state: ListState, record: Journaled, may_change: bool, carried: str) -> dict[str, Any]:
    """One row: its cells, and where it leads."""
    url = state.entity.url(record.pk)
    cells = [show(f, record, state.reader, editable=may_change) for f in state.fields]
    return {
        "id": record.pk,
        "title": str(record),
        "base": url,
        "url": f"{url}?{carried}",
        "carried": carried,
        "cells": cells,
    }


def ways(entity: Entity, reader: Reader) -> list[dict[str, str]]:
    """What an empty list offers to do."""
    found = []
    if entity.many and door.can(reader.user, door.CREATE, entity):
        by_hand = {"title": _("Create by hand"), "text": _("A form with the fields that matter"), "icon": "plus"}
        found.append({**by_hand, "url": f"{entity.url()}new/", "tone": entity.tone})
        if not entity.admin and door.can(reader.user, door.IMPORT, entity):
            table = {
                "title": _("Import a table"),
                "text": _("CSV or Excel; everything can be undone"),
                "icon": "upload",
            }
            found.append({**table, "url": f"/imports/new/?entity={entity.plural}", "tone": "green"})
    return found


def filter_fields(entity: Entity, reader: Reader) -> list[Field]:
    """Fields offered by "add a filter": the quick ones first."""
    named = reader.fields(entity, entity.filters)
    return [*named, *(f for f in reader.fields(entity, entity.shape.shown) if f.filterable and f not in named)]


def group_links(state: ListState) -> list[tuple[str, str, bool]]:
    """By what the rows can be put together."""
    fields = [f for f in state.reader.fields(state.entity, state.entity.shape.shown) if groupable(f)]
    made = [(groups.label(f), state.but(group=f.name).url(), f.name == state.group) for f in fields]
    return [(_("Without groups"), state.but(group="").url(), not state.group), *made]
