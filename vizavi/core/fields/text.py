"""Text in its forms: a line, many lines, an e-mail, a web address, a postal address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from vizavi.core import columns
from vizavi.core.fields.base import Field, clean_text, register_kind
from vizavi.core.fold import fold, sort_key

if TYPE_CHECKING:
    from vizavi.core.reading import Reader


@register_kind(models.CharField, columns.Text)
class TextField(Field):
    """One line of text."""

    kind = "text"
    operators: ClassVar[tuple[str, ...]] = ("", "not", "contains", "starts", "empty")
    folded = True

    @property
    def keyed(self) -> bool:
        """A folded key stands beside the value: comparison then ignores case and ё."""
        return bool(self.store.key_path)

    def to_python(self, raw: Any) -> Any:
        text = " ".join(clean_text(raw).split())
        if not text and self.required:
            raise ValidationError(_("This field is required."), code="required")
        return text

    def validate(self, value: Any) -> None:
        limit = self.column.max_length
        if limit and len(value) > limit:
            raise ValidationError(
                _("At most %(limit)s characters, this has %(length)s.") % {"limit": limit, "length": len(value)}
            )
        for check in self.column.validators:
            check(value)

    def blank(self) -> Any:
        return None if self.column.null else ""

    def schema(self) -> dict[str, Any]:
        limit = self.column.max_length
        return {"type": "string", **({"maxLength": limit} if limit else {})}

    @property
    def lookup(self) -> str:
        return self.store.key_path or self.store.path

    def filter_text(self, raw: str) -> str:
        """The text that a filter means, in the spelling in which it is stored."""
        return clean_text(raw)

    def filter_value(self, raw: str, reader: Reader | None = None) -> Any:
        return (sort_key(self.filter_text(raw)) or "") if self.keyed else self.filter_text(raw)

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator in ("contains", "starts"):
            # It takes one phrase: a comma in it is a comma.
            value = fold(",".join(raws)) if self.keyed else clean_text(",".join(raws))
            lookup = "startswith" if operator == "starts" else operator
            return Q(**{f"{self.lookup}__{lookup if self.keyed else f'i{lookup}'}": value})
        return super().condition(operator, raws, reader)

    def empty_condition(self) -> Q:
        return Q(**{f"{self.lookup}__isnull": True}) if self.keyed else super().empty_condition()


@register_kind(models.TextField, columns.LongText)
class LongTextField(TextField):
    """Several lines of text; line ends are kept."""

    kind = "longtext"
    sortable = False
    compact = False
    operators: ClassVar[tuple[str, ...]] = ("contains", "empty")

    def to_python(self, raw: Any) -> Any:
        text = clean_text(raw)
        if len(text) > 100_000:
            raise ValidationError(
                _("At most %(limit)s characters, this has %(length)s.") % {"limit": 100_000, "length": len(text)}
            )
        return text


@register_kind(models.EmailField)
class EmailField(TextField):
    """One e-mail address, in lower case."""

    kind = "email"

    def to_python(self, raw: Any) -> Any:
        text = clean_text(raw).lower()
        try:
            validate_email(text)
        except ValidationError:
            raise ValidationError(_("This is not an e-mail address.")) from None
        return text

    def filter_text(self, raw: str) -> str:
        return clean_text(raw).lower()

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), "format": "email"}


@register_kind(models.URLField)
class UrlField(TextField):
    """A web address; `https://` is added where the scheme is missing."""

    kind = "url"

    def to_python(self, raw: Any) -> Any:
        text = clean_text(raw)
        if "://" not in text:
            text = f"https://{text}"
        try:
            URLValidator(schemes=["http", "https"])(text)
        except ValidationError:
            raise ValidationError(_("This is not a web address.")) from None
        return text

    def filter_text(self, raw: str) -> str:
        text = clean_text(raw)
        return text if "://" in text else f"https://{text}"


@register_kind(columns.Address)
class AddressField(TextField):
    """A postal address of five optional parts; a plain string is taken as the line."""

    kind = "address"
    operators: ClassVar[tuple[str, ...]] = ("contains", "empty")
    compact = False

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        if f"{self.name}-line" not in data:
            return data.get(self.name)
        return {part: data.get(f"{self.name}-{part}", "") for part in columns.Address.PARTS}

    def to_python(self, raw: Any) -> Any:
        if isinstance(raw, str):
            raw = {"line": raw}
        if not isinstance(raw, Mapping):
            raise ValidationError(_("Enter an address."), code="type")
        unknown = set(raw) - set(columns.Address.PARTS)
        if unknown:
            raise ValidationError(
                _("Unknown parts of an address: %(names)s.") % {"names": ", ".join(sorted(map(str, unknown)))}
            )
        parts = {p: " ".join(clean_text(raw[p]).split()) for p in columns.Address.PARTS if raw.get(p) not in (None, "")}
        return {p: text for p, text in parts.items() if text}

    def validate(self, value: Any) -> None:
        for text in value.values():
            if len(text) > 500:
                raise ValidationError(
                    _("At most %(limit)s characters, this has %(length)s.") % {"limit": 500, "length": len(text)}
                )
        if not value and self.required:
            raise ValidationError(_("This field is required."), code="required")

    def blank(self) -> Any:
        return {}

    def text(self, value: Any, reader: Reader) -> str:
        return columns.Address.text_of(value)

    def form_value(self, value: Any, reader: Reader) -> Any:
        return dict(value or {})

    def search_text(self, value: Any) -> str:
        return columns.Address.text_of(value)

    def schema(self) -> dict[str, Any]:
        parts = {part: {"type": "string", "maxLength": 500} for part in columns.Address.PARTS}
        return {"type": "object", "properties": parts, "additionalProperties": False}
