"""Closed lists: one of them, several of them, yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from vizavi.core import columns
from vizavi.core.fields.base import Field, per_language, register_kind
from vizavi.core.fold import fold

if TYPE_CHECKING:
    from vizavi.core.reading import Reader

_SEPARATORS = ";\n"


class _Options(Field):
    """What one and several have in common: keys are data for ever, labels are words of the interface."""

    @per_language
    def options(self) -> list[tuple[str, str]]:
        """Keys and labels that are offered, in the order of the list."""
        archived = getattr(self.column, "archived", ())
        return [(key, label) for key, label in self.known if key not in archived]

    @per_language
    def known(self) -> list[tuple[str, str]]:
        """All keys that a record may hold; more than the options where some are no longer offered."""
        return [(str(key), str(label)) for key, label in self.column.choices or ()]

    def offered(self, value: Any) -> list[tuple[str, str]]:
        """The options, and what the record holds already, so that an editor does not lose it."""
        held = set(value if isinstance(value, list | tuple) else [value])
        return [pair for pair in self.known if pair in self.options or pair[0] in held]

    def label_of(self, key: Any) -> str:
        return dict(self.known).get(str(key), str(key))

    def tone_of(self, key: Any) -> str:
        """The tone of a chip: as the model says in `tones`, or by the place in the list."""
        tones = getattr(self.column, "tones", None) or getattr(self.entity.model, "tones", {}).get(self.name, {})
        names = ("blue", "teal", "violet", "amber", "green", "pink", "cyan", "orange", "lime", "red")
        keys = [k for k, _label in self.known]
        return tones.get(key) or (names[keys.index(key) % len(names)] if key in keys else "slate")

    @per_language
    def meanings(self) -> dict[str, str]:
        """The key by every folded name that means it: those of the current language before those of the others."""
        found: dict[str, str] = {}
        for language in (get_language() or "en", "ru", "en"):
            with override(language):
                for key, label in self.known:
                    found.setdefault(fold(key), key)
                    found.setdefault(fold(label), key)
        return found

    def key(self, raw: Any) -> str:
        """The key that was meant: a key, or a label in Russian or English. Raises `ValidationError`."""
        key = self.meanings.get(fold(str(raw))) if isinstance(raw, str | int) and not isinstance(raw, bool) else None
        if key is None:
            raise ValidationError(_("“%(value)s” is not one of the choices.") % {"value": str(raw)[:60]}, code="choice")
        return key


class ChoiceField(_Options):
    """One key out of a closed list."""

    kind = "choice"
    operators = ("", "not", "empty")

    def to_python(self, raw: Any) -> str:
        return self.key(raw)

    def validate(self, value: Any) -> None:
        pass

    def blank(self) -> Any:
        return None if self.column.null else ""

    def text(self, value: Any, reader: Reader) -> str:
        return self.label_of(value) if value else ""

    def form_value(self, value: Any, reader: Reader) -> Any:
        return value or ""

    def search_text(self, value: Any) -> str:
        return ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [key for key, _label in self.known]}


@register_kind(columns.Choices)
class ChoicesField(_Options):
    """Several keys out of a closed list, without repetition, in the order of the list."""

    kind = "choices"
    cast = "json"
    operators = ("", "not", "empty")
    sortable = False
    many = True

    @per_language
    def known(self) -> list[tuple[str, str]]:
        found = self.column.options
        return [(str(key), str(label)) for key, label in (found() if callable(found) else found)]

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        return data.getlist(self.name) if hasattr(data, "getlist") else data.get(self.name)

    def parse(self, raw: Any) -> Any:
        # The empty check box that a form sends so that "none" can be told from "not asked".
        return super().parse([r for r in raw if r != ""] if isinstance(raw, list | tuple) else raw)

    def to_python(self, raw: Any) -> list[str]:
        if isinstance(raw, str):
            for mark in _SEPARATORS:
                raw = raw.replace(mark, ",")
            raw = [part.strip() for part in raw.split(",") if part.strip()]
        if not isinstance(raw, list | tuple):
            raise ValidationError(_("Enter a list."), code="type")
        chosen = {self.key(item) for item in raw}
        return [key for key, _label in self.known if key in chosen]

    def validate(self, value: Any) -> None:
        pass

    def blank(self) -> Any:
        return []

    def text(self, value: Any, reader: Reader) -> str:
        return ", ".join(self.label_of(key) for key in value or ())

    def form_value(self, value: Any, reader: Reader) -> Any:
        return list(value or ())

    def search_text(self, value: Any) -> str:
        return ""

    def filter_value(self, raw: str, reader: Reader) -> Any:
        return self.key(raw)

    def any_of(self, values: list[Any]) -> Q:
        return Q(**{f"{self.lookup}__has_any": values})

    def schema(self) -> dict[str, Any]:
        known = [key for key, _label in self.known]
        return {"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": known}}


@register_kind(models.BooleanField)
class YesNoField(Field):
    """Yes or no; a nullable column also knows "not said"."""

    kind = "yesno"
    cast = "boolean"
    operators: ClassVar[tuple[str, ...]] = ("",)
    WORDS = {
        "true": True, "1": True, "yes": True, "on": True, "y": True, "да": True, "д": True, "+": True, "истина": True,
        "false": False, "0": False, "no": False, "off": False, "n": False,
        "нет": False, "н": False, "-": False, "ложь": False,
    }  # fmt: skip

    def __init__(self, entity: Any, column: models.Field):
        super().__init__(entity, column)
        self.required = False
        if column.null:
            self.operators = ("", "not", "empty")  # type: ignore[misc]
        if column.null:
            self.operators = ("", "empty")  # type: ignore[misc]

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        # A check box that is off sends nothing; the form sends an empty twin before it, so the last one counts.
        values = data.getlist(self.name) if hasattr(data, "getlist") else [data[self.name]] if self.name in data else []
        if not values:
            return None
        return values[-1] if values[-1] != "" or self.column.null else False

    def to_python(self, raw: Any) -> bool:
        if isinstance(raw, bool):
            return raw
        word = str(raw).strip().lower()
        if word not in self.WORDS:
            raise ValidationError(_("Enter yes or no."), code="yesno")
        return self.WORDS[word]

    def blank(self) -> Any:
        return None if self.column.null else False

    def is_empty(self, value: Any) -> bool:
        return value is None

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else pgettext("answer", "Yes") if value else pgettext("answer", "No")

    def form_value(self, value: Any, reader: Reader) -> Any:
        return "" if value is None else "true" if value else "false"

    def search_text(self, value: Any) -> str:
        return ""

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}
