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
from vizavi.core.fold import sort_key
from vizavi.core.models import ReachKey
from vizavi.core.records import Journaled
from vizavi.exchange.models import Origin

_NEW = 2**62


@dataclass(eq=False)
class Known:
    """A record that rows may mean: one that is there (`id`), or one that this file makes (`record` without an id)."""

    order: tuple[int, int]
    id: int | None = None
    record: Journaled | None = None
    #: Values of key fields and title in comparable form: {field: keys}.
    keys: dict[str, list[str]] = field(default_factory=dict)
    #: What rows change in it, and to which others they point it: {relation: records}.
    changes: dict[str, Any] = field(default_factory=dict)
    linked: dict[str, list[Known]] = field(default_factory=dict)


def keys_of(f: Field, value: Any) -> list[str]:
    """The comparable forms of a key value: folded text, numbers in E.164, addresses in lower case."""
    if isinstance(f, PhonesField | EmailsField):
        return [key for item in value or () if (key := f.key_of(item))]
    text = (sort_key(value) if getattr(f, "keyed", False) else value) if value else ""
    return [text] if text else []


class Book:
    """The records of one entity that the rows may mean, by their keys. One for each chunk, or one for a whole trial."""

    def __init__(self, entity: Entity, fields: list[Field], user: Any):
        self.entity, self.fields, self.user = entity, fields, user
        self.title = entity.fields[entity.title]
        self._by_key: dict[tuple[str, str], list[Known]] = {}
        self._by_id: dict[int, Known] = {}
        self._made = 0

    def wanted(self, values: dict[str, Any]) -> dict[str, list[str]]:
        """The keys of a row, by field."""
        return {f.name: keys for f in self.fields if (keys := keys_of(f, values.get(f.name)))}

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
        for f in self.fields:
            looked = asked.get(f.name)
            if not looked:
                continue
            if isinstance(f, PhonesField | EmailsField):
                held = ReachKey.objects.filter(entity=self.entity.name, field=f.name, key__in=looked)
                ids |= set(held.values_list("record_id", flat=True))
            else:
                ids |= set(rows_seen.filter(**{f"{f.lookup}__in": looked}).values_list("pk", flat=True))
        self._fetch(ids - set(self._by_id))
        for pk, keys_ in found_by.items():
            if pk in self._by_id:
                for key in keys_:
                    self._enter(self._by_id[pk], "", key)

    def _fetch(self, ids: set[int]) -> None:
        if not ids:
            return
        columns = {f.name: f.store.path for f in [*self.fields, self.title] if not f.computed}
        rows = self.entity.model.objects.visible_to(self.user).filter(pk__in=ids).order_by("pk")
        for pk, *values in rows.values_list("pk", *columns.values()):
            known = Known((pk, 0), pk)
            self._by_id[pk] = known
            self._name(known, dict(zip(columns, values, strict=True)))

    def _name(self, known: Known, values: dict[str, Any]) -> None:
        """Enter a record under the keys that these values give it."""
        fields = {f.name: f for f in [*self.fields, self.title] if f.name in values}
        known.keys = {**known.keys, **{name: keys_of(f, values[name]) for name, f in fields.items()}}
        for f in self.fields:
            for key in known.keys.get(f.name, ()):
                self._enter(known, f.name, key)

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

        Two records with different values of a surer key of one value (an INN) are two, whatever else they share. An
        origin alone does not make a record of another name the same.
        """
        for known in self._by_key.get(("", origin), ()) if origin else ():
            agrees = any(set(found) & set(known.keys.get(name, ())) for name, found in keys.items())
            if agrees or origin.startswith("row:") or not title or title == known.keys.get(self.title.name, []):
                return known
        surer: list[str] = []
        for f in self.fields:
            for key in keys.get(f.name, ()):
                for known in self._by_key.get((f.name, key), ()):
                    if not any(known.keys.get(name) and keys.get(name) != known.keys[name] for name in surer):
                        return known
            if f.name in keys and not isinstance(f, PhonesField | EmailsField):
                surer.append(f.name)
        return None

    # -- what the file does ----------------------------------------------------------------------------------------

    def add(self, record: Journaled, values: dict[str, Any], origin: str = "") -> Known:
        """A record that the file makes; later rows may mean it."""
        self._made += 1
        known = Known((_NEW, self._made), record=record)
        self._name(known, {f.name: values.get(f.name) for f in [*self.fields, self.title]})
        if origin:
            self._enter(known, "", origin)
        return known

    def change(self, known: Known, values: dict[str, Any]) -> None:
        """A row has changed these values of a record: from now on it is known by its new keys."""
        if known.id is not None:
            known.changes.update(values)
        changed = {f.name for f in [*self.fields, self.title]} & set(values)
        for name in changed:
            for key in known.keys.get(name, ()):
                entries = self._by_key.get((name, key), [])
                if known in entries:
                    entries.remove(known)
        if changed:
            self._name(known, {name: values[name] for name in changed})

    def may_change(self, knowns: Iterable[Known]) -> set[int]:
        """Of these, the ids that this person may edit."""
        ids = [k.id for k in knowns if k.id is not None]
        if not ids:
            return set()
        rows = self.entity.model.objects.visible_to(self.user, door.CHANGE).filter(pk__in=ids)
        return set(rows.values_list("pk", flat=True))
