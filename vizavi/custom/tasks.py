"""What follows from a change of a definition: its index, and what was derived from its values."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DatabaseError, transaction
from django_tasks import task

from vizavi.core.entity import registry
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.models import Change, ReachKey
from vizavi.core.records import unrestricted
from vizavi.custom import dialect
from vizavi.custom.definitions import fields_of
from vizavi.custom.models import CustomField
from vizavi.custom.shapes import SEARCHED, forget
from vizavi.jobs.schedule import every
from vizavi.search import indexing, keys

#: Kinds that an index serves; lists, long texts and addresses are looked through.
INDEXED = frozenset(
    {"text", "integer", "number", "money", "date", "datetime", "choice", "yesno", "user", "relation", "url"}
)
CHUNK = 200
log = logging.getLogger("vizavi.custom")


@on_change
def follow(op: Op, changed: Sequence[Changed]) -> None:
    """Enqueue what takes longer than a request."""
    definitions = [c for c in changed if isinstance(c.record, CustomField)]
    if any(c.touches("filterable") for c in definitions):
        index_values.enqueue()
    for c in definitions:
        if c.action in (Change.DELETE, Change.RESTORE) and c.record.kind in SEARCHED:  # type: ignore[attr-defined]
            derive_anew.enqueue(c.record.pk)


@every(hours=6)
@task()
def index_values() -> None:
    """Make the indexes that filterable fields want and drop the others; also those that a migration took with it."""
    there = dialect.indexes()
    wanted = {}
    for definition in CustomField.objects.alive().order_by("pk"):
        if definition.filterable and definition.kind in INDEXED and registry.get(definition.entity_name):
            wanted[dialect.name_of(definition.pk)] = definition
    for definition in CustomField.objects.filter(indexed=True):
        if dialect.name_of(definition.pk) not in wanted.keys() & there:
            _mark(definition, False)
    for name in there - set(wanted):
        dialect.drop(name)
    for name, definition in wanted.items():
        if name not in there:
            entity = registry[definition.entity_name]
            f = next(fields_of(definition, entity))
            column, _sep, rest = f.order_path.partition("__")
            cast, _sep, key = rest.partition("_")
            try:
                dialect.create(name, entity.model, column, cast, key, "id" if f.sortable else "created_at, id")
            except DatabaseError:
                log.exception("No index for the custom field %s", definition)
                continue
        _mark(definition, True)
    forget()


def _mark(definition: CustomField, indexed: bool) -> None:
    if definition.indexed != indexed:
        definition.indexed = indexed
        definition.save(update_fields=["indexed"])


@task()
def derive_anew(pk: int) -> None:
    """After a definition went or came back: what was derived from its values, of every record that has one."""
    definition = CustomField.objects.get(pk=pk)
    entity = registry[definition.entity_name]
    last = 0
    while True:
        with unrestricted("derived tables hold the values of everybody's records"), transaction.atomic():
            has = {f"custom__json_{definition.key}__isnull": False}
            records = list(entity.model.objects.alive().filter(pk__gt=last, **has).order_by("pk")[:CHUNK])
            if not records:
                return
            indexing.index(entity, records)
            last = records[-1].pk
            ReachKey.objects.filter(entity=entity.name, record_id__in=[r.pk for r in records]).delete()
            ReachKey.objects.bulk_create([row for r in records for row in keys.rows_of(entity, r)])
            keys.lend(entity.name, [r.pk for r in records])
