"""The generic list: filter, sort, page, select, act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi import search
from vizavi.core import door, filters, pages
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid, Refused
from vizavi.core.fields import Field, MoneyField
from vizavi.core.filters import Filter
from vizavi.core.firm import firm
from vizavi.core.pages import SIZES
from vizavi.core.periods import NAMED
from vizavi.core.reading import Reader
from vizavi.screens.cells import edit, show
from vizavi.screens.web import entity_view, go, reader_of
from vizavi.ui import add_trigger, formats, render

DEFAULT_SIZE = 50
_GROUP = re.compile(r"or\.\d+\.")


@dataclass
class Column:
    """The head of a column: where a click on it leads, and how it sorts now."""

    field: Field
    sortable: bool
    direction: str = ""
    rank: int = 0
    url: str = ""
    add_url: str = ""

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def numeric(self) -> bool:
        return self.field.numeric


def where_of(found: Filter, reader: Reader) -> Q:
    """The rows of a filter, free text included."""
    where = found.where(reader)
    return where & search.condition(found.entity, found.text, reader) if found.text else where


def columns(entity: Entity, reader: Reader, found: Filter, sort: str, size: int, exact: bool) -> list[Column]:
    """Heads of the visible columns. A click sorts, a second one reverses; with Shift the key joins those before it."""
    current = [(part.lstrip("-"), part.startswith("-")) for part in (sort or entity.sort).split(",") if part]
    shown = []
    for f in reader.fields(entity, entity.columns):
        # Beyond EXACT rows no sort is offered that no index serves.
        column = Column(f, f.sortable and (exact or f.indexed))
        for rank, (name, down) in enumerate(current, 1):
            if name == f.name:
                column.direction, column.rank = ("descending" if down else "ascending", rank if len(current) > 1 else 0)
        if column.sortable:
            first_down = f.kind in ("date", "datetime", "money", "number", "integer")
            down = column.direction == "ascending" if column.direction else first_down
            key = ("-" if down else "") + f.name
            others = [("-" if d else "") + n for n, d in current if n != f.name] if sort else []
            column.url = link(found, sort=key, limit=size)
            column.add_url = link(found, sort=",".join([*others, key][-pages.MOST_KEYS :]), limit=size)
        shown.append(column)
    return shown


def link(found: Filter, **extra: Any) -> str:
    """The list's address with these conditions and parameters; defaults are left out."""
    params = {**found.params(), **{k: str(v) for k, v in extra.items() if v not in ("", None, False)}}
    if params.get("limit") == str(DEFAULT_SIZE):
        del params["limit"]
    return found.entity.url() + (f"?{urlencode(params)}" if params else "")


def chips(found: Filter, reader: Reader, sort: str, size: int, query: str) -> list[dict[str, Any]]:
    """The conditions as chips: where their cross leads, and where a click on them."""
    shown = []
    for condition, chip in zip(found.conditions, filters.chips(found, reader), strict=True):
        rest = Filter(found.entity, [c for c in found.conditions if c is not condition], found.text)
        editor = urlencode({"param": condition.param, "back": query})
        shown.append(
            {
                **chip,
                "remove_url": link(rest, sort=sort, limit=size),
                "edit_url": f"{found.entity.url()}_filter/{condition.field.name}/?{editor}",
            }
        )
    return shown


def size_of(request: HttpRequest) -> int:
    raw = request.GET.get("limit", "")
    return int(raw) if raw.isdigit() and int(raw) in SIZES else DEFAULT_SIZE


def sums(entity: Entity, reader: Reader, where: Q) -> list[dict[str, str]]:
    """Totals of the visible sums of money, in the base currency; asked while the list is short enough to be exact."""
    money = [f for f in reader.fields(entity, entity.columns) if isinstance(f, MoneyField)]
    if not money:
        return []
    rows = entity.model.objects.visible_to(reader.user).filter(where)
    totals = rows.aggregate(**{f.name: Sum(f"{f.name}_base") for f in money})
    return [
        {"label": f.label, "text": formats.money(totals[f.name] or Decimal(0), firm().base_currency)} for f in money
    ]


@entity_view
def record_list(request: HttpRequest, entity: Entity) -> HttpResponse:
    """`/companies/?kind=client&sort=-created_at`: the page, or its `list` block for htmx."""
    reader = reader_of(request)
    if not door.branches(reader.user, entity):
        raise Refused(_("You have no access to these records."))
    context, status = list_context(request, entity, reader)
    return render(request, "screens/list.html", context, block="list", status=status)


def list_context(request: HttpRequest, entity: Entity, reader: Reader) -> tuple[dict[str, Any], int]:
    """Everything the list's template needs, and 200, or 422 with the messages of what in the address makes no sense."""
    size, sort = size_of(request), request.GET.get("sort", "")
    problems: list[str] = []
    found, page = Filter(entity), pages.Page(start=None)
    try:
        found = filters.parse(entity, request.GET, reader)
        where = where_of(found, reader)
        page = pages.page(
            entity,
            reader,
            where,
            sort=sort,
            limit=size,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            last=bool(request.GET.get("last")),
        )
    except Invalid as error:
        problems = [m for messages in error.errors.values() for m in messages]
        where, sort = Q(pk__in=[]), ""
    total, exact = pages.count(entity, reader, where) if not problems else (0, True)
    heads = columns(entity, reader, found, sort, size, exact)
    shown = [c.field for c in heads]
    reader.prefetch(page.records, shown)
    may_change = bool(door.can(reader.user, door.CHANGE, entity))
    rows = [
        {
            "id": r.pk,
            "title": str(r),
            "url": entity.url(r.pk),
            "version": r.version,
            "cells": [show(f, r, reader, editable=may_change) for f in shown],
        }
        for r in page.records
    ]
    start = page.start
    if start is None and page.records and exact and not page.next:
        start = total - len(page.records) + 1
    return {
        "entity": entity,
        "columns": heads,
        "rows": rows,
        "chips": chips(found, reader, sort, size, request.GET.urlencode()),
        "found": found,
        "problems": problems,
        "total": total,
        "exact": exact,
        "start": start,
        "end": start + len(rows) - 1 if start else None,
        "next": link(found, sort=sort, limit=size, after=page.next) if page.next else "",
        "previous": link(found, sort=sort, limit=size, before=page.previous) if page.previous else "",
        "first": link(found, sort=sort, limit=size) if page.previous else "",
        "last": link(found, sort=sort, limit=size, last=1) if page.next else "",
        "size_links": [(str(n), link(found, sort=sort, limit=n), n == size) for n in SIZES],
        "sort": sort,
        "ways": ways(entity, reader),
        "reset": link(Filter(entity), sort=sort, limit=size),
        "sums": sums(entity, reader, where) if exact and rows else [],
        "filter_fields": filter_fields(entity, reader),
        "export": door.can(reader.user, door.EXPORT, entity),
        "create": entity.many and door.can(reader.user, door.CREATE, entity),
        "import_": entity.many and not entity.admin and door.can(reader.user, door.IMPORT, entity),
        "may_change": may_change,
        "may_delete": bool(door.can(reader.user, door.DELETE, entity)),
        "query": request.GET.urlencode(),
        "bulk_editors": [edit(f, f.blank(), reader) for f in bulk_fields(entity, reader)]
        if may_change and rows
        else [],
    }, 422 if problems else 200


def bulk_fields(entity: Entity, reader: Reader) -> list[Field]:
    """Fields that a bulk change offers: those with one short value that makes sense for many."""
    writes = reader.access(entity).writes
    fields = [f for f in reader.fields(entity, entity.shape.shown) if f.editable and writes(f.name)]
    return [f for f in fields if f.kind in ("choice", "user", "yesno")]


def ways(entity: Entity, reader: Reader) -> list[dict[str, str]]:
    """What an empty list offers to do."""
    found = []
    if entity.many and door.can(reader.user, door.CREATE, entity):
        found.append(
            {
                "url": f"{entity.url()}new/",
                "title": _("Create by hand"),
                "text": _("A form with the fields that matter"),
                "icon": "plus",
                "tone": entity.tone,
            }
        )
        if not entity.admin and door.can(reader.user, door.IMPORT, entity):
            found.append(
                {
                    "url": f"/imports/new/?entity={entity.plural}",
                    "title": _("Import a table"),
                    "text": _("CSV or Excel; everything can be undone"),
                    "icon": "upload",
                    "tone": "green",
                }
            )
    return found


def filter_fields(entity: Entity, reader: Reader) -> list[Field]:
    """Fields offered by "add a filter": the quick ones first."""
    named = reader.fields(entity, entity.filters)
    return [*named, *(f for f in reader.fields(entity, entity.shape.shown) if f.filterable and f not in named)]


@entity_view
def filter_editor(request: HttpRequest, entity: Entity, name: str) -> HttpResponse:
    """The dialog of one condition, for a new chip or to change one; `?apply=1` goes to the list that it makes.

    `back` is the query string of the list, `param` the condition of it that is being changed.
    """
    reader = reader_of(request)
    f = entity.fields.get(name)
    if f is None or not f.filterable or not reader.access(entity).sees(name):
        raise Http404
    back, param = request.GET.get("back", "")[:4000], request.GET.get("param", "")
    kept = [(n, v) for n, v in parse_qsl(back) if n not in (param, "after", "before", "last")]
    operator, values, problems = (
        operator_of(f, param),
        [v for n, raw in parse_qsl(back) if n == param for v in filters.split(raw)],
        [],
    )
    if request.GET.get("apply"):
        operator = request.GET.get("operator", "")
        values = [
            v.replace(",", "\\,")
            for v in (request.GET.getlist("value") or []) + [request.GET.get("date", "")]
            if v.strip()
        ]
        values = values or (["1"] if operator == "empty" else [])
        kept_names = dict(kept)
        group = match[0] if (match := _GROUP.match(param)) else ""
        key = f"{group}{f.name}{f'__{operator}' if operator else ''}"
        query = {**kept_names, **({key: ",".join(values)} if values else {})}
        try:
            filters.parse(entity, query, reader)
            return add_trigger(go(request, entity.url() + (f"?{urlencode(query)}" if query else "")), "closeDialog")
        except Invalid as error:
            problems = [m for messages in error.errors.values() for m in messages]
    context = {
        "entity": entity,
        "f": f,
        "operator": operator,
        "values": values,
        "param": param,
        "back": back,
        "problems": problems,
        "operators": [(op, operator_label(f, op)) for op in f.operators],
        "periods": [(k, str(v)) for k, v in NAMED.items()],
        "editor": edit(f, values[0] if values else "", reader, raw=True),
        "list_url": entity.url() + (f"?{back}" if back else ""),
    }
    return render(request, "screens/filter.html", context, block="dialog", status=422 if problems else 200)


def operator_of(f: Field, param: str) -> str:
    """The operator that a condition has, or the one that a new condition of this kind begins with."""
    if param:
        return param.rpartition("__")[2] if "__" in param else ""
    return next(
        (op for op in ("contains", "gte") if op in f.operators and not getattr(f, "options", ())), f.operators[0]
    )


def operator_label(f: Field, operator: str) -> str:
    if operator == "":
        return _("is any of") if f.kind in ("choice", "choices", "user", "relation") else _("is")
    if operator == "empty":
        return _("is not filled in")
    words = {"not": _("is not"), "contains": _("contains"), "gte": _("from"), "lte": _("to")}
    return words[operator]
