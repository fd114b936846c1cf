"""Telephone numbers and e-mail addresses: several per record, each with a kind, found in any spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from vizavi.core import columns
from vizavi.core.fields.base import Field, clean_text, register_kind
from vizavi.core.firm import firm

if TYPE_CHECKING:
    from vizavi.core.reading import Reader

MOST = 20
_SPLIT = re.compile(r"[;\n]|,(?=\s*[+(\d])")


class ReachField(Field):
    """A list of `{"kind", "value"}`; the derived `ReachKey` rows answer "whose is this?"."""

    operators: ClassVar[tuple[str, ...]] = ("", "contains", "empty")
    cast = "json"
    sortable = False
    many = True
    compact = False
    KINDS: tuple[tuple[str, Any], ...] = ()
    LONGEST = 200
    #: Who has the same is perhaps the same: the kind of the keys that are kept (`search.keys`), `""` for none.
    likeness: ClassVar[str] = "phone"

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(key, str(label)) for key, label in self.KINDS]

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        numbers = sorted({int(m[1]) for key in data if (m := re.fullmatch(rf"{self.name}-(\d{{1,3}})-value", key))})
        if not numbers:
            return data.get(self.name)
        return [
            {"kind": data.get(f"{self.name}-{n}-kind", ""), "value": data[f"{self.name}-{n}-value"]}
            for n in numbers
            if data[f"{self.name}-{n}-value"].strip()
        ]

    def to_python(self, raw: Any) -> list[dict[str, str]]:
        if isinstance(raw, str | int):
            raw = [part for part in _SPLIT.split(str(raw)) if part.strip()]
        if not isinstance(raw, list | tuple) or len(raw) > MOST:
            raise ValidationError(_("Enter a list of at most %(most)s.") % {"most": MOST}, code="type")
        found: list[dict[str, str]] = []
        for item in raw:
            item = item if isinstance(item, Mapping) else {"value": item}
            if set(item) - {"kind", "value", "e164"}:
                raise ValidationError(_("Each item has a kind and a value."), code="type")
            value = " ".join(clean_text(item.get("value", "")).split())
            if not value:
                continue
            kind = item.get("kind") or self.KINDS[0][0]
            if kind not in dict(self.KINDS):
                raise ValidationError(
                    _("“%(value)s” is not one of the choices.") % {"value": str(kind)[:60]}, code="choice"
                )
            entry = self.item(kind, value)
            if self.key_of(entry) not in [self.key_of(other) for other in found]:
                found.append(entry)
        return found

    def validate(self, value: Any) -> None:
        if not value and self.required:
            raise ValidationError(_("This field is required."), code="required")

    def item(self, kind: str, value: str) -> dict[str, str]:
        raise NotImplementedError

    def key_of(self, item: dict[str, str]) -> str:
        """What two spellings of the same number or address have in common."""
        raise NotImplementedError

    def shown(self, item: dict[str, str]) -> str:
        return item["value"]

    def href(self, item: dict[str, str]) -> str:
        """Where a click leads; `""` where nowhere."""
        return ""

    def blank(self) -> Any:
        return []

    def to_json(self, value: Any) -> Any:
        return [{"kind": item["kind"], "value": item["value"]} for item in value or ()]

    def from_json(self, value: Any) -> Any:
        return self.to_python(value or [])

    def text(self, value: Any, reader: Reader) -> str:
        return ", ".join(self.shown(item) for item in value or ())

    def form_value(self, value: Any, reader: Reader) -> Any:
        return [{"kind": item["kind"], "value": self.shown(item)} for item in value or ()]

    def search_text(self, value: Any) -> str:
        return " ".join(item["value"] for item in value or ())

    def keys_with(self, **conditions: Any) -> Q:
        from vizavi.core.models import ReachKey

        rows = ReachKey.objects.filter(entity=self.entity.name, field=self.name, record_id=OuterRef("pk"), **conditions)
        return Q(Exists(rows))

    def any_of(self, values: list[Any]) -> Q:
        return self.keys_with(key__in=values)

    def schema(self) -> dict[str, Any]:
        kind = {"type": "string", "enum": [key for key, _label in self.KINDS]}
        value = {"type": "string", "minLength": 1, "maxLength": self.LONGEST}
        item = {"type": "object", "properties": {"kind": kind, "value": value}, "required": ["value"]}
        return {"type": "array", "maxItems": MOST, "items": {**item, "additionalProperties": False}}


_TRUNK = re.compile(r"^\s*8\s*(?=\+?7[\s(]*\d{3})")


def e164(text: str) -> str:
    """A number in E.164 (ITU-T E.164), read as dialled in the firm's country; `""` where it cannot be one."""
    return _e164(text, firm().phone_country)


# An import reads a number as a cell, as a value and as a key; pages show the same numbers again and again.
@lru_cache(maxsize=4096)
def _e164(text: str, country: str) -> str:
    # 8 is the trunk prefix of Russia and Kazakhstan: phonenumbers knows it, but not before a country code.
    if _TRUNK.match(text) and len(re.sub(r"\D", "", text)) == 12:
        text = _TRUNK.sub("+", text)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def _international(number: str, typed: str, country: str) -> tuple[str, str]:
    """A number in E.164 as it is shown, and the extension that was typed with it."""
    text = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    try:
        return text, phonenumbers.parse(typed, country).extension or ""
    except phonenumbers.NumberParseException:
        return text, ""


@register_kind(columns.Phones)
class PhonesField(ReachField):
    """Telephone numbers, as typed and (where they can be dialled from anywhere) in E.164."""

    kind = "phones"
    KINDS = (
        ("work", pgettext_lazy("phone", "work")), ("mobile", pgettext_lazy("phone", "mobile")),
        ("home", pgettext_lazy("phone", "home")), ("fax", pgettext_lazy("phone", "fax")),
        ("other", pgettext_lazy("phone", "other")),
    )  # fmt: skip

    def item(self, kind: str, value: str) -> dict[str, str]:
        digits = re.sub(r"\D", "", value)
        if len(digits) < 5:
            raise ValidationError(_("The number %(value)s is too short.") % {"value": value[:40]}, code="phone")
        if len(digits) > 25 or len(value) > 60:
            raise ValidationError(_("The number %(value)s is too long.") % {"value": value[:40]}, code="phone")
        return {"kind": kind, "value": value, "e164": e164(value)}

    def key_of(self, item: dict[str, str]) -> str:
        return item.get("e164") or re.sub(r"\D", "", item["value"])

    def shown(self, item: dict[str, str]) -> str:
        if not item.get("e164"):
            return item["value"]
        text, extension = _international(item["e164"], item["value"], firm().phone_country)
        return _("%(phone)s ext. %(extension)s") % {"phone": text, "extension": extension} if extension else text

    def href(self, item: dict[str, str]) -> str:
        return f"tel:{item['e164'] or item['value']}"

    def filter_value(self, raw: str, reader: Reader) -> Any:
        return e164(raw) or re.sub(r"\D", "", raw)

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator == "contains":
            digits = re.sub(r"\D", "", "".join(raws))
            return self.keys_with(key__contains=digits) if digits else Q(pk__in=[])
        return super().condition(operator, raws, reader)


@register_kind(columns.Emails)
class EmailsField(ReachField):
    """E-mail addresses, in lower case."""

    kind = "emails"
    likeness = "email"
    KINDS = (
        ("work", pgettext_lazy("e-mail", "work")), ("personal", pgettext_lazy("e-mail", "personal")),
        ("other", pgettext_lazy("e-mail", "other")),
    )  # fmt: skip

    def to_python(self, raw: Any) -> list[dict[str, str]]:
        return super().to_python([p for p in re.split(r"[;,\s]+", raw) if p] if isinstance(raw, str) else raw)

    def item(self, kind: str, value: str) -> dict[str, str]:
        address = value.lower()
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(
                _("%(value)s is not an e-mail address.") % {"value": value[:80]}, code="email"
            ) from None
        if len(address) > 254:
            raise ValidationError(_("%(value)s is not an e-mail address.") % {"value": value[:80]}, code="email")
        return {"kind": kind, "value": address}

    def key_of(self, item: dict[str, str]) -> str:
        return item["value"]

    def href(self, item: dict[str, str]) -> str:
        return f"mailto:{item['value']}"

    def filter_value(self, raw: str, reader: Reader) -> Any:
        return raw.strip().lower()

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator == "contains":
            return self.keys_with(key__contains=",".join(raws).strip().lower())
        return super().condition(operator, raws, reader)
