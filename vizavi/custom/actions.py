"""What the administrator does with fields: each act one operation, with its way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.fold import slug
from vizavi.core.journal import Op, operation
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.custom.definitions import fields_of, keys_of
from vizavi.custom.layouts import Arrangement
from vizavi.custom.models import CustomField, Layout
from vizavi.custom.shapes import arrangement


def lay_out(found: Arrangement, by: Any) -> Operation | None:
    """Keep this layout; None when it is the one that is kept already. Raises `Refused`."""
    actions.permit(by, door.CHANGE, registry["layout"])
    with operation("layout.edit", by=by, title=found.entity.label_plural) as op:
        _keep(op, found.entity, found.data())
    return op.row if op.done else None


def standard(entity: Entity, by: Any) -> Operation | None:
    """Back to the declared layout; custom fields stay. Raises `Refused`."""
    actions.permit(by, door.CHANGE, registry["layout"])
    with operation("layout.standard", by=by, title=entity.label_plural) as op:
        _keep(op, entity, {})
    return op.row if op.done else None


def _keep(op: Op, entity: Entity, data: dict[str, Any]) -> None:
    pk = Layout.objects.filter(entity_name=entity.name).values_list("pk", flat=True).first()
    if pk is None:
        if data:
            op.create([Layout(entity_name=entity.name, data=data)])
        return
    row = op.lock(Layout, [pk])[pk]
    op.restore([row])  # the undo of its creation has put it into the bin
    op.update(row, {"data": data})


def add_field(
    entity: Entity, data: Mapping[str, Any], by: Any, *, section: int | None = None
) -> tuple[CustomField, Operation]:
    """Define a field of this entity and put it at the end of a section: one operation.

    Without a key it gets one made of its label. Raises `Refused`, `Invalid`.
    """
    own = registry["customfield"]
    actions.permit(by, door.CREATE, own)
    label, kind = str(data.get("label") or ""), str(data.get("kind") or "")
    key = data.get("key") or free_key(entity, label, kind)
    values = actions.prepare(own, {**data, "entity_name": entity.name, "key": key}, Reader(by))
    definition: Any = actions.build(own, values, by)
    actions.check(own, definition)
    with operation("customfield.create", by=by) as op:
        op.create([definition])
        if section is not None:
            found = arrangement(entity)
            fields = {**found.fields, **{f.name: f for f in fields_of(definition, entity)}}
            found = Arrangement(entity, fields, found.data())
            for f in fields_of(definition, entity):
                found.put(f.name, min(section, len(found.parts) - 1))
            _keep(op, entity, found.data())
    return definition, op.row


def free_key(entity: Entity, label: str, kind: str) -> str:
    """A key made of a label that no field of the entity has had yet."""
    taken = {k for d in CustomField.objects.filter(entity_name=entity.name) for k in keys_of(d)}
    base = (slug(label) or kind or "field")[:26].strip("_")
    base = base if base[:1].isalpha() else f"f_{base}"[:26].strip("_")
    for number in range(1, len(taken) + 2):
        key = base if number == 1 else f"{base}_{number}"
        if not taken & set(keys_of(CustomField(key=key, kind=kind))):
            return key
    raise AssertionError("there are more keys than definitions")
