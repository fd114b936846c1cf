"""What packages above add to a record's page: further items of its menu, panels, and panels of the page "Today".

@offer("user")
def blocking(record, reader):
    return [Offer(_("Block"), f"/settings/users/{record.pk}/block/", "ban")]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from vizavi.core.entity import Entity
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled


@dataclass(frozen=True)
class Offer:
    """A button that posts to `url`, or (`link`, `download`) leads to a page or a file; offered only to who may."""

    label: str
    url: str
    icon: str = "arrow-right"
    link: bool = False
    download: bool = False


@dataclass(frozen=True)
class Panel:
    """A piece of a record's page: its template finds `context` as `panel`."""

    template: str
    context: dict[str, Any]


PanelSource = Callable[[Entity, Journaled, Reader], Panel | None]
#: Where panels stand: above the three columns, above the history, on the right.
PLACES = ("top", "middle", "right")
_panels: dict[str, list[tuple[tuple[str, ...], PanelSource]]] = {place: [] for place in PLACES}


def panel(place: str, *names: str) -> Callable[[PanelSource], PanelSource]:
    """Decorator: ask this function for a panel when a record of these entities (of any, when none is named) is shown."""

    def remember(source: PanelSource) -> PanelSource:
        _panels[place].append((names, source))
        return source

    return remember


def panels_for(entity: Entity, record: Journaled, reader: Reader) -> dict[str, list[Panel]]:
    """All panels of a record's page by place."""
    return {
        place: [
            p for names, source in found if not names or entity.name in names if (p := source(entity, record, reader))
        ]
        for place, found in _panels.items()
    }


HomeSource = Callable[[Reader], Panel | None]
_home: dict[str, list[HomeSource]] = {"main": [], "side": []}


def home_panel(place: str) -> Callable[[HomeSource], HomeSource]:
    """Decorator: ask this function for a panel of the page "Today", in its wide (`main`) or narrow (`side`) column."""

    def remember(source: HomeSource) -> HomeSource:
        _home[place].append(source)
        return source

    return remember


def home_panels(reader: Reader) -> dict[str, list[Panel]]:
    """All panels of the page "Today" by place."""
    return {place: [p for source in found if (p := source(reader))] for place, found in _home.items()}


Source = Callable[[Journaled, Reader], Iterable[Offer]]
_sources: dict[str, list[Source]] = {}


def offer(name: str = "") -> Callable[[Source], Source]:
    """Decorator: ask this function for offers when a record of that entity (of any, without a name) is shown."""

    def remember(source: Source) -> Source:
        _sources.setdefault(name, []).append(source)
        return source

    return remember


def offers_for(entity: Entity, record: Journaled, reader: Reader) -> list[Offer]:
    """All that is offered to this person for this record."""
    return [
        found for name in ("", entity.name) for source in _sources.get(name, ()) for found in source(record, reader)
    ]
