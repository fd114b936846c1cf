"""Which record a row is about: found by its keys among those that are there and those that the file has made so far.

The answer is the same as if every row were compared with every record, one after another, in the order of the file
(`bench/moving` and the tests hold it against that); it is looked up for a chunk of rows at a time.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vizavi.core import door
from vizavi.core.entity import Entity
from vizavi.core.fields import EmailsField, Field, PhonesField
from vizavi.core.fold import KEY_LENGTH, sort_key
from vizavi.core.models import ReachKey
from vizavi.core.records import Journaled
from vizavi.exchange.models import Origin
from vizavi.exchange.targets import FULL_NAME, NAMES
from vizavi.search.keys import makers

_NEW = 2**62
#: Behind the name of a field stands what tells apart those who share its key: the KPP of an INN.
DETAIL = "+"


@dataclass(eq=False)
class Known:
    """A record that rows may mean: one that is there (`id`), or one that this file makes (`record` without an id)."""

    order: tuple[int, int]
    id: int | None = None
    record: Journaled | None = None
    #: Its keys by field, and its title, in comparable form.
    keys: dict[str, list[str]] = field(default_factory=dict)
    title: list[str] = field(default_factory=list)
    #: The values of which these are made.
    said: dict[str, Any] = field(default_factory=dict)
    #: What rows change in it, and to which others they point it: {relation: records}.
    changes: dict[str, Any] = field(default_factory=dict)
    linked: dict[str, list[Known]] = field(default_factory=dict)


def pointing(f: Any, now: Any, other: Known, role: str) -> Any:
    """The value of a relation that points to one more record."""
    if not hasattr(f, "roles"):
        return other.id
    items = list(now or ())
    if other.id in [item["id"] if isinstance(item, dict) else item for item in items]:
        return items
    return [*items, {"id": other.id, "role": role} if f.roles else other.id]


@dataclass
class KeyKind:
    """How the values of a record make the keys of one field, and where these are looked up."""

    field: Field
    #: The fields out of which the keys are made.
    sources: tuple[str, ...]
    #: The kind of likeness (`search.keys`), whose rows hold the keys; `""` for a plain column.
    likeness: str = ""

    @property
    def many(self) -> bool:
        """Whether a record may have several: then a different one does not make it another record."""
        return isinstance(self.field, PhonesField | EmailsField)

    def of(self, values: dict[str, Any]) -> list[str]:
        """Comparable forms: numbers in E.164, addresses in lower case, names of firms without legal form and quotes."""
        f, value = self.field, values.get(self.field.name)
        if isinstance(f, PhonesField | EmailsField):
            return [key for item in value or () if (key := f.key_of(item))]
        if self.likeness:
            return [made[0][:KEY_LENGTH]] if (made := self._made(values)) else []
        if not value and len(self.sources) > 1:
            value = " ".join(filter(None, (str(values.get(name) or "") for name in self.sources)))
        text = (sort_key(value) if f.store.key_path else value) if value else ""
        return [text] if text else []

    def all_of(self, values: dict[str, Any]) -> dict[str, list[str]]:
        """The keys by the name of the field, and what makes them more exact under that name and `DETAIL`."""
        name = self.field.name
        if self.likeness and not self.many:
            made = self._made(values)
            detail = {name + DETAIL: [made[1]]} if made and made[1] else {}
            return {name: [made[0][:KEY_LENGTH]], **detail} if made else {}
        keys = self.of(values)
        return {name: keys} if keys else {}

    def _made(self, values: dict[str, Any]) -> tuple[str, str] | None:
        """The key that the kind of likeness makes of the sources, and its detail."""
        return makers[self.likeness]([str(values.get(name) or "") for name in self.sources])


def key_kind(entity: Entity, f: Field) -> KeyKind:
    """As the entity declares what makes its records alike, else by the column itself."""
    if isinstance(f, PhonesField | EmailsField):
        return KeyKind(f, (f.name,), "reach")
    for kind, names in entity.duplicates.items():
        if names and names[0] == f.name and kind in makers:
            return KeyKind(f, tuple(names), kind)
    return KeyKind(f, NAMES if f.name == FULL_NAME and NAMES[0] in entity.fields else (f.name,))


def _title_sources(entity: Entity) -> tuple[str, ...]:
    """A person's title is made of the parts of the name."""
    return NAMES if entity.title == FULL_NAME and NAMES[0] in entity.fields else (entity.title,)


class Book:
    """The records of one entity that the rows may mean, by their keys. One for each chunk, or one for a whole trial."""

    def __init__(self, entity: Entity, fields: list[Field], user: Any):
        self.entity, self.user = entity, user
        self.kinds = [key_kind(entity, f) for f in fields]
        self.title = KeyKind(key_kind(entity, entity.fields[entity.title]).field, _title_sources(entity))
        self._by_key: dict[tuple[str, str], list[Known]] = {}
        self._by_id: dict[int, Known] = {}
        self._made = 0
        #: Ids that this person may edit, among those that were fetched whole.
        self.changeable: set[int] = set()

    def wanted(self, values: dict[str, Any]) -> dict[str, list[str]]:
        """The keys of a row, by field."""
        return {name: keys for kind in self.kinds for name, keys in kind.all_of(values).items()}

    def called(self, values: dict[str, Any]) -> list[str]:
        """The comparable form of the title of a row."""
        return self.title.of(values)

    # -- what is there ---------------------------------------------------------------------------------------------

    def load(self, rows: Iterable[tuple[dict[str, list[str]], str]]) -> None:
        """Fetch the visible records that these keys and origins name: one query for each field, one for the door."""
        asked: dict[str, set[str]] = {}
        origins: set[str] = set()
        for keys, origin in rows:
            origins |= {origin} if origin else set()
            for name, found in keys.items():
                asked.setdefault(name, set()).update(k for k in found if (name, k) not in self._by_key)
        found_by: dict[int, list[str]] = {}
        for origin, pk in Origin.objects.filter(entity=self.entity.name, key__in=origins).values_list(
            "key", "record_id"
        ):
            found_by.setdefault(pk, []).append(origin)
        ids = set(found_by)
        rows_seen = self.entity.model.objects.visible_to(self.user)
        for kind in self.kinds:
            f = kind.field
            looked = asked.get(f.name)
            if not looked:
                continue
            if kind.likeness:
                held = ReachKey.objects.filter(entity=self.entity.name, field=f.name, key__in=looked)
                ids |= set(held.values_list("record_id", flat=True))
            else:
                path = f.store.key_path or f.store.path
                ids |= set(rows_seen.filter(**{f"{path}__in": looked}).values_list("pk", flat=True))
        self._fetch(ids - set(self._by_id))
        for pk, keys_ in found_by.items():
            if pk in self._by_id:
                for key in keys_:
                    self._enter(self._by_id[pk], "", key)

    def _fetch(self, ids: set[int]) -> None:
        if not ids:
            return
        names = dict.fromkeys(n for kind in [*self.kinds, self.title] for n in (kind.field.name, *kind.sources))
        columns = {n: self.entity.fields[n].store.path for n in names}
        rows = self.entity.model.objects.visible_to(self.user).filter(pk__in=ids).order_by("pk")
        for pk, *values in rows.values_list("pk", *columns.values()):
            known = Known((pk, 0), pk)
            self._by_id[pk] = known
            known.said = dict(zip(columns, values, strict=True))
            self._name(known, known.said)

    def _name(self, known: Known, values: dict[str, Any]) -> None:
        """Enter a record under the keys that these values give it."""
        for kind in self.kinds:
            name = kind.field.name
            known.keys = {n: k for n, k in known.keys.items() if n not in (name, name + DETAIL)} | kind.all_of(values)
            for key in known.keys.get(name, ()):
                self._enter(known, name, key)
        known.title = self.title.of(values)

    def _enter(self, known: Known, name: str, key: str) -> None:
        entries = self._by_key.setdefault((name, key), [])
        if known not in entries:
            insort(entries, known, key=lambda k: k.order)

    def loaded(self) -> Iterable[Known]:
        """The records that are there and were fetched."""
        return self._by_id.values()

    def attach(self, knowns: Iterable[Known]) -> None:
        """Fetch these whole, to be compared with what rows say."""
        wanted = {k.id: k for k in knowns}
        rows = self.entity.model.objects.visible_to(self.user).filter(pk__in=wanted)
        for record in rows if wanted else ():
            wanted[record.pk].record = record

    # -- which one -------------------------------------------------------------------------------------------------

    def find(self, keys: dict[str, list[str]], origin: str, title: list[str]) -> Known | None:
        """The record that a row means: by its origin, else by the first of its keys that names one, oldest first.

        Two records with different values of a surer key of one value (an INN) are two, whatever else they share; so are two
        with one INN and different KPPs, the branches of a firm. An origin alone does not make a record of another name the
        same.
        """
        for known in self._by_key.get(("", origin), ()) if origin else ():
            shared = [name for name, found in keys.items() if set(found) & set(known.keys.get(name, ()))]
            agrees = any(not name.endswith(DETAIL) for name in shared)
            if agrees or origin.startswith("row:") or not title or title == known.title:
                return known
        surer = [name for name in keys if name.endswith(DETAIL)]
        for kind in self.kinds:
            name = kind.field.name
            for key in keys.get(name, ()):
                fit = [
                    known
                    for known in self._by_key.get((name, key), ())
                    if not any(known.keys.get(n) and keys[n] != known.keys[n] for n in surer)
                ]
                if fit:
                    exact = keys.get(name + DETAIL)
                    return next((known for known in fit if exact and known.keys.get(name + DETAIL) == exact), fit[0])
            if name in keys and not kind.many:
                surer.append(name)
        return None

    # -- what the file does ----------------------------------------------------------------------------------------

    def add(self, record: Journaled, values: dict[str, Any], origin: str = "") -> Known:
        """A record that the file makes; later rows may mean it."""
        self._made += 1
        known = Known((_NEW, self._made), record=record)
        known.said = dict(values)
        self._name(known, known.said)
        if origin:
            self._enter(known, "", origin)
        return known

    def change(self, known: Known, values: dict[str, Any]) -> None:
        """A row has changed these values of a record: from now on it is known by its new keys."""
        if known.id is not None:
            known.changes.update(values)
        if not set(values) & {n for kind in [*self.kinds, self.title] for n in (kind.field.name, *kind.sources)}:
            return
        for name, keys in known.keys.items():
            for key in keys:
                entries = self._by_key.get((name, key), [])
                if known in entries:
                    entries.remove(known)
        known.said = {**known.said, **values}
        if self.title.field.name not in values:
            known.said.pop(self.title.field.name, None) if len(self.title.sources) > 1 else None
        self._name(known, known.said)

    def may_change(self, knowns: Iterable[Known]) -> set[int]:
        """Of these, the ids that this person may edit."""
        ids = [k.id for k in knowns if k.id is not None]
        if not ids:
            return set()
        rows = self.entity.model.objects.visible_to(self.user, door.CHANGE).filter(pk__in=ids)
        return set(rows.values_list("pk", flat=True))
