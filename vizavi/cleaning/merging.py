"""Merging on a page: the records side by side, a choice for every field that differs, and all that will move."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vizavi.core import actions, door
from vizavi.core.entity import BOOKKEEPING, Entity, registry
from vizavi.core.errors import Conflict, Invalid
from vizavi.core.fields import Field
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.duplicates import merging
from vizavi.duplicates.finding import find
from vizavi.jobs.tasks import BIN_DAYS
from vizavi.screens.cells import Cell, show
from vizavi.screens.records import title_of
from vizavi.screens.web import entity_view, go, reader_of, version_of
from vizavi.ui import render


@dataclass
class Choice:
    """One value of a field that may be chosen: a record's, or all of them together."""

    value: str
    cell: Cell | None
    text: str
    chosen: bool


@dataclass
class Row:
    """One field in which the records differ. Without choices it is not the person's to decide."""

    field: Field
    cells: list[Cell]
    choices: list[Choice]
    errors: list[str]


def ids_of(data: Any) -> list[int]:
    """`ids=7,9` or `ids=7&ids=9`."""
    found = re.findall(r"\d{1,18}", ",".join(data.getlist("ids")))
    return list(dict.fromkeys(int(pk) for pk in found))


@entity_view
def page(request: HttpRequest, entity: Entity) -> HttpResponse:
    """`/companies/merge/?ids=7,9&keep=7`: GET looks, POST merges; with one id it asks with what."""
    if not entity.duplicates:
        raise Http404
    reader = reader_of(request)
    ids = ids_of(request.POST or request.GET)
    if request.method != "POST" and len(ids) < 2:
        return _begin(request, entity, ids, reader)
    try:
        records = merging.members(entity, ids, reader.user)
    except Invalid as error:
        return go(request, entity.url(), str(error))
    if request.method != "POST":
        return _look(request, entity, records, request.GET, reader)
    keep = _kept(records, request.POST)
    others = [r.pk for r in records if r is not keep]
    picks = {n.removeprefix("pick-"): raw for n, raw in request.POST.items() if n.startswith("pick-")}
    seen = {r.pk: v for r in records if (v := version_of(request.POST.get(f"version-{r.pk}"))) is not None}
    try:
        done = merging.merge(entity, keep.pk, others, reader.user, picks=picks, versions=seen)
    except Invalid as error:
        return _look(request, entity, records, request.POST, reader, errors=error.errors, status=422)
    except Conflict:
        return _look(request, entity, records, request.POST, reader, conflict=True, status=409)
    if done.state == Operation.RUNNING:
        return go(request, f"/operations/{done.pk}/", _("Merging has begun; it goes on while you work."))
    text = ngettext("%(count)s record was merged.", "%(count)s records were merged.", len(records))
    return go(request, entity.url(keep.pk), text % {"count": len(records)}, done)


def _kept(records: Sequence[Journaled], data: Mapping[str, Any]) -> Journaled:
    """The record that stays: the one that was said, else the oldest."""
    oldest = min(records, key=lambda r: (r.created_at, r.pk))
    return next((r for r in records if str(r.pk) == data.get("keep")), oldest)


def _begin(request: HttpRequest, entity: Entity, ids: Sequence[int], reader: Reader) -> HttpResponse:
    """With what? A search, and what resembles the record."""
    if not ids:
        raise Http404
    record = actions.fetch(entity, ids[0], reader.user)
    actions.permit(reader.user, door.CHANGE, entity, record)
    values = {name: entity.fields[name].value(record) for name in entity.recognised}
    found = find(entity, values, reader.user, record.pk, reader=reader, most=10)
    context = {
        "entity": entity,
        "record": record,
        "title": title_of(entity, record, reader),
        "matches": [m for m in found if m.entity is entity and m.visible],
    }
    return render(request, "cleaning/with.html", context, block="content")


def _look(
    request: HttpRequest,
    entity: Entity,
    records: Sequence[Journaled],
    data: Mapping[str, Any],
    reader: Reader,
    *,
    errors: Mapping[str, list[str]] | None = None,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    keep = _kept(records, data)
    others = [r for r in records if r is not keep]
    ids = [r.pk for r in records]
    fields = reader.fields(entity)
    reader.prefetch(records, fields)
    differing = set(merging.differing(entity, records))
    shown = [f for f in merging.chosen_fields(entity) if f in fields]
    rows = [
        _row(f, entity, keep, others, records, data, reader, (errors or {}).get(f.name))
        for f in shown
        if f in differing
    ]
    same = [show(f, keep, reader) for f in shown if f not in differing and not f.is_empty(f.value(keep))]
    joined = ",".join(map(str, ids))
    context = {
        "entity": entity,
        "records": [
            {
                "id": r.pk,
                "title": title_of(entity, r, reader),
                "url": entity.url(r.pk),
                "version": r.version,
                "kept": r is keep,
                "keep_url": f"{entity.url()}merge/?ids={joined}&keep={r.pk}",
                "created": r.created_at,
                "updated": r.updated_at,
                "owner": reader.ref(registry["user"], r.owner_id).title if r.owner_id else "",  # type: ignore[attr-defined]
            }
            for r in records
        ],
        "keep": keep,
        "keep_title": title_of(entity, keep, reader),
        "ids": joined,
        "rows": rows,
        "same": same,
        "together": any(c.value == merging.ALL for row in rows for c in row.choices),
        "moves": merging.moves(entity, ids, [r.pk for r in others], reader),
        "errors": [
            m for name, found in (errors or {}).items() if name not in {r.field.name for r in rows} for m in found
        ],
        "conflict": conflict,
        "days": BIN_DAYS,
    }
    return render(request, "cleaning/merge.html", context, block="content", status=status)


def _row(
    f: Field,
    entity: Entity,
    keep: Journaled,
    others: Sequence[Journaled],
    records: Sequence[Journaled],
    data: Mapping[str, Any],
    reader: Reader,
    errors: list[str] | None,
) -> Row:
    cells = [show(f, r, reader) for r in records]
    if not (f.editable and reader.access(entity).writes(f.name)) or f.name in BOOKKEEPING:
        return Row(f, cells, [], errors or [])
    picked = str(data.get(f"pick-{f.name}") or merging.likeliest(entity, f, keep, others))
    choices = [Choice(str(r.pk), c, "", str(r.pk) == picked) for r, c in zip(records, cells, strict=True)]
    filled = [r for r in records if not f.is_empty(f.value(r))]
    if merging.unites(f) and len(filled) > 1:
        try:
            text = f.text(merging.united(f, records), reader)
            choices.append(Choice(merging.ALL, None, text, picked == merging.ALL))
        except ValidationError as error:
            errors = [*(errors or []), *error.messages]
    if not any(c.chosen for c in choices):
        choices[list(records).index(keep)].chosen = True
    return Row(f, cells, choices, errors or [])
