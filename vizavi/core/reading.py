"""One reading person: titles of related records in one query per entity, through the door, remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.ui.formats import nth

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.fields import Field
    from vizavi.core.records import Journaled


@dataclass(frozen=True)
class Ref:
    """A related record as one person sees it. A hidden one has no id and no title but the word "hidden"."""

    entity: str
    id: int | None
    title: str
    url: str = ""
    tone: str = ""
    visible: bool = True
    deleted: bool = False


class Reader:
    """Who reads, and what has been looked up for them. Make one per request, job or import; it is not shared."""

    def __init__(self, user: Any):
        self.user = user
        self._refs: dict[tuple[str, int], Ref] = {}
        self._access: dict[str, door.FieldAccess] = {}
        self._expected: dict[str, set[int]] = {}

    def access(self, entity: Entity) -> door.FieldAccess:
        if entity.name not in self._access:
            self._access[entity.name] = door.fields(self.user, entity)
        return self._access[entity.name]

    def fields(self, entity: Entity, names: Iterable[str] | None = None) -> list[Field]:
        """The fields this person sees, in the given order or the order of the model."""
        hidden = self.access(entity).hidden
        return [entity.fields[n] for n in (entity.fields if names is None else names) if n not in hidden]

    def prefetch(self, records: Sequence[Journaled], fields: Iterable[Field]) -> None:
        """Look up everything these fields of these records point to: one query per entity pointed to."""
        for entity, ids in _pointed(records, fields).items():
            self.refs(entity, ids)

    def expect(self, records: Sequence[Journaled], fields: Iterable[Field]) -> None:
        """As `prefetch`, but along with what is looked up next of each entity."""
        for entity, ids in _pointed(records, fields).items():
            self._expected.setdefault(entity.name, set()).update(ids)

    def refs(self, entity: Entity, ids: Iterable[int]) -> dict[int, Ref]:
        """Refs of these ids, the missing ones fetched in one query."""
        ids = set(ids)
        missing = [i for i in ids if (entity.name, i) not in self._refs]
        if missing:
            missing += [i for i in self._expected.pop(entity.name, ()) if (entity.name, i) not in self._refs]
            found = {r.pk: r for r in entity.model.objects.reach_of(self.user).filter(pk__in=missing)}
            sees_title = self.access(entity).sees(entity.title)
            for i in missing:
                record = found.get(i)
                if record is None:
                    ref = Ref(entity.name, None, _("hidden"), visible=False)
                else:
                    title = str(record) if sees_title else nth(i)
                    gone = record.deleted_at is not None
                    ref = Ref(
                        entity.name, i, title, "" if gone else entity.url(i), getattr(record, "tone", ""), deleted=gone
                    )
                self._refs[entity.name, i] = ref
        return {i: self._refs[entity.name, i] for i in ids}

    def ref(self, entity: Entity, pk: int) -> Ref:
        return self.refs(entity, [pk])[pk]

    def learn(self, entity: Entity, records: Iterable[Journaled]) -> None:
        """Records that were just fetched through the door need no second look-up."""
        for r in records:
            self._refs.setdefault((entity.name, r.pk), Ref(entity.name, r.pk, str(r), entity.url(r.pk)))

    def json(self, field: Field, record: Journaled) -> Any:
        """The value for the API: an id that the door hides is not given away."""
        return field.value(record) if field.computed else field.seen(field.value(record), self)


def _pointed(records: Sequence[Journaled], fields: Iterable[Field]) -> dict[Entity, set[int]]:
    wanted: dict[Entity, set[int]] = {}
    for field in fields:
        for record in records if not field.computed else ():
            for entity, pk in field.points_to(field.value(record)):
                wanted.setdefault(entity, set()).add(pk)
    return wanted
