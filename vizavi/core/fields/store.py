"""Where the value of a field stands: in a column of its own, or under a key of the record's `custom`.

Everything else about a field is the business of its kind, which does not know which of the two it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from vizavi.core.dialect import COMPARED, narrowed
from vizavi.core.records import unrestricted

if TYPE_CHECKING:
    from vizavi.core.fields.base import Field
    from vizavi.core.records import Journaled


class ColumnStore:
    """A column of the table, with or without a folded key in a second one."""

    def __init__(self, field: Field):
        self.model: type[models.Model] = field.entity.model
        column = field.column
        #: The column that is written.
        self.column: str = column.name
        #: What look-ups call it, and its folded key (`""`: there is none).
        self.path: str = column.attname
        self.key_path = f"{column.name}_key" if has_column(self.model, f"{column.name}_key") else ""
        #: Whether nothing is stored as NULL, and not as an empty text or list.
        self.nullable: bool = column.null

    def read(self, record: Journaled) -> Any:
        return getattr(record, self.path)

    def write(self, record: Journaled, value: Any) -> None:
        setattr(record, self.path, value)

    def compared(self, record: Journaled, path: str) -> Any:
        """What the database compares under this path, out of a record that was read."""
        return getattr(record, path)

    def compared_as(self, path: str) -> models.Field:
        """The model field that knows the values under this path."""
        return self.model._meta.get_field(path)  # type: ignore[return-value]

    def narrowed(self, found: Q) -> Q:
        """A condition on this value as the database answers it best."""
        return found

    def indexed(self, path: str) -> bool:
        """Whether an index begins with this path."""
        column: Any = self.compared_as(path)
        by_index = any(i.fields and i.fields[0].lstrip("-") == column.name for i in self.model._meta.indexes)
        return column.db_index or column.unique or by_index


class CustomStore:
    """A key of the JSON column `custom`; folded keys of texts stand under the same key of `custom_keys`.

    What is JSON already is kept as it is, everything else in its canonical form; nothing is kept for nothing.
    """

    column = "custom"
    nullable = True

    def __init__(self, field: Field, key: str, *, indexed: bool):
        self.field, self.key, self._indexed = field, key, indexed
        self.plain = isinstance(field.column, models.JSONField)
        self.path = f"custom__{field.cast}_{key}"
        self.key_path = f"custom_keys__text_{key}" if field.folded else ""

    def read(self, record: Journaled) -> Any:
        kept = record.custom.get(self.key)  # type: ignore[attr-defined]
        return self.field.blank() if kept is None else kept if self.plain else self.field.from_json(kept)

    def write(self, record: Any, value: Any) -> None:
        # A new dict each time: a copy of a record in memory may share the old one.
        kept = {k: v for k, v in record.custom.items() if k != self.key}
        if not self.field.is_empty(value):
            kept[self.key] = value if self.plain else self.field.to_json(value)
        record.custom = kept

    def compared(self, record: Any, path: str) -> Any:
        kept = (record.custom if path == self.path else record.custom_keys).get(self.key)
        return None if kept is None else self.compared_as(path).to_python(kept)

    def compared_as(self, path: str) -> models.Field:
        return COMPARED["text" if path == self.key_path else self.field.cast]

    def narrowed(self, found: Q) -> Q:
        with unrestricted("only which rows a condition leaves, the door comes after"):
            rows = self.field.entity.model.objects.filter(found)
            # Always true of a text, and it lets SQLite look "contains" up in the index.
            rows = rows.filter(**{f"{self.key_path}__gte": ""}) if self.key_path else rows
            return narrowed(rows, found) if self._indexed else found

    def indexed(self, path: str) -> bool:
        return self._indexed


def has_column(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
