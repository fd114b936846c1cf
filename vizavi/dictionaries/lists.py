"""Dictionaries: closed lists whose options are the administrator's data, with immutable keys.

A package declares a dictionary with the options it ships. They become rows when the database is migrated; their labels
stay words of the interface, in every language, until somebody renames them. A column that takes its values out of a
dictionary is `dictionaries.columns.Option` (one) or `.Options` (several); how options are written stands in `actions`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

if TYPE_CHECKING:
    from vizavi.dictionaries.models import Option

T = TypeVar("T")
#: How long a process may go on with what it has read; its own changes count at once.
_SECONDS = 2.0
_cached: tuple[float, dict[str, dict[str, Option]]] | None = None
#: What was worked out from these options, until they are read afresh.
_kept: dict[Any, Any] = {}


class Dictionary:
    """One closed list: its name in data, its label, what it ships, and what an option can mean to the program.

    `shipped` is {key: label} or {key: (label, tone, meaning)}; `meanings` is {meaning: label}, empty where the program
    does not care which option it is. Raises `ImproperlyConfigured` for a meaning that is none of them.
    """

    known: ClassVar[dict[str, Dictionary]] = {}

    def __init__(self, name: str, label: Any, shipped: Mapping[str, Any], meanings: Mapping[str, Any] | None = None):
        self.name, self.label, self.meanings = name, label, dict(meanings or {})
        self.shipped: dict[str, tuple[Any, str, str]] = {
            key: said if isinstance(said, tuple) else (said, "", "") for key, said in shipped.items()
        }
        if any(meaning and meaning not in self.meanings for _label, _tone, meaning in self.shipped.values()):
            raise ImproperlyConfigured(f"an option of {name} means what the dictionary does not know")
        Dictionary.known[name] = self

    def options(self, *, archived: bool = False) -> list[Option]:
        """The options in order; those that are no longer offered stand at the end, and only on request."""
        found = [o for o in _read().get(self.name, {}).values() if o.deleted_at is None]
        live = [o for o in found if not o.archived]
        return [*live, *(o for o in found if o.archived)] if archived else live

    def get(self, key: str) -> Option | None:
        """The option of this key, be it archived or in the recycle bin."""
        return _read().get(self.name, {}).get(key)

    def means(self, key: str, meaning: str) -> bool:
        """Whether the option of this key means that."""
        option = self.get(key)
        return option is not None and option.meaning == meaning

    def keys_of(self, meaning: str) -> list[str]:
        """Keys of the options that mean this, in order; the archived ones at the end."""
        return [o.key for o in self.options(archived=True) if o.meaning == meaning]


def dictionary(name: str) -> Dictionary:
    """The dictionary of that name. Raises `ImproperlyConfigured`."""
    if name not in Dictionary.known:
        raise ImproperlyConfigured(f"there is no dictionary called {name!r}")
    return Dictionary.known[name]


def _read() -> dict[str, dict[str, Option]]:
    global _cached, _kept
    now = time.monotonic()
    if _cached is None or now - _cached[0] > _SECONDS:
        from vizavi.dictionaries.models import Option

        found: dict[str, dict[str, Option]] = {}
        try:
            for option in Option.objects.order_by("dictionary", "order", "pk"):
                found.setdefault(option.dictionary, {})[option.key] = option
        except DatabaseError:  # before the first migration, for commands that only print help
            return {}
        _cached, _kept = (now, found), {}
    return _cached[1]


def kept(what: Any, make: Callable[[], T]) -> T:
    """`make()`, which follows from the options and from `what` alone, worked out once for as long as they hold."""
    _read()
    memory = _kept
    if what not in memory:
        memory[what] = make()
    found: T = memory[what]
    return found


def forget() -> None:
    """Read the options afresh next time: after a change, between tests."""
    global _cached, _kept
    _cached, _kept = None, {}


def version() -> tuple[int, int]:
    """Another one after every change of any option: for what was made out of them and is kept."""
    found = [o for options in _read().values() for o in options.values()]
    return len(found), sum(o.version for o in found)
