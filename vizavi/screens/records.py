"""The record page: fields on the left, history in the middle, what hangs on the record on the right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.core import door, pages
from vizavi.core.actions import fetch, survivor_of
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Merged
from vizavi.core.fields import AboutField, Field, Pointing
from vizavi.core.journal import history
from vizavi.core.journal.history import Entry
from vizavi.core.models import Change
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.screens import verbs
from vizavi.screens.cells import Cell, show
from vizavi.screens.offers import offers_for, panels_for
from vizavi.screens.web import entity_view, reader_of
from vizavi.search import favourites
from vizavi.ui import formats, render
from vizavi.ui.formats import nth

PANES = ("fields", "history", "more")
#: So many related records stand on a card; the rest is one click away.
CARD_ROWS = 5
#: A page of the history.
FEED_ROWS = 30
#: And so many entries of the history in the drawer.
PEEK_ROWS = 5


@dataclass
class Card:
    """Records of another entity that point to this one."""

    entity: Entity
    field: Pointing
    title: str
    rows: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    more: bool = False
    all_url: str = ""
    create_url: str = ""


@entity_view
def record_page(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """`/companies/7/`, and the same for a record in the recycle bin, which can only be looked at and restored."""
    reader = reader_of(request)
    record = fetch(entity, pk, reader.user, deleted=True)
    survivor = survivor_of(entity, pk, reader.user) if record.deleted_at is not None else None
    if survivor and "merged" not in request.GET:
        raise Merged(survivor)
    return render(request, "screens/record.html", record_context(request, entity, record, reader), block="content")


@entity_view
def timeline(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """Older entries of the history: `?before=` is the cursor of the page before."""
    reader = reader_of(request)
    record = fetch(entity, pk, reader.user, deleted=True)
    raw = request.GET.get("before", "")
    before = int(raw) if raw.isdigit() and len(raw) < 19 else None
    return render(request, "screens/timeline.html", feed(entity, record, reader, before), block="feed")


@entity_view
def peek(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """The drawer over a list: the fields that are filled in, and the way to the whole page."""
    reader = reader_of(request)
    record = fetch(entity, pk, reader.user)
    shown = sections(entity, record, reader, filled=True)
    context = {
        **head(entity, record, reader),
        **trail(request, entity, record),
        "sections": shown,
        "reach": reach(shown),
        "days": feed(entity, record, reader, None, PEEK_ROWS)["days"],
    }
    return render(request, "screens/peek.html", context)


def record_context(request: HttpRequest, entity: Entity, record: Journaled, reader: Reader) -> dict[str, Any]:
    """Everything the record page's template needs."""
    from vizavi.files import cards as files

    pane = request.GET.get("pane", "")
    deleted = record.deleted_at is not None
    reader.learn(entity, [] if deleted else [record])
    # The names that the record shows are looked up together with those in its history.
    reader.expect([record], reader.fields(entity))
    told = feed(entity, record, reader, None)
    shown = sections(entity, record, reader, filled=deleted)
    return {
        **head(entity, record, reader),
        **trail(request, entity, record),
        "pane": pane if pane in PANES else PANES[0],
        "sections": shown,
        "reach": {} if deleted else reach(shown),
        "system": cells(entity, record, reader, ("created_at", "created_by", "updated_at", "updated_by"), False),
        "cards": [] if deleted else related(entity, record, reader),
        "files": None if deleted or not entity.has_owner else files.card(entity, record, reader),
        "offers": [] if deleted else offers_for(entity, record, reader),
        "panels": {} if deleted else panels_for(entity, record, reader),
        **told,
    }


def head(entity: Entity, record: Journaled, reader: Reader) -> dict[str, Any]:
    """The name of a record and what this person may do with it."""
    user, live = reader.user, record.deleted_at is None
    return {
        "entity": entity,
        "record": record,
        "title": title_of(entity, record, reader),
        "star": {"url": f"/_star/{entity.name}/{record.pk}/", "on": favourites.is_starred(user, entity, record.pk)},
        "owner": owner_of(entity, record, reader),
        "url": entity.url(record.pk),
        "deleted": not live,
        "may_change": live and bool(door.can(user, door.CHANGE, entity, record)),
        "may_delete": entity.many and bool(door.can(user, door.DELETE, entity, record)),
    }


def trail(request: HttpRequest, entity: Entity, record: Journaled) -> dict[str, Any]:
    """The list that the record was opened from: the way back to it, and to the neighbours."""
    query = request.GET.get("list", "")[:4000]
    carried = f"?{urlencode({'list': query})}"
    way = f"{entity.url(record.pk)}_step/"
    return {
        "list_url": entity.url() + (f"?{query}" if query else ""),
        "carried": carried if query else "",
        "previous": f"{way}previous/{carried}" if query else "",
        "next": f"{way}next/{carried}" if query else "",
    }


def title_of(entity: Entity, record: Journaled, reader: Reader) -> str:
    return str(record) if reader.access(entity).sees(entity.title) else nth(record.pk)


def owner_of(entity: Entity, record: Journaled, reader: Reader) -> Cell | None:
    """Who is responsible, for the head of the page; None where nobody is, or where this person may not know."""
    if not entity.has_owner or not reader.access(entity).sees("owner"):
        return None
    f = entity.fields["owner"]
    reader.prefetch([record], [f])
    return show(f, record, reader)


def reach(shown: list[tuple[str, list[Cell]]]) -> dict[str, str]:
    """The first phone and the first e-mail as links, for the buttons "call" and "write"."""
    found: dict[str, str] = {}
    for cell in (c for _label, part in shown for c in part if c.kind in ("phones", "emails") and c.items):
        found.setdefault(cell.kind, cell.items[0][1])
    return found


def writable(entity: Entity, f: Field, reader: Reader) -> bool:
    return f.editable and not f.computed and reader.access(entity).writes(f.name)


def cells(entity: Entity, record: Journaled, reader: Reader, names: Any, may_change: bool) -> list[Cell]:
    fields = reader.fields(entity, [n for n in names if n in entity.fields])
    looks, remarks = record.warnings(), record.remarks()
    reader.prefetch([record], fields)
    shown = [show(f, record, reader, editable=may_change and writable(entity, f, reader)) for f in fields]
    for cell in shown:
        cell.warnings, cell.remark = looks.get(cell.name, []), remarks.get(cell.name, "")
    return shown


def sections(
    entity: Entity, record: Journaled, reader: Reader, *, filled: bool = False
) -> list[tuple[str, list[Cell]]]:
    """Labelled groups of cells; `filled` leaves out what is empty and what would be an editor."""
    may_change = not filled and bool(door.can(reader.user, door.CHANGE, entity, record))
    reader.prefetch([record], reader.fields(entity))
    found = []
    for label, names in entity.sections.items():
        shown = [c for c in cells(entity, record, reader, names, may_change) if c.text or not filled]
        if shown:
            found.append((str(label), shown))
    return found


def related(entity: Entity, record: Journaled, reader: Reader) -> list[Card]:
    """Cards of the entities that point here, as far as the person may see them at all."""
    found = []
    for f in entity.related():
        other = f.entity
        if other.admin or not door.branches(reader.user, other) or not reader.access(other).sees(f.name):
            continue
        page = pages.page(other, reader, f.any_of([record.pk]), limit=CARD_ROWS, narrow=True)
        reader.prefetch(page.records, reader.fields(other, other.subtitle))
        reader.learn(other, page.records)
        same = other is entity
        card = Card(
            other,
            f,
            _("%(label)s: %(field)s") % {"label": other.label_plural, "field": f.label.lower()}
            if same
            else other.label_plural,
            more=bool(page.next),
            all_url=f"{other.url()}?{f.name}={record.pk}",
        )
        if door.can(reader.user, door.CREATE, other) and writable(other, f, reader):
            card.create_url = f"/_quick/{other.plural}/?{f.name}={record.pk}"
        for r in page.records:
            sub = " · ".join(t for s in reader.fields(other, other.subtitle) if s is not f and (t := s.cell(r, reader)))
            phones = next((c.items[0][1] for c in _reach(other, r, reader, "phones") if c.items), "")
            emails = next((c.items[0][1] for c in _reach(other, r, reader, "emails") if c.items), "")
            card.rows.append(
                {
                    "id": r.pk,
                    "title": title_of(other, r, reader),
                    "sub": sub,
                    "url": other.url(r.pk),
                    "phone": phones,
                    "email": emails,
                }
            )
        if card.rows or card.create_url:
            found.append(card)
    return found


def _reach(entity: Entity, record: Journaled, reader: Reader, kind: str) -> list[Cell]:
    return [show(f, record, reader) for f in reader.fields(entity) if f.kind == kind]


def feed(
    entity: Entity, record: Journaled, reader: Reader, before: int | None, limit: int = FEED_ROWS
) -> dict[str, Any]:
    """A page of history by day in the reader's time zone; events and what lies between them apart, so that it can fold."""
    entries, cursor = history(entity, record, reader, before=before, limit=limit)
    told = events(entries, reader)
    shown = [{**_shown(e), "card": told.get(e.id), "day": timezone.localtime(e.at).date()} for e in entries]
    days = [
        (formats.day_label(day), [list(run) for _event, run in groupby(group, key=lambda e: e["card"] is not None)])
        for day, group in groupby(shown, key=lambda e: e["day"])
    ]
    return {
        "days": days,
        "older": f"{entity.url(record.pk)}_timeline/?before={cursor}" if cursor else "",
        "first_page": before is None,
        "pinned": pinned(entity, record, reader) if before is None else [],
        "on": f"{entity.name}:{record.pk}",
    }


def events(entries: Sequence[Entry], reader: Reader) -> dict[int, dict[str, Any]]:
    """Cards of the notes (and whatever else is an event) whose making these entries tell: {id of the entry: card}."""
    wanted: dict[str, dict[int, int]] = {}
    for e in entries:
        if e.source and e.source.id and e.action == Change.CREATE and registry[e.source.entity].event:
            wanted.setdefault(e.source.entity, {})[e.source.id] = e.id
    found = {}
    for name, ids in wanted.items():
        for record in registry[name].model.objects.visible_to(reader.user).filter(pk__in=list(ids)):
            found[ids[record.pk]] = card_of(registry[name], record, reader)
    return found


def pinned(entity: Entity, record: Journaled, reader: Reader) -> list[dict[str, Any]]:
    """Cards of what is pinned to this record, newest first."""
    found = []
    for other in registry:
        about = next((f for f in other.fields.values() if isinstance(f, AboutField)), None)
        if about is None or "pinned" not in other.fields:
            continue
        rows = other.model.objects.visible_to(reader.user).filter(about.linked([(entity, record.pk)]), pinned=True)
        found += [card_of(other, r, reader) for r in rows.order_by("-pk")[:CARD_ROWS]]
    return found


def card_of(entity: Entity, record: Journaled, reader: Reader) -> dict[str, Any]:
    """An event as a card of a history."""
    owner = getattr(record, "owner_id", None)
    return {
        "title": entity.label,
        "by": reader.ref(registry["user"], owner).title if owner else "",
        "text": entity.fields[entity.event].cell(record, reader),
        "icon": entity.icon,
        "tone": entity.tone,
        "at": record.created_at,
        "url": entity.url(record.pk),
        "pinned": getattr(record, "pinned", False),
        "may_change": bool(door.can(reader.user, door.CHANGE, entity, record)),
    }


def _shown(entry: Entry) -> dict[str, Any]:
    operation = entry.operation
    created = entry.action == Change.CREATE
    return {
        "id": entry.id,
        "at": entry.at,
        "by": entry.by.title if entry.by else _("The system"),
        "action": verbs.action_text(entry.action),
        "kind": entry.action,
        "verb": verbs.describe(operation),
        "icon": verbs.icon_of_change(operation, entry.action),
        "through": verbs.through(operation) if operation.via != "page" else "",
        "source": entry.source,
        "created": created,
        "changes": []
        if created
        else [{"label": c.field.label, "before": c.before_text, "after": c.after_text} for c in entry.changes],
        "url": f"/operations/{operation.pk}/",
    }
