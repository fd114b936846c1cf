"""Structures that have a page of their own: choices of a field, a layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vizavi.core import columns
from vizavi.core.fields.base import Field, register_kind

if TYPE_CHECKING:
    from vizavi.core.reading import Reader


@register_kind(columns.Json)
class JsonField(Field):
    """A list or an object; what it may hold, the column's validators say."""

    kind = "json"
    operators = ()
    sortable = False
    compact = False

    def to_python(self, raw: Any) -> Any:
        try:
            value = json.loads(raw) if isinstance(raw, str) else raw
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, type(self.blank())):
            raise ValidationError(_("This is not the JSON that belongs here."), code="json")
        return value

    def text(self, value: Any, reader: Reader) -> str:
        if isinstance(value, list):
            return ", ".join(str(item.get("label", "")) for item in value if isinstance(item, dict))
        return "…" if value else ""

    def search_text(self, value: Any) -> str:
        return ""

    def schema(self) -> dict[str, Any]:
        is_list = isinstance(self.blank(), list)
        return {"type": "array", "items": {"type": "object"}} if is_list else {"type": "object"}
