"""What an entity's fields are at present. Core knows only the declaration and this protocol; `custom` adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from vizavi.core.fields import AboutField, Field, LinksField, ReachField, RelationField

if TYPE_CHECKING:
    from vizavi.core.entity import Entity


@dataclass
class Shape:
    """The fields of an entity in order, and which of them stand where."""

    fields: dict[str, Field]
    sections: dict[Any, tuple[str, ...]]
    columns: tuple[str, ...]
    filters: tuple[str, ...]
    quick: tuple[str, ...]
    search: tuple[str, ...]
    #: Fields that no page offers; API, import, export, search and history know them still.
    hidden: frozenset[str] = frozenset()

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Fields that pages offer."""
        return tuple(n for n in self.fields if n not in self.hidden)

    @cached_property
    def journaled(self) -> list[Field]:
        from vizavi.core.entity import BOOKKEEPING

        kept = (f for f in self.fields.values() if not f.computed)
        return [f for f in kept if f.name not in BOOKKEEPING or f.name == "created_at"]

    @cached_property
    def folded(self) -> list[Field]:
        """Custom fields that are compared by a folded key."""
        return [f for f in self.fields.values() if f.custom and f.folded]

    @cached_property
    def relations(self) -> list[RelationField]:
        return [f for f in self.fields.values() if isinstance(f, RelationField)]

    @cached_property
    def linked(self) -> list[LinksField | AboutField]:
        return [f for f in self.fields.values() if isinstance(f, LinksField | AboutField)]

    @cached_property
    def reach(self) -> list[ReachField]:
        return [f for f in self.fields.values() if isinstance(f, ReachField) and f.likeness]


class Source(Protocol):
    """Who knows the fields that the firm has added, and how it wants them laid out."""

    def shape_of(self, entity: Entity) -> Shape:
        """The shape of an entity at present: asked all the time, so it answers from memory."""

    def stamp(self) -> Any:
        """Differs whenever any shape does, for what is made of shapes and kept."""


class Declared:
    """The source while none is registered: the declarations as they are."""

    def shape_of(self, entity: Entity) -> Shape:
        return entity.standard

    def stamp(self) -> Any:
        return None


source: Source = Declared()


def register(new: Source) -> None:
    """Let this source answer; `custom` does it at start-up."""
    global source
    source = new
