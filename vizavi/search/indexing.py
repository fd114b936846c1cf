"""Keeping the index fresh: in the transaction of every change, or all of it by command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vizavi.core.entity import Entity, registry
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.models import Change
from vizavi.core.records import Journaled, unrestricted
from vizavi.search import dialect
from vizavi.search.models import SearchRow
from vizavi.search.words import tokens_of

CHUNK = 500


@on_change
def keep_fresh(op: Op, changed: Sequence[Changed]) -> None:
    """Index what was written, forget what was deleted."""
    gone: dict[str, list[int]] = {}
    kept: dict[str, dict[int, Journaled]] = {}
    for change in changed:
        entity = change.entity
        if not entity.search:
            continue
        if change.action in (Change.DELETE, Change.PURGE):
            gone.setdefault(entity.name, []).append(change.record.pk)
            kept.get(entity.name, {}).pop(change.record.pk, None)
        elif change.record.deleted_at is None and change.touches(entity.title, *entity.search, "owner"):
            kept.setdefault(entity.name, {})[change.record.pk] = change.record
    for name, ids in gone.items():
        remove(name, ids)
    for name, records in kept.items():
        index(registry[name], list(records.values()))


def index(entity: Entity, records: Sequence[Journaled]) -> None:
    """Write the rows of these records."""
    fields = [entity.fields[name] for name in entity.search]
    for start in range(0, len(records), CHUNK):
        rows = []
        for record in records[start : start + CHUNK]:
            title = str(record)
            texts = [t for f in fields if (t := f.search_text(f.value(record)))]
            tokens = tokens_of([title, *texts]) | owner_tokens(entity, record)
            rows.append((record.pk, title[:300], " · ".join(texts)[:5000], tokens))
        dialect.store(entity.name, rows)


def owner_tokens(entity: Entity, record: Any) -> set[str]:
    """The owner as a token, so that the door is asked inside the index."""
    return {f"o{record.owner_id or 0}"} if entity.has_owner else set()


def remove(entity: str, ids: Iterable[int]) -> None:
    """Forget these records."""
    rows = SearchRow.objects.filter(entity=entity, record_id__in=list(ids))
    dialect.forget(list(rows.values_list("pk", flat=True)))
    rows.delete()


def rebuild() -> int:
    """Make the whole index anew; how many records it holds then."""
    dialect.forget(list(SearchRow.objects.values_list("pk", flat=True)))
    SearchRow.objects.all().delete()
    total = 0
    with unrestricted("the search index is derived from all records"):
        for entity in registry:
            if not entity.search:
                continue
            chunk: list[Journaled] = []
            for record in entity.model.objects.alive().order_by("pk").iterator(chunk_size=CHUNK):
                chunk.append(record)
                if len(chunk) == CHUNK:
                    index(entity, chunk)
                    total, chunk = total + len(chunk), []
            index(entity, chunk)
            total += len(chunk)
    return total
