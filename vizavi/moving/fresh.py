"""A column for which there is no field yet gets one of the firm's own, without leaving the wizard."""

from __future__ import annotations

from itertools import islice
from typing import Any

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.fold import slug
from vizavi.custom.models import CustomField
from vizavi.exchange.runs import text_of
from vizavi.tables import Broken, Table

#: What a place begins with that is a field to be made.
NEW = "+"
KINDS = ("text", "longtext", "number", "date", "yesno", "choice", "url")
#: Rows that are looked at for the choices of a new field, and the most of these.
LOOKED, MOST_CHOICES = 2000, 100


def may_make(user: Any) -> bool:
    """Administrators define fields."""
    return bool(door.can(user, door.CREATE, registry["customfield"]))


def options() -> list[tuple[str, str]]:
    """The kinds that a new field may have."""
    labels = {str(key): str(label) for key, label in CustomField.KINDS}
    return [(f"{NEW}{kind}", f"{NEW} {labels[kind]}") for kind in KINDS]


def field_for(entity: Entity, table: Table, column: int, kind: str, user: Any) -> str:
    """Make the field of a column, journaled like any other; its place. Raises `Refused`, `Invalid`."""
    heading = table.headers[column]
    taken = set(CustomField.objects.filter(entity_name=entity.name).values_list("key", flat=True))
    base = slug(heading)[:26].strip("_") or "field"
    base = base if base[0].isalpha() else f"f_{base}"
    key = next(k for k in (base, *(f"{base}_{n}" for n in range(2, 999))) if k not in taken)
    data: dict[str, Any] = {"entity_name": entity.name, "key": key, "label": heading[:100], "kind": kind}
    if kind == "choice":
        data["choices"] = choices_of(table, column)
    actions.create(registry["customfield"], data, user, verb="customfield.create")
    return f"x_{key}"


def choices_of(table: Table, column: int) -> list[dict[str, str]]:
    """The different values of a column, as choices."""
    found: dict[str, dict[str, str]] = {}
    keys: set[str] = set()
    for row in islice(table.rows(), LOOKED):
        text = "" if isinstance(row, Broken) else text_of(row[column]).strip()[:200]
        if text and text not in found and len(found) < MOST_CHOICES:
            base = slug(text)[:50] or "value"
            key = next(k for k in (base, *(f"{base}_{n}" for n in range(2, 999))) if k not in keys)
            keys.add(key)
            found[text] = {"key": key, "label": text}
    return list(found.values())
