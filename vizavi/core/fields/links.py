"""Lists of links: several records of one entity, with a role where that matters, or of any entity at all.

The list is one value of its record: journaled, undone, imported and sent like any other. `core.Link` rows, derived from
it, let the other end find its way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from vizavi.core import columns
from vizavi.core.fields.base import Field, clean_text, register_kind
from vizavi.core.fields.relation import ID_SCHEMA, Pointing, parse_id

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.reading import Reader, Ref

MOST = 200
LONGEST_ROLE = 100


class _Linked(Field):
    """What both kinds of lists share. Subclasses say what an item points to."""

    sortable = False
    many = True

    def target_of(self, item: Any) -> tuple[Entity, int] | None:
        """The entity and id of an item of the canonical form; None where that kind of record is not known (any more)."""
        raise NotImplementedError

    def key_of(self, item: Any) -> Any:
        return self.target_of(item)

    def item(self, raw: Any) -> Any:
        """One item in canonical form. Raises `ValidationError`."""
        raise NotImplementedError

    def points_to(self, value: Any) -> list[tuple[Entity, int]]:
        return [target for item in value or () if (target := self.target_of(item))]

    def refs(self, value: Any, reader: Reader) -> list[tuple[Any, Ref]]:
        """Items with what they point to, as this person sees it."""
        return [(item, reader.ref(*target)) for item in value or () if (target := self.target_of(item))]

    def seen(self, value: Any, reader: Reader) -> Any:
        return [item for item, ref in self.refs(value, reader) if ref.visible]

    def repointed(self, value: Any, entity: Entity, moves: Mapping[int, int]) -> Any:
        found: dict[Any, Any] = {}
        for item in value or ():
            target = self.target_of(item)
            if target and target[0] is entity and target[1] in moves:
                pk = moves[target[1]]
                item, target = ({**item, "id": pk} if isinstance(item, Mapping) else pk), (entity, pk)
            known = found.setdefault(target or repr(item), item)
            if known is not item and isinstance(item, Mapping) and "role" in item:
                roles = dict.fromkeys(r for r in (known["role"], item["role"]) if r)
                found[target] = {**known, "role": ", ".join(roles)[:LONGEST_ROLE]}
        return list(found.values())

    def kept(self, value: Any, before: Any, reader: Reader) -> Any:
        hidden = [item for item, ref in self.refs(before, reader) if not ref.visible]
        return [*(value or ()), *(item for item in hidden if item not in (value or ()))]

    def to_python(self, raw: Any) -> list[Any]:
        if isinstance(raw, str):
            raw = [part for part in raw.replace(";", ",").split(",") if part.strip()]
        items = [raw] if isinstance(raw, int | Mapping) and not isinstance(raw, bool) else raw
        if not isinstance(items, list | tuple) or len(items) > MOST:
            raise ValidationError(_("Enter a list of at most %(most)s.") % {"most": MOST}, code="type")
        found: dict[Any, Any] = {}
        for item in [self.item(part) for part in items if part not in ("", None)]:
            found.setdefault(self.target_of(item), item)
        return list(found.values())

    def validate(self, value: Any) -> None:
        if not value and self.required:
            raise ValidationError(_("This field is required."), code="required")

    def parse(self, raw: Any) -> Any:
        # The empty marker that a form sends so that "none" can be told from "not asked".
        return super().parse([r for r in raw if r != ""] if isinstance(raw, list | tuple) else raw)

    def blank(self) -> Any:
        return []

    def text(self, value: Any, reader: Reader) -> str:
        return ", ".join(ref.title for _item, ref in self.refs(value, reader))

    def form_value(self, value: Any, reader: Reader) -> Any:
        return list(value or ())

    def search_text(self, value: Any) -> str:
        return ""

    def linked(self, targets: list[tuple[Entity, int]]) -> Q:
        """Rows that hold a link to any of these."""
        found = Q(pk__in=[])
        for entity in {entity for entity, _pk in targets}:
            found |= self.linked_in(entity, [pk for other, pk in targets if other is entity])
        return found

    def linked_in(self, entity: Entity, ids: Any) -> Q:
        """Rows that hold a link to any of these records of one entity; `ids` may be a subquery."""
        from vizavi.core.models import Link

        rows = Link.objects.filter(target_entity=entity.name, target_id__in=ids)
        return Q(pk__in=rows.filter(entity=self.entity.name, field=self.name).values("record_id"))

    def empty_condition(self) -> Q:
        from vizavi.core.models import Link

        return ~Q(pk__in=Link.objects.filter(entity=self.entity.name, field=self.name).values("record_id"))


@register_kind(columns.Links)
class LinksField(_Linked, Pointing):
    """Several records of one entity. Items are ids, or `{"id", "role"}` where the column has roles."""

    kind = "links"

    def __init__(self, entity: Entity, column: Any):
        super().__init__(entity, column)
        self.roles = bool(column.roles)
        self.compact = not self.roles  # type: ignore[misc]

    @cached_property
    def target(self) -> Entity:  # type: ignore[override]
        from vizavi.core.entity import registry

        return registry.of(self.column.to)

    def target_of(self, item: Any) -> tuple[Entity, int] | None:
        return self.target, item["id"] if self.roles else item

    def item(self, raw: Any) -> Any:
        if isinstance(raw, Mapping):
            if set(raw) - {"id", "role"}:
                raise ValidationError(_("Each item has an id and a role."), code="type")
            pk, role = parse_id(raw.get("id")), " ".join(clean_text(raw.get("role") or "").split())
        else:
            pk, role = parse_id(raw), ""
        if len(role) > LONGEST_ROLE:
            raise ValidationError(_("At most %(most)s characters.") % {"most": LONGEST_ROLE}, code="max_length")
        return {"id": pk, "role": role} if self.roles else pk

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        ids = data.getlist(self.name) if hasattr(data, "getlist") else data.get(self.name)
        if not self.roles or not isinstance(ids, list):
            return ids or None
        return [{"id": pk, "role": data.get(f"{self.name}-role-{pk}", "")} if pk else "" for pk in ids] or None

    def text(self, value: Any, reader: Reader) -> str:
        return ", ".join(
            f"{ref.title} ({item['role']})" if self.roles and item["role"] and ref.visible else ref.title
            for item, ref in self.refs(value, reader)
        )

    def export(self, record: Any, reader: Reader) -> Any:
        return "; ".join(ref.title for _item, ref in self.refs(self.value(record), reader) if ref.visible) or None

    def any_of(self, values: list[Any]) -> Q:
        return self.linked([(self.target, pk) for pk in values])

    def value_by_name(self, text: str, reader: Reader) -> Any:
        """The visible records of these titles, between semicolons, for import. Raises `ValidationError`."""
        names = [part.strip() for part in text.split(";") if part.strip()]
        return [self.item(super(LinksField, self).value_by_name(name, reader)) for name in names]

    def schema(self) -> dict[str, Any]:
        item: dict[str, Any] = ID_SCHEMA
        if self.roles:
            role = {"type": "string", "maxLength": LONGEST_ROLE}
            properties = {"id": ID_SCHEMA, "role": role}
            item = {"type": "object", "properties": properties, "required": ["id"], "additionalProperties": False}
        return {"type": "array", "maxItems": MOST, "items": item}


@register_kind(columns.About)
class AboutField(_Linked):
    """Several records of any entity: `{"entity", "id"}`; in a form or an address `company:7`."""

    kind = "about"
    operators = ("", "empty")
    compact = False

    def target_of(self, item: Any) -> tuple[Entity, int] | None:
        from vizavi.core.entity import registry

        entity = registry.get(item["entity"])
        return (entity, item["id"]) if entity else None

    def item(self, raw: Any) -> Any:
        from vizavi.core.entity import registry

        if isinstance(raw, str):
            name, _colon, pk = raw.strip().partition(":")
            raw = {"entity": name, "id": pk}
        if not isinstance(raw, Mapping) or set(raw) != {"entity", "id"}:
            raise ValidationError(_("Each item has an entity and an id."), code="type")
        entity = registry.get(str(raw["entity"]))
        if entity is None or not entity.has_owner:
            raise ValidationError(_("There are no records called “%(name)s”.") % {"name": str(raw["entity"])[:40]})
        return {"entity": entity.name, "id": parse_id(raw["id"])}

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        found = data.getlist(self.name) if hasattr(data, "getlist") else data.get(self.name)
        return found or None

    def filter_value(self, raw: str, reader: Reader) -> Any:
        target = self.target_of(self.item(raw))
        return target if target and reader.ref(*target).visible else None

    def any_of(self, values: list[Any]) -> Q:
        return self.linked([target for target in values if target])

    def schema(self) -> dict[str, Any]:
        properties = {"entity": {"type": "string"}, "id": ID_SCHEMA}
        item = {"type": "object", "properties": properties, "required": ["entity", "id"], "additionalProperties": False}
        return {"type": "array", "maxItems": MOST, "items": item}
