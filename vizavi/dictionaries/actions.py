"""How the options of dictionaries are written: shipped, put in order, kept while they are in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.fields import Field
from vizavi.core.journal.operation import Changed, Op, on_change, operation
from vizavi.core.models import Change, Operation
from vizavi.core.records import unrestricted, writing
from vizavi.dictionaries.lists import Dictionary, forget
from vizavi.dictionaries.models import Option
from vizavi.ui.html import TONES


def ship(**_kwargs: Any) -> None:
    """Make rows of the shipped options that have none yet. They come with the program, as the tables do: no operation."""
    if Option._meta.db_table not in connection.introspection.table_names():
        return
    there = set(Option.objects.values_list("dictionary", "key"))
    with writing():
        Option.objects.bulk_create(
            Option(
                dictionary=d.name,
                key=key,
                tone=tone or TONES[place % len(TONES)],
                meaning=meaning,
                order=(place + 1) * 10,
            )
            for d in Dictionary.known.values()
            for place, (key, (_label, tone, meaning)) in enumerate(d.shipped.items())
            if (d.name, key) not in there
        )
    forget()


def arrange(found: Dictionary, keys: Sequence[str], by: Any) -> Operation | None:
    """Put the options of a dictionary into this order, as one operation; keys that are left out follow as they stood.

    Raises `Refused`, and `Invalid` for a key that is not there.
    """
    if not (verdict := door.can(by, door.CHANGE, registry["option"])):
        raise Refused(verdict.reason)
    known = {o.key: o.pk for o in found.options(archived=True)}
    if set(keys) - set(known):
        raise Invalid({"": [_("Choose from the list.")]})
    order = [*dict.fromkeys(keys), *(key for key in known if key not in keys)]
    with operation("option.arrange", by=by, title=str(found.label)) as op:
        rows = op.lock(Option, known.values())
        op.update_many([(rows[known[key]], {"order": place * 10}) for place, key in enumerate(order, 1)])
    return op.row if op.done else None


def fields_of(found: Dictionary) -> Iterator[Field]:
    """The fields, of whatever entity, that take their values out of this dictionary."""
    for entity in registry:
        yield from (f for f in entity.fields.values() if getattr(f, "dictionary", None) is found)


def is_used(option: Option) -> bool:
    """Does any record hold this option, be it in the recycle bin?"""
    with unrestricted("an option in use must not be lost"):
        return any(
            f.entity.model.objects.filter(f.any_of([option.key])).exists()
            for f in fields_of(Dictionary.known[option.dictionary])
        )


@on_change
def keep_what_is_used(op: Op, changed: Sequence[Changed]) -> None:
    """Form, API, undo: through none is an option lost that somebody needs. Raises `Refused`; nothing is written."""
    touched = [c for c in changed if c.entity.name == "option"]
    for c in touched:
        option: Any = c.record
        if c.action == Change.DELETE and (option.shipped_label or is_used(option)):
            raise Refused(_("“%(name)s” is needed: archive it instead.") % {"name": option})
    if touched:
        forget()
        transaction.on_commit(forget)
