"""What the palette answers: records by words, by number, people, what can be created, what can be done with a result."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.reading import Reader
from vizavi.search import find
from vizavi.search.favourites import favourites
from vizavi.search.finding import CANDIDATES, Hit, of_entity
from vizavi.search.words import other_layout
from vizavi.ui.formats import nth, quoted

EACH = 5
Group = dict[str, Any]


def answer(text: str, reader: Reader) -> list[Group]:
    """Groups of rows for what was typed: `@` people, `#` a number, `+` create, nothing at all the favourites."""
    if not text:
        return starred(reader)
    by_prefix = {"@": people, "#": numbered, "+": creatable}.get(text[0])
    if by_prefix:
        return by_prefix(text[1:].strip(), reader)
    return found(text, reader) or found(other_layout(text), reader)


def row(hit: Hit) -> dict[str, Any]:
    """A hit as the components show it."""
    entity = hit.entity
    return {
        "url": hit.url,
        "title": hit.title,
        "sub": hit.snippet,
        "icon": entity.icon,
        "tone": entity.tone,
        "end": hit.phone,
        "owner": {"name": hit.owner.title, "id": hit.owner.id} if hit.owner and hit.owner.visible else None,
        "attrs": {"data-actions": f"/search/_palette/{entity.name}/{hit.id}/"},
    }


def entities(reader: Reader) -> list[Entity]:
    return [e for e in registry if not e.admin and e.pages and door.branches(reader.user, e)]


def found(text: str, reader: Reader) -> list[Group]:
    """Hits of each kind of record, the kind with the best one first."""
    groups = []
    for entity in entities(reader) if text else []:
        hits, count = of_entity(entity, text, reader, EACH)
        if hits:
            url = f"{entity.url()}?{urlencode({'q': text})}" if count > len(hits) else None
            number = count if count < CANDIDATES else f"{CANDIDATES}+"
            rows = [row(h) for h in hits]
            groups.append(
                {"label": entity.label_plural, "url": url, "count": number, "rows": rows, "best": hits[0].rank}
            )
    return sorted(groups, key=lambda group: group["best"])


def starred(reader: Reader) -> list[Group]:
    rows = [
        {"url": ref.url, "title": ref.title, "icon": entity.icon, "tone": entity.tone, "sub": entity.label}
        for entity, ref in favourites(reader)[:EACH]
    ]
    return [{"label": _("Favourites"), "rows": rows}] if rows else []


def people(text: str, reader: Reader) -> list[Group]:
    """Colleagues: their page."""
    entity = registry["user"]
    hits = find(text, reader, limit=EACH, entities=[entity]) if text else []
    return [{"label": entity.label_plural, "rows": [row(h) for h in hits]}] if hits else []


def numbered(text: str, reader: Reader) -> list[Group]:
    """Records of this number, of every kind."""
    if not text.isdigit() or len(text) > 18:
        return []
    pk = int(text)
    refs = [(entity, reader.ref(entity, pk)) for entity in entities(reader)]
    rows = [
        {"url": ref.url, "title": ref.title, "sub": f"{e.label} {nth(pk)}", "icon": e.icon, "tone": e.tone}
        for e, ref in refs
        if ref.visible and not ref.deleted
    ]
    return [{"label": nth(pk), "rows": rows}] if rows else []


def creatable(text: str, reader: Reader) -> list[Group]:
    """A dialog for each kind of record, begun with what was typed."""
    rows = []
    for e in entities(reader):
        if door.can(reader.user, door.CREATE, e):
            begun = f"?{urlencode({e.quick[0]: text})}" if text else ""
            title = _("Create: %(what)s") % {"what": e.label} + (f" {quoted(text)}" if text else "")
            rows.append({"url": f"/_quick/{e.plural}/{begun}", "title": title, "icon": "plus", "tone": e.tone})
    return [{"label": _("Create"), "rows": rows}] if rows else []


def doable(entity: Entity, pk: int, reader: Reader) -> list[Group]:
    """What can be done with one result. Raises `NotThere`."""
    record = actions.fetch(entity, pk, reader.user)
    url = entity.url(pk)
    rows = [{"url": url, "title": _("Open"), "icon": "arrow-right"}]
    if door.can(reader.user, door.CHANGE, entity, record):
        rows.append({"url": f"{url}edit/", "title": _("Change"), "icon": "pencil"})
    for f in reader.fields(entity):
        kinds = {"phones": ("phone", "tel:", _("Call")), "emails": ("mail", "mailto:", _("Write"))}
        if f.kind in kinds:
            icon, scheme, label = kinds[f.kind]
            for item in f.value(record) or ():
                address = item.get("e164") or item["value"]
                rows.append({"url": scheme + address, "title": f"{label}: {f.shown(item)}", "icon": icon})  # type: ignore[attr-defined]
    for i, each in enumerate(rows):
        each["id"] = f"action-{i}"
    return [{"label": str(record), "rows": rows}]
