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

from vizavi.core.entity import Entity
from vizavi.core.fields import Field
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.shape import Shape
from vizavi.custom.definitions import fields_of
from vizavi.custom.layouts import Arrangement
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


def fields_of_entity(entity: Entity, definitions: Iterable[CustomField]) -> dict[str, Field]:
    """Declared and custom fields; a definition that cannot be understood is left out."""
    fields = dict(entity.standard.fields)
    for definition in definitions:
        try:
            fields |= {f.name: f for f in fields_of(definition, entity)}
        except (KeyError, ValueError, TypeError, AttributeError):
            _log.warning("The custom field %s of %s cannot be made", definition.key, entity.name)
    return fields


def arrangement(entity: Entity) -> Arrangement:
    """The fields as they are laid out at present, to be looked at and changed."""
    rows = _current()
    fields = fields_of_entity(entity, rows.definitions.get(entity.name, ()))
    return Arrangement(entity, fields, rows.layouts.get(entity.name))


def make(entity: Entity, definitions: Iterable[CustomField], data: Any = None) -> Shape:
    """The shape of these definitions and this layout, whatever the layout holds."""
    standard = entity.standard
    fields = fields_of_entity(entity, definitions)
    if not data and len(fields) == len(standard.fields):
        return standard
    found = Arrangement(entity, fields, data)
    for problem in found.problems:
        _log.warning("The layout of %s: %s", entity.name, problem)
    order = dict.fromkeys([*(n for part in found.parts for n in part.names), *fields])
    dressed = {n: found.dressed(n) for n in order}
    hidden = frozenset(n for n in order if found.hides(n))
    sections: dict[Any, tuple[str, ...]] = {}
    for part in found.parts:
        if names := tuple(n for n in part.names if n not in hidden):
            sections[part.label] = (*sections.get(part.label, ()), *names)

    def kept(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(n for n in names if n not in hidden)

    return Shape(
        dressed,
        sections,
        kept(standard.columns),
        kept(standard.filters),
        tuple(dict.fromkeys([*kept(standard.quick), *(n for n, f in dressed.items() if f.needed)])),
        (*standard.search, *(n for n, f in dressed.items() if f.custom and f.kind in SEARCHED)),
        hidden,
    )
