"""Records that a person has starred: part of how they like the screens, not data of the firm."""

from __future__ import annotations

from typing import Any

from vizavi.core.entity import Entity, registry
from vizavi.core.reading import Reader, Ref

MOST = 50


def key_of(entity: Entity, pk: int) -> str:
    return f"{entity.name}:{pk}"


def is_starred(user: Any, entity: Entity, pk: int) -> bool:
    return key_of(entity, pk) in user.preferences.get("favourites", ())


def star(user: Any, entity: Entity, pk: int, on: bool) -> None:
    """Put a record first among the person's favourites, or take it out; the oldest beyond `MOST` are forgotten."""
    rest = [k for k in user.preferences.get("favourites", ()) if k != key_of(entity, pk)]
    user.preferences = {**user.preferences, "favourites": ([key_of(entity, pk)] if on else []) + rest[: MOST - on]}
    user.save(update_fields=["preferences"])


def favourites(reader: Reader) -> list[tuple[Entity, Ref]]:
    """The person's favourites that are still there and that they still may see; one query per kind of record."""
    wanted: list[tuple[Entity, int]] = []
    for key in reader.user.preferences.get("favourites", ()):
        name, _colon, pk = str(key).partition(":")
        if (entity := registry.get(name)) and pk.isdigit():
            wanted.append((entity, int(pk)))
    for entity in {e for e, _pk in wanted}:
        reader.refs(entity, [pk for e, pk in wanted if e is entity])
    shown = [(entity, reader.ref(entity, pk)) for entity, pk in wanted]
    return [(entity, ref) for entity, ref in shown if ref.visible and not ref.deleted]
