"""Asking the index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.fold import fold
from vizavi.core.reading import Reader, Ref
from vizavi.search import dialect
from vizavi.search.words import phone_digits, query_of, words_of

#: So many of the newest matches of each entity are ranked.
CANDIDATES = 300


@dataclass(frozen=True)
class Hit:
    """One record that was found. The snippet is plain text; the page marks the words in it."""

    entity: Entity
    id: int
    title: str
    snippet: str
    url: str
    rank: int = 0
    owner: Ref | None = None
    phone: str = ""


def condition(entity: Entity, text: str, reader: Reader) -> Q:
    """See `vizavi.search.condition`."""
    asked = asked_of(entity, text, reader)
    if not asked:
        return Q(pk__in=[])
    return Q(pk__in=dialect.record_ids(entity.name, asked))


def asked_of(entity: Entity, text: str, reader: Reader) -> list[list[tuple[str, bool]]]:
    """The words, and whose records: nothing when there are no words or no records that this person may see."""
    asked = query_of(text)
    owners = door.owners(reader.user, entity)
    if not asked or (owners is not None and not owners) or not searchable(entity, reader):
        return []
    return asked if owners is None else [*asked, [(f"o{pk}", False) for pk in sorted(owners)]]


def searchable(entity: Entity, reader: Reader) -> bool:
    """The index mixes the fields: who may not see one of them does not search in this entity."""
    access = reader.access(entity)
    return bool(entity.search) and all(access.sees(name) for name in (entity.title, *entity.search))


def find(text: str, reader: Reader, *, limit: int = 20, entities: Iterable[Entity] | None = None) -> list[Hit]:
    """See `vizavi.search.find`."""
    hits: list[Hit] = []
    for entity in entities if entities is not None else registry:
        hits += of_entity(entity, text, reader, limit)[0]
    hits.sort(key=lambda hit: hit.rank)
    return hits[:limit]


def of_entity(entity: Entity, text: str, reader: Reader, limit: int) -> tuple[list[Hit], int]:
    """The best matches of one entity, and how many there are (of the newest `CANDIDATES`)."""
    asked = asked_of(entity, text, reader) if entity.pages and door.branches(reader.user, entity) else []
    if not asked:
        return [], 0
    rows = dialect.newest(entity.name, asked, CANDIDATES)
    best = sorted(rows, key=lambda row: rank(row[1], text))[: limit * 2]
    seen = entity.model.objects.visible_to(reader.user).filter(pk__in=[row[0] for row in best])
    visible = {record.pk: record for record in seen}
    reader.prefetch(list(visible.values()), reader.fields(entity, (*entity.subtitle, *owned(entity))))
    hits = [hit(entity, visible[pk], title, body, text, reader) for pk, title, body in best if pk in visible]
    return hits[:limit], len(rows) - (len(best) - len(hits))


def owned(entity: Entity) -> tuple[str, ...]:
    return ("owner",) if entity.has_owner else ()


def hit(entity: Entity, record: Any, title: str, body: str, text: str, reader: Reader) -> Hit:
    """One record as it is shown among the results."""
    sub = snippet(title, body, text) or entity.subtitle_of(record, reader)
    owner = next(
        (
            reader.ref(registry["user"], record.owner_id)
            for _f in reader.fields(entity, owned(entity))
            if record.owner_id
        ),
        None,
    )
    phones = [f.shown(v[0]) for f in reader.fields(entity) if f.kind == "phones" and (v := f.value(record))]  # type: ignore[attr-defined]
    phone = phones[0] if phones and phones[0] not in sub else ""
    return Hit(entity, record.pk, title, sub, entity.url(record.pk), rank(title, text), owner, phone)


def rank(title: str, text: str) -> int:
    """The smaller the better: the title is the text, begins with it, has its words, or the match is elsewhere."""
    name, asked = fold(title), fold(text).strip()
    if name == asked:
        return 0
    if name.startswith(asked):
        return 1
    words = words_of(title)
    if all(any(w.startswith(a) for w in words) for a in words_of(text)):
        return 2
    return 3


def snippet(title: str, body: str, text: str) -> str:
    """The parts of the indexed text in which the words stand, without what the title says already; "" when that is all."""
    name = fold(title)
    parts = [part for part in body.split(" · ") if part and fold(part) not in name]
    asked, digits = words_of(text), phone_digits(text)
    good = [
        p
        for p in parts
        if (digits and digits in "".join(c for c in p if c.isdigit())) or any(a in fold(p) for a in asked)
    ]
    return " · ".join(good)[:200]
