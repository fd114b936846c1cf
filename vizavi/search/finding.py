"""Asking the index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.fold import fold
from vizavi.core.reading import Reader
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
        if not entity.pages or not door.branches(reader.user, entity):
            continue
        asked = asked_of(entity, text, reader)
        if not asked:
            continue
        rows = dialect.newest(entity.name, asked, CANDIDATES)
        best = sorted(rows, key=lambda row: rank(row[1], text))[: limit * 2]
        seen = entity.model.objects.visible_to(reader.user).filter(pk__in=[row[0] for row in best])
        visible = {record.pk: record for record in seen}
        reader.prefetch(list(visible.values()), reader.fields(entity, entity.subtitle))
        hits += [
            Hit(
                entity,
                pk,
                title,
                snippet(title, body, text) or entity.subtitle_of(visible[pk], reader),
                entity.url(pk),
                rank(title, text),
            )
            for pk, title, body in best
            if pk in visible
        ]
    hits.sort(key=lambda hit: hit.rank)
    return hits[:limit]


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
    """The parts of the indexed text in which the words stand, without the title itself; "" when they are in the title."""
    parts = [part for part in body.split(" · ") if part and part != title]
    asked, digits = words_of(text), phone_digits(text)
    good = [
        p
        for p in parts
        if (digits and digits in "".join(c for c in p if c.isdigit())) or any(a in fold(p) for a in asked)
    ]
    return " · ".join(good)[:200]
