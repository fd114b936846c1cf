"""Declarations, custom fields and layouts together: the source of `core.shape`.

The rows are read when something has changed, which other processes notice within two seconds. A layout never stops the
product: what makes no sense in it is left out, and said on the page that edits it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _

from vizavi.core.entity import Entity
from vizavi.core.fields import Field
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.shape import Shape
from vizavi.custom.definitions import fields_of
from vizavi.custom.models import CustomField, Layout

_SECONDS = 2.0
#: Kinds of custom fields whose values are words to search by.
SEARCHED = frozenset({"text", "longtext", "url", "phones", "emails", "address"})
_log = logging.getLogger("vizavi")


class _Rows:
    """The administrator's rows as they were read, and the shapes that were made of them."""

    def __init__(self, stamp: Any = None) -> None:
        self.stamp = stamp
        self.checked = 0.0
        self.shapes: dict[str, Shape] = {}
        self.definitions: dict[str, list[CustomField]] = {}
        self.layouts: dict[str, Any] = {}
        if stamp is not None:
            for definition in CustomField.objects.alive().order_by("pk"):
                self.definitions.setdefault(definition.entity_name, []).append(definition)
            self.layouts = dict(Layout.objects.alive().values_list("entity_name", "data"))


_rows = _Rows()


@on_change
def look_afresh(op: Op, changed: Sequence[Changed]) -> None:
    """Whoever changes a definition or a layout sees it at once, others in this process after the commit."""
    if any(isinstance(c.record, CustomField | Layout) for c in changed):
        forget()
        transaction.on_commit(forget)


def forget() -> None:
    """Look the rows up afresh next time: after a change in this process, between tests."""
    global _rows
    _rows = _Rows()


def _current() -> _Rows:
    """The rows, checked at most every two seconds. Raises `DatabaseError` before the first migration."""
    global _rows
    rows, now = _rows, time.monotonic()
    if rows.stamp is None or now - rows.checked > _SECONDS:
        indexed = Count("pk", filter=Q(indexed=True))
        found = (
            *CustomField.objects.aggregate(Count("pk"), Sum("version"), Max("updated_at"), indexed=indexed).values(),
            *Layout.objects.aggregate(Count("pk"), Sum("version"), Max("updated_at")).values(),
        )
        if found != rows.stamp:
            rows = _Rows(found)
        rows.checked = now
        _rows = rows
    return rows


def stamp() -> Any:
    """Differs whenever definitions or layouts do, for what is made of them and kept."""
    return _current().stamp


def shape_of(entity: Entity) -> Shape:
    """The shape of an entity; the declared one while the database cannot be asked."""
    try:
        rows = _current()
    except DatabaseError:
        return entity.standard
    found = rows.shapes.get(entity.name)
    if found is None:
        found = rows.shapes[entity.name] = make(
            entity, rows.definitions.get(entity.name, ()), rows.layouts.get(entity.name)
        )
    return found


def make(entity: Entity, definitions: Iterable[CustomField], data: Any = None) -> Shape:
    """The shape of these definitions and this layout, whatever the layout holds.

    `{"sections": [{"standard": 0, "label": "", "fields": [names]}], "fields": {name: {"label", "required", "hidden"}}}`:
    `standard` is the place of the section in the declaration, whose label it has unless `label` says another.
    """
    standard, problems = entity.standard, list[str]()
    fields = dict(standard.fields)
    for definition in definitions:
        try:
            fields |= {f.name: f for f in fields_of(definition, entity)}
        except (KeyError, ValueError, TypeError, AttributeError):
            problems.append(_("The field “%(label)s” cannot be made.") % {"label": definition.label})
    if data is None and len(fields) == len(standard.fields) and not problems:
        return standard
    layout = _Layout(entity, fields, data, problems)
    sections = layout.sections()
    order = [*dict.fromkeys([n for names in sections.values() for n in names]), *fields]
    found = {n: layout.dressed(fields[n]) for n in dict.fromkeys(order)}
    hidden = frozenset(n for n in fields if layout.hides(n))
    needed = [n for n, f in found.items() if f.needed and n not in standard.quick]

    def kept(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(n for n in names if n not in hidden)

    for problem in problems:
        _log.warning("layout of %s: %s", entity.name, problem)
    return Shape(
        found,
        {label: names for label, all_names in sections.items() if (names := kept(all_names))},
        kept(standard.columns),
        kept(standard.filters),
        (*kept(standard.quick), *needed),
        (*standard.search, *(n for n, f in found.items() if f.custom and f.kind in SEARCHED)),
        hidden,
        problems,
    )


class _Layout:
    """A layout of unknown health, read as far as it makes sense."""

    def __init__(self, entity: Entity, fields: dict[str, Field], data: Any, problems: list[str]):
        self.entity, self.fields, self.problems = entity, fields, problems
        data = {} if data is None else data
        if not isinstance(data, dict):
            problems.append(_("The layout is damaged; the standard one is shown."))
            data = {}
        self.named: dict[str, Any] = {}
        for name, words in data["fields"].items() if isinstance(data.get("fields"), dict) else ():
            if name not in fields:
                problems.append(_("There is no field “%(name)s”.") % {"name": str(name)[:60]})
            elif isinstance(words, dict):
                self.named[name] = words
        self.parts = data["sections"] if isinstance(data.get("sections"), list) else []

    def hides(self, name: str) -> bool:
        """Whether the field is hidden; what every record needs cannot be."""
        if self.named.get(name, {}).get("hidden") is not True:
            return False
        if self.fields[name].needed or name == self.entity.title:
            text = _("“%(label)s” is required and cannot be hidden.") % {"label": self.fields[name].label}
            if text not in self.problems:
                self.problems.append(text)
            return False
        return True

    def dressed(self, field: Field) -> Field:
        """The field with the administrator's words."""
        words = self.named.get(field.name, {})
        label = words.get("label")
        label = label.strip()[:100] if isinstance(label, str) else ""
        required = words.get("required") is True and field.editable and not field.required
        return field.dressed(label, required=required) if label or required else field

    def sections(self) -> dict[Any, list[str]]:
        """Every field that belongs on a card, once."""
        labels = list(self.entity.standard.sections)
        homes = {n: label for label, names in self.entity.standard.sections.items() for n in names}
        left = [*homes, *(n for n, f in self.fields.items() if f.custom)]
        found: dict[Any, list[str]] = {}
        for part in self.parts:
            part = part if isinstance(part, dict) else {}
            at, label = part.get("standard"), part.get("label")
            own = labels[at] if isinstance(at, int) and 0 <= at < len(labels) else None
            label = label.strip()[:100] if isinstance(label, str) and label.strip() else own
            if label is None:
                self.problems.append(_("A section has no name."))
                continue
            names = found.setdefault(label, [])
            for name in part["fields"] if isinstance(part.get("fields"), list) else ():
                if name in left:
                    left.remove(name)
                    names.append(name)
                elif not isinstance(name, str) or name not in self.fields:
                    self.problems.append(_("There is no field “%(name)s”.") % {"name": str(name)[:60]})
            if own is not None:
                homes = {n: label if home == own else home for n, home in homes.items()}
        for name in left:
            amount = name.removesuffix("_currency")
            beside = next((names for names in found.values() if amount in names), None)
            if beside is not None:
                beside.insert(beside.index(amount) + 1, name)
                continue
            home = homes.get(name)
            if home is None or (self.parts and home not in found):
                home = next(reversed(found), labels[-1])
            found.setdefault(home, []).append(name)
        return found
