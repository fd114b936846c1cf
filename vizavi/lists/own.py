"""What a person has set up for themselves: columns and tabs of each list, and the views pinned to the menu.

It lies in the preferences of the user row, which are no data of the firm: not journaled, read with the person.
"""

from __future__ import annotations

from typing import Any

from vizavi.core.entity import Entity


def of(user: Any, entity: Entity) -> dict[str, Any]:
    """`cols`, `tabs` (ids of views in order, `all` for the list without one), `hidden` (ids)."""
    return user.preferences.get("lists", {}).get(entity.name, {})


def pinned(user: Any) -> list[int]:
    """Ids of the views in the menu, in order."""
    return list(user.preferences.get("pinned", ()))


def keep(user: Any, entity: Entity, **values: Any) -> None:
    """Remember; what is empty is forgotten."""
    lists = user.preferences.get("lists", {})
    mine = {n: v for n, v in {**lists.get(entity.name, {}), **values}.items() if v}
    _write(user, lists={**lists, entity.name: mine})


def pin(user: Any, pk: int, on: bool) -> None:
    """Put a view into the menu, or take it out."""
    others = [p for p in pinned(user) if p != pk]
    _write(user, pinned=[*others, pk] if on else others)


def _write(user: Any, **values: Any) -> None:
    # Another window may have changed other preferences meanwhile.
    user.refresh_from_db(fields=["preferences"])
    user.preferences = {**user.preferences, **values}
    user.save(update_fields=["preferences"])
