"""Relations: to a record of another entity, to a colleague, to a file. Values are ids; labels come through the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.fields.base import Field, register_kind

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.reading import Reader

LARGEST = 2**63 - 1
ID_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": LARGEST}


def parse_id(raw: Any) -> int:
    """The id that was meant. Raises `ValidationError`."""
    try:
        value = int(str(raw).strip()) if not isinstance(raw, bool | float) else -1
    except ValueError:
        value = -1
    if not 0 < value <= LARGEST:
        raise ValidationError(_("Choose from the list."), code="relation")
    return value


class Pointing(Field):
    """What points to records of one other entity. Whether this person may point there is checked where it is written."""

    operators: ClassVar[tuple[str, ...]] = ("", "not", "empty")
    target: Entity

    def ids(self, raws: list[str], reader: Reader) -> list[int]:
        """The ids that the words of a filter mean."""
        return [parse_id(raw) for raw in raws]

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator == "empty":
            return super().condition(operator, raws, reader)
        # A filter by an id that the door hides would tell who hangs on it.
        refs = reader.refs(self.target, self.ids(raws, reader))
        seen = [value for value, ref in refs.items() if ref.visible]
        return self.any_of(seen) if operator == "" else ~self.any_of(seen) | self.empty_condition()

    def value_by_name(self, text: str, reader: Reader) -> Any:
        """The one visible record of that title (or id, or key field), for import. Raises `ValidationError`."""
        found = self.target.by_title(text, reader.user)
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("Several records are called “%(name)s”.") % {"name": text[:80]}, code="relation")
        raise ValidationError(_("There is no “%(name)s” here.") % {"name": text[:80]}, code="relation")


@register_kind(models.ForeignKey)
class RelationField(Pointing):
    """The id of one record of another entity."""

    kind = "relation"
    cast = "integer"
    sortable = False

    @cached_property
    def target(self) -> Entity:  # type: ignore[override]
        """The declaration of what it points to."""
        from vizavi.core.entity import registry

        return registry.of(self.column.remote_field.model)

    def points_to(self, value: Any) -> list[tuple[Entity, int]]:
        return [] if value is None else [(self.target, value)]

    def repointed(self, value: Any, entity: Entity, moves: Mapping[int, int]) -> Any:
        return moves.get(value, value) if self.target is entity else value

    def seen(self, value: Any, reader: Reader) -> Any:
        return None if value is None else reader.ref(self.target, value).id

    def to_python(self, raw: Any) -> int:
        return parse_id(raw)

    def validate(self, value: Any) -> None:
        pass

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else reader.ref(self.target, value).title

    def form_value(self, value: Any, reader: Reader) -> Any:
        return "" if value is None else str(value)

    def search_text(self, value: Any) -> str:
        return ""

    def any_of(self, values: list[Any]) -> Q:
        return Q(**{f"{self.lookup}__in": values})

    def schema(self) -> dict[str, Any]:
        return ID_SCHEMA


class UserField(RelationField):
    """A colleague; in a filter `me` means whoever asks, `my_department` all of that person's department."""

    kind = "user"

    def ids(self, raws: list[str], reader: Reader) -> list[int]:
        found: list[int] = []
        for raw in raws:
            if raw == "my_department":
                found += sorted(door.colleagues(reader.user))
            else:
                found += [reader.user.pk] if raw == "me" else super().ids([raw], reader)
        return found


class FileField(RelationField):
    """An uploaded file."""

    kind = "file"
    compact = False
    operators: ClassVar[tuple[str, ...]] = ("empty",)

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else reader.ref(self.target, value).title


class IdField(Field):
    """The number of the record itself: a filter that every entity has, no column.

    `id=3,5`; `id__skipped=7` are the records that operation 7 left alone.
    """

    kind = "id"
    operators = ("", "skipped")

    def __init__(self, entity: Entity):
        super().__init__(entity, entity.model._meta.pk)

    @property
    def label(self) -> str:
        return _("Records")

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        from vizavi.core.models import Skipped

        ids = [parse_id(raw) for raw in raws]
        rows = Skipped.objects.filter(operation__in=ids, entity=self.entity.name)
        return Q(pk__in=rows.values("record_id") if operator else ids)


def kind_of_relation(column: models.ForeignKey) -> type[RelationField]:
    """User and file relations are told apart by what they point to."""
    remote = column.remote_field.model
    name = remote if isinstance(remote, str) else remote._meta.label_lower
    return {"access.user": UserField, "files.file": FileField}.get(name.lower(), RelationField)
