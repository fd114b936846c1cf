"""Who is here already: records that may be the same client as the one at hand, as far as a person may know them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.models import ReachKey
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.duplicates.comparing import Reason, compare
from vizavi.duplicates.models import Distinct
from vizavi.search.keys import EMAIL, FIRM, INN, KINDS, MESSENGER, OGRN, PERSON, PHONE, Key, keys_of, keys_of_record
from vizavi.ui.formats import nth

#: So many are shown; so many of those who share a key are looked at (a switchboard's number has hundreds).
MOST, LOOKED = 5, 100
WORDS: dict[str, Any] = {
    INN: _("INN"), OGRN: _("OGRN"), EMAIL: _("e-mail"), PHONE: _("phone"), MESSENGER: _("messenger"), FIRM: _("name"),
    PERSON: pgettext_lazy("person", "name"),
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """A record that may be the same. Of a hidden one only its kind and owner are told, and only by grant."""

    entity: Entity
    id: int | None
    title: str
    subtitle: str
    url: str
    reasons: tuple[Reason, ...]
    #: By what it was found: the fields of the record at hand, the one that says most first.
    fields: tuple[str, ...]
    visible: bool
    owner: str
    #: The same for the same record, telling nothing about it: what a person has seen and does not want to see again.
    token: str

    @property
    def strong(self) -> bool:
        return any(reason.strong for reason in self.reasons)

    @property
    def why(self) -> str:
        """The reasons in words; nothing of a hidden record."""
        return ", ".join(str(WORDS[reason.kind]) for reason in self.reasons) if self.visible else ""


Found = tuple[str, int]


def resembling(
    entities: Collection[str], rows: Sequence[Collection[Key]], exclude: Collection[Found] = ()
) -> list[dict[Found, list[Reason]]]:
    """For each set of keys, the live records of these entities that resemble it, and why; the door is not asked.

    The number of queries does not depend on how many rows there are: one for each kind of key, one for the candidates.
    """
    wanted: dict[str, set[str]] = {}
    for row in rows:
        for key in row:
            wanted.setdefault(key.kind, set()).add(key.key)
    declared = {name: registry[name].duplicates for name in entities}
    holders: dict[tuple[str, str], list[Found]] = {}
    for kind, texts in wanted.items():
        among = [name for name, kinds in declared.items() if kind in kinds]
        held = ReachKey.objects.filter(key__in=texts, kind=kind, entity__in=among).order_by(
            "key", "entity", "record_id"
        )
        for text, entity, pk in held.values_list("key", "entity", "record_id")[: LOOKED * max(1, len(rows))]:
            if (entity, pk) not in exclude:
                holders.setdefault((kind, text), []).append((entity, pk))
    known = keys_held({found for there in holders.values() for found in there})
    return [
        {
            found: reasons
            for found in dict.fromkeys(f for key in row for f in holders.get(key[:2], ()))
            if (reasons := compare(row, known.get(found, ())))
        }
        for row in rows
    ]


def keys_held(found: Iterable[Found]) -> dict[Found, list[Key]]:
    """All declared keys of these records, in one query."""
    by_entity: dict[str, list[int]] = {}
    for entity, pk in found:
        by_entity.setdefault(entity, []).append(pk)
    condition = Q(pk__in=[])
    for entity, ids in by_entity.items():
        condition |= Q(entity=entity, record_id__in=ids, kind__in=list(registry[entity].duplicates))
    held: dict[Found, list[Key]] = {}
    if by_entity:
        for entity, pk, *key in ReachKey.objects.filter(condition).values_list(
            "entity", "record_id", "kind", "key", "detail", "field"
        ):
            held.setdefault((entity, pk), []).append(Key(*key))
    return held


def find(
    entity: Entity,
    values: Mapping[str, Any],
    user: Any,
    exclude: int | None = None,
    *,
    reader: Reader | None = None,
    touched: Collection[str] | None = None,
    most: int = MOST,
) -> list[Match]:
    """Records that resemble one with these values (raw or parsed, by field name), the likeliest first.

    `exclude` is the record itself when it is stored already; `touched` asks only for what one of these fields speaks for.
    Values that make no sense are passed over. What the person may not see of a record cannot betray it.
    """
    reader = reader or Reader(user)
    keys = [key for key in keys_of(entity, parsed(entity, values, reader)) if key.kind in entity.duplicates]
    if not keys:
        return []
    names = [entity.name, *entity.resembles]
    own = {(entity.name, exclude)} if exclude is not None else set()
    if exclude is not None:
        own |= {(entity.name, pk) for pk in not_the_same_as(entity, exclude)}
    found = resembling(names, [keys], own)[0]  # type: ignore[arg-type]
    ranked = _ranked(entity, found, reader, touched)
    return [match for match in _told(entity, ranked[: 2 * most], reader) if match is not None][:most]


def find_each(entity: Entity, records: Sequence[Any], reader: Reader, most: int = MOST) -> dict[int, list[Match]]:
    """The same for many stored records, by their ids, in as many queries as for one."""
    rows = [[key for key in keys_of_record(entity, r) if key.kind in entity.duplicates] for r in records]
    apart: dict[int, set[int]] = {r.pk: {r.pk} for r in records}
    said = Distinct.objects.alive().filter(Q(low_id__in=apart) | Q(high_id__in=apart), entity_name=entity.name)
    for low, high in said.values_list("low_id", "high_id"):
        apart.setdefault(low, set()).add(high)
        apart.setdefault(high, set()).add(low)
    wanted: list[tuple[int, tuple[Found, tuple[Reason, ...]]]] = []
    for record, found in zip(records, resembling([entity.name, *entity.resembles], rows), strict=True):
        others = {f: why for f, why in found.items() if f[0] != entity.name or f[1] not in apart[record.pk]}
        wanted += [(record.pk, one) for one in _ranked(entity, others, reader)[: 2 * most]]
    result: dict[int, list[Match]] = {r.pk: [] for r in records}
    for (pk, _one), match in zip(wanted, _told(entity, [one for _pk, one in wanted], reader), strict=True):
        if match is not None and len(result[pk]) < most:
            result[pk].append(match)
    return result


def _ranked(
    entity: Entity, found: Mapping[Found, list[Reason]], reader: Reader, touched: Collection[str] | None = None
) -> list[tuple[Found, tuple[Reason, ...]]]:
    """Those with reasons that this person may know, the likeliest first."""
    names = [entity.name, *entity.resembles]
    ranked: list[tuple[Found, tuple[Reason, ...]]] = []
    for one, reasons in found.items():
        told = tuple(r for r in reasons if _shown(registry[one[0]], r.kind, reader))
        if told and (touched is None or any(set(entity.duplicates[r.kind]) & set(touched) for r in told)):
            ranked.append((one, told))
    return sorted(ranked, key=lambda item: (not item[1][0].strong, -len(item[1]), names.index(item[0][0]), -item[0][1]))


def not_the_same_as(entity: Entity, pk: int) -> set[int]:
    """What people have said this record is not."""
    rows = Distinct.objects.alive().filter(Q(low_id=pk) | Q(high_id=pk), entity_name=entity.name)
    return {low if high == pk else high for low, high in rows.values_list("low_id", "high_id")}


def parsed(entity: Entity, values: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """Those of the values that make keys, as values; what cannot be read or may not be seen is left out."""
    result = {}
    for name in entity.recognised:
        if name in values and reader.access(entity).sees(name):
            try:
                result[name] = entity.fields[name].parse(values[name])
            except ValidationError:
                pass
    return result


def _shown(entity: Entity, kind: str, reader: Reader) -> bool:
    return all(reader.access(entity).sees(name) for name in entity.duplicates.get(kind, ()))


def _told(entity: Entity, ranked: Sequence[tuple[Found, tuple[Reason, ...]]], reader: Reader) -> list[Match | None]:
    """Matches as this person may know them, None for one of which nothing may be told.

    Two queries for each entity, and one for the owners.
    """
    order = {kind: KINDS.index(kind) for kind in KINDS}
    visible: dict[Found, Any] = {}
    owners: dict[Found, int | None] = {}
    for name in {name for (name, _pk), _reasons in ranked}:
        other = registry[name]
        ids = [pk for (n, pk), _reasons in ranked if n == name]
        records = list(other.model.objects.visible_to(reader.user).filter(pk__in=ids))
        reader.prefetch(records, reader.fields(other, other.subtitle))
        visible |= {(name, r.pk): r for r in records}
        hidden = [pk for pk in ids if (name, pk) not in visible]
        if hidden and door.grants(reader.user, door.HINTS):
            with unrestricted("a duplicate hint tells kind and owner of a hidden record, by grant"):
                rows = other.model.objects.alive().filter(pk__in=hidden).values_list("pk", "owner_id")
                owners |= {(name, pk): owner for pk, owner in rows}
    owners |= {found: record.owner_id for found, record in visible.items()}
    people = reader.refs(registry["user"], {pk for pk in owners.values() if pk})
    matches: list[Match | None] = []
    for found, reasons in ranked:
        if found not in owners:
            matches.append(None)
            continue
        other, record, owner = registry[found[0]], visible.get(found), owners[found]
        by = sorted(reasons, key=lambda r: (not r.strong, order[r.kind]))
        matches.append(
            Match(
                other,
                record.pk if record is not None else None,
                _title(other, record, reader) if record is not None else other.label,
                other.subtitle_of(record, reader) if record is not None else "",
                other.url(record.pk) if record is not None else "",
                reasons,
                tuple(dict.fromkeys(n for r in by for n in entity.duplicates[r.kind][:1])),
                record is not None,
                people[owner].title if owner else "",
                token(*found),
            )
        )
    return matches


def _title(entity: Entity, record: Any, reader: Reader) -> str:
    return str(record) if reader.access(entity).sees(entity.title) else nth(record.pk)


def token(entity: str, pk: int) -> str:
    """Names a record without telling which it is."""
    return salted_hmac("vizavi.duplicates", f"{entity}:{pk}").hexdigest()[:16]
