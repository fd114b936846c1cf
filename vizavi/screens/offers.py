"""What packages above offer to do with a record: further items of its menu.

@offer("user")
def blocking(record, reader):
    return [Offer(_("Block"), f"/settings/users/{record.pk}/block/", "ban")]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from vizavi.core.entity import Entity
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled


@dataclass(frozen=True)
class Offer:
    """A button that posts to `url`; offered only to who may."""

    label: str
    url: str
    icon: str = "arrow-right"


Source = Callable[[Journaled, Reader], Iterable[Offer]]
_sources: dict[str, list[Source]] = {}


def offer(name: str) -> Callable[[Source], Source]:
    """Decorator: ask this function for offers when a record of that entity is shown."""

    def remember(source: Source) -> Source:
        _sources.setdefault(name, []).append(source)
        return source

    return remember


def offers_for(entity: Entity, record: Journaled, reader: Reader) -> list[Offer]:
    """All that is offered to this person for this record."""
    return [found for source in _sources.get(entity.name, []) for found in source(record, reader)]
