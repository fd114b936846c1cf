"""By what two records are known to be the same client: keys that all spellings of one thing share.

An entity says which of its fields make which kind of key (`Entity.duplicates`); the rows of `core.ReachKey` hold the keys
of every live record, so that "who else is called so?" is one look into an index. Leads, contacts and companies resemble
each other through keys of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from vizavi.core.derived import links, replace
from vizavi.core.entity import Entity, registry
from vizavi.core.fold import KEY_LENGTH
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.models import Change, Link, ReachKey
from vizavi.core.records import Journaled, unrestricted

PERSON, FIRM, PHONE, EMAIL, INN, OGRN = "person", "firm", "phone", "email", "inn", "ogrn"
MESSENGER = "messenger"
#: Before the field of a part that lends its keys to the whole: `+inn` of requisites.
LENT = "+"
#: The kinds that `core.entity` knows, those that say most first.
KINDS = (INN, OGRN, EMAIL, PHONE, MESSENGER, FIRM, PERSON)


class Key(NamedTuple):
    """One key of a record. The detail tells apart those who share a key: the KPP of an INN, the patronymic of a name."""

    kind: str
    key: str
    detail: str = ""
    field: str = ""


Maker = Callable[[Sequence[str]], tuple[str, str] | None]
#: How the texts of its fields make a key and its detail, by kind; phones and e-mails are what their fields say.
makers: dict[str, Maker] = {}


def keys_of(entity: Entity, values: Mapping[str, Any]) -> list[Key]:
    """The keys of a record with these values by field name; phones and e-mails always, others as declared."""
    found = [
        Key(f.likeness, key[:KEY_LENGTH], "", f.name)
        for f in entity.reach
        for item in values.get(f.name) or ()
        if (key := f.key_of(item))
    ]
    for kind, names in entity.duplicates.items():
        if kind in makers and (made := makers[kind]([str(values.get(n) or "") for n in names])):
            found.append(Key(kind, made[0][:KEY_LENGTH], made[1][:KEY_LENGTH], names[0]))
    return list(dict.fromkeys(found))


def keys_of_record(entity: Entity, record: Journaled) -> list[Key]:
    fields = entity.fields
    return keys_of(entity, {n: fields[n].value(record) for n in entity.recognised})


def rows_of(entity: Entity, record: Journaled) -> list[ReachKey]:
    """The rows of one record; none for one in the recycle bin."""
    if record.deleted_at is not None:
        return []
    return [
        ReachKey(
            entity=entity.name, record_id=record.pk, field=key.field, kind=key.kind, key=key.key, detail=key.detail
        )
        for key in keys_of_record(entity, record)
    ]


Lender = Callable[[str, Sequence[int]], Mapping[int, list[Key]]]
#: By what else live records of an entity are recognised: what packages above know of their parts, by id.
lenders: list[Lender] = []


@on_change
def write_keys(op: Op, changed: Sequence[Changed]) -> None:
    replace(changed, ReachKey, rows_of, lambda entity: entity.recognised)
    for name in {c.entity.name for c in changed if c.entity.recognised and c.action != Change.CREATE}:
        lend(name, [c.record.pk for c in changed if c.entity.name == name and c.record.deleted_at is None])


def lend(name: str, ids: Sequence[int]) -> None:
    """Write anew by what else these live records are recognised; what they say themselves says more."""
    found = {pk: keys for lender in lenders for pk, keys in lender(name, ids).items()}
    rows = ReachKey.objects.filter(entity=name, record_id__in=ids)
    rows.filter(field__startswith=LENT).delete()
    if found:
        held = set(rows.filter(record_id__in=list(found)).values_list("record_id", "kind", "key"))
        made = {(pk, k.kind, k.key[:KEY_LENGTH]): k for pk, keys in found.items() for k in keys}
        ReachKey.objects.bulk_create(
            [
                ReachKey(
                    entity=name, record_id=pk, field=LENT + k.field, kind=kind, key=key, detail=k.detail[:KEY_LENGTH]
                )
                for (pk, kind, key), k in made.items()
                if (pk, kind, key) not in held
            ],
            batch_size=500,
        )


def rebuild() -> int:
    """Make all keys and links anew, chunk by chunk; how many there are then."""
    ReachKey.objects.all().delete()
    Link.objects.all().delete()
    for entity in registry:
        last = 0
        with unrestricted("keys and links are derived from all records"):
            rows = entity.model.objects.alive().order_by("pk")
            while chunk := list(rows.filter(pk__gt=last)[:500]) if entity.recognised or entity.linked else []:
                last = chunk[-1].pk
                ReachKey.objects.bulk_create([row for record in chunk for row in rows_of(entity, record)])
                Link.objects.bulk_create([row for record in chunk for row in links(entity, record)])
                lend(entity.name, [record.pk for record in chunk])
    return ReachKey.objects.count() + Link.objects.count()
