"""Finding records by words: `condition` for lists, `find` for the search box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Q

    from vizavi.core.entity import Entity
    from vizavi.core.reading import Reader
    from vizavi.search.finding import Hit


def condition(entity: Entity, text: str, reader: Reader) -> Q:
    """The rows of an entity that match all words of the text, for a list; the door is applied by the list itself."""
    from vizavi.search.finding import condition as found

    return found(entity, text, reader)


def find(text: str, reader: Reader, *, limit: int = 20, entities: Any = None) -> list[Hit]:
    """The best matches over all entities that this person may see, best first."""
    from vizavi.search.finding import find as found

    return found(text, reader, limit=limit, entities=entities)
