"""Mappings that were settled once come back with the next file of the same headings, or by their name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from vizavi.core.entity import Entity
from vizavi.core.reading import Reader
from vizavi.exchange import mapping, targets
from vizavi.exchange.models import SavedMapping
from vizavi.tables import Table

MOST = 100


def save(entity: Entity, by: Any, headers: list[str], settled: mapping.Mapping, name: str = "") -> None:
    """Remember a mapping for these headings, and under a name for everybody."""
    mark = mapping.fingerprint(headers)
    for called in dict.fromkeys(("", name.strip()[:100])):
        SavedMapping.objects.update_or_create(
            entity=entity.name,
            by=by,
            name=called,
            fingerprint=mark,
            defaults={"mapping": settled.json(), "used_at": timezone.now()},
        )


def named(entity: Entity) -> list[SavedMapping]:
    """Those with a name, the last used first."""
    return list(SavedMapping.objects.filter(entity=entity.name).exclude(name="").order_by("-used_at")[:MOST])


def values(entity: Entity, by: Any) -> dict[str, dict[str, str]]:
    """What texts were taught to mean, the latest word last: one's own after the firm's."""
    found: dict[str, dict[str, str]] = {}
    rows = SavedMapping.objects.filter(Q(by=by) | ~Q(name=""), entity=entity.name).order_by("-used_at")[:MOST]
    for row in sorted(rows, key=lambda r: (r.by_id == by.pk, r.used_at)):
        for path, known in row.mapping.get("values", {}).items():
            found.setdefault(path, {}).update(known)
    return found


def suggested(entity: Entity, table: Table, reader: Reader) -> mapping.Mapping:
    """The mapping for a new file: that of the last one with the same headings, else a guess."""
    mark = mapping.fingerprint(table.headers)
    rows = SavedMapping.objects.filter(Q(by=reader.user) | ~Q(name=""), entity=entity.name, fingerprint=mark)
    last = sorted(rows, key=lambda r: (r.by_id == reader.user.pk, r.used_at))
    guessed = mapping.guess(entity, table, reader)
    return apply(entity, table, reader, last[-1], guessed) if last else with_values(entity, table, reader, guessed)


def apply(
    entity: Entity, table: Table, reader: Reader, row: SavedMapping, guessed: mapping.Mapping | None = None
) -> mapping.Mapping:
    """A remembered mapping on a file that may have other columns: what it does not have is left out."""
    kept = mapping.Mapping(**row.mapping)
    kept.columns = {
        heading: path
        for heading, path in kept.columns.items()
        if heading in table.headers and targets.resolve(entity, path, reader)
    }
    kept.keys = [name for name in kept.keys if name in mapping.heads(kept.columns)]
    if guessed is not None:
        kept.month_first = guessed.month_first
    return with_values(entity, table, reader, kept)


def with_values(entity: Entity, table: Table, reader: Reader, settled: mapping.Mapping) -> mapping.Mapping:
    """The values that need a word, with what they were taught before."""
    settled.values = mapping.guess_values(entity, table, settled, reader, {**values(entity, reader.user)})
    return settled
