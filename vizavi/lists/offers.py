"""What packages above offer to do with several records at once: further buttons of the bar under a list.

@offer_many
def merging(entity, reader):
    return [ManyOffer(_("Merge"), "/contacts/merge/", "merge", least=2, most=5)] if entity.name == "contact" else []
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from vizavi.core.entity import Entity
from vizavi.core.reading import Reader


@dataclass(frozen=True)
class ManyOffer:
    """A button of the list's bar that leads to `url` with `?ids=`, while so many rows are ticked."""

    label: str
    url: str
    icon: str = "arrow-right"
    least: int = 1
    most: int = 200


ManySource = Callable[[Entity, Reader], Iterable[ManyOffer]]
_many: list[ManySource] = []


def offer_many(source: ManySource) -> ManySource:
    """Decorator: ask this function what else can be done with several records of an entity."""
    _many.append(source)
    return source


def many_offers(entity: Entity, reader: Reader) -> list[ManyOffer]:
    """All that is offered to this person for several records of that kind."""
    return [found for source in _many for found in source(entity, reader)]
