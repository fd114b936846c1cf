"""Numbers, sums of money and currencies."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext as _

from vizavi.core import columns
from vizavi.core.fields.base import Field, register_kind
from vizavi.core.firm import firm
from vizavi.ui import formats

if TYPE_CHECKING:
    from vizavi.core.reading import Reader
    from vizavi.core.records import Journaled

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']+")


def read_number(raw: Any) -> Decimal:
    """A number as people write it: `1 250 000,50`, `1250000.5`, `1,250,000.50`, `-3`, with or without a currency sign.

    `1,250` is one and a quarter in Russian, twelve hundred and fifty in English: a single comma followed by exactly three
    digits is what the current language makes of it. Raises `ValidationError`.
    """
    wrong = ValidationError(_("Enter a number."), code="number")
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise wrong
    text = _SPACES.sub("", str(raw)).replace("\u2212", "-").strip("₽$€£")
    text = re.sub(r"(?i)(руб\.?|р\.|rub|usd|eur)$", "", text)
    if "," in text and "." in text:
        text = text.replace("." if text.rfind(",") > text.rfind(".") else ",", "")
    grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text)
    if text.count(",") > 1 and not grouped:
        raise wrong
    if grouped and (text.count(",") > 1 or formats.decimal_mark() == "."):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", text):
        raise wrong
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise wrong from None
    if not number.is_finite():
        raise wrong
    return number


@register_kind(models.DecimalField)
class NumberField(Field):
    """A decimal number."""

    kind = "number"
    cast: ClassVar[str] = "number"
    operators = ("", "not", "gte", "lte", "empty")
    numeric = True

    def to_python(self, raw: Any) -> Decimal:
        places, digits = self.column.decimal_places, self.column.max_digits
        number = read_number(raw)
        # Before quantize, which would build a number of any length that an exponent asks for.
        if number and number.adjusted() >= digits - places:
            raise ValidationError(_("This number is too large."), code="number")
        return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)

    def to_json(self, value: Any) -> Any:
        return None if value is None else str(value)

    def from_json(self, value: Any) -> Any:
        return None if value is None else Decimal(value)

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else formats.number(value)

    def form_value(self, value: Any, reader: Reader) -> Any:
        if value is None:
            return ""
        plain = format(Decimal(value), "f")
        whole, _point, part = plain.partition(".")
        plain = plain if part.strip("0") else whole
        return plain.replace(".", formats.decimal_mark())

    def export(self, record: Journaled, reader: Reader) -> Any:
        return self.value(record)

    def search_text(self, value: Any) -> str:
        return ""

    def schema(self) -> dict[str, Any]:
        whole = self.column.max_digits - self.column.decimal_places
        return {"type": "string", "pattern": rf"^-?\d{{1,{whole}}}(\.\d{{1,{self.column.decimal_places}}})?$"}


@register_kind(models.IntegerField)
class IntegerField(NumberField):
    """A whole number within the bounds of its column."""

    kind = "integer"
    cast = "integer"

    def bounds(self) -> tuple[int, int]:
        low, high = -(2**31), 2**31 - 1
        if isinstance(self.column, models.PositiveIntegerField | models.PositiveSmallIntegerField):
            low = 0
        if isinstance(self.column, models.PositiveSmallIntegerField | models.SmallIntegerField):
            high = 32767
        return low, high

    def to_python(self, raw: Any) -> int:  # type: ignore[override]
        number = read_number(raw)
        low, high = self.bounds()
        if number and number.adjusted() > 12:
            raise ValidationError(_("This number is too large."), code="number")
        if number != number.to_integral_value():
            raise ValidationError(_("Enter a whole number."), code="number")
        if not low <= number <= high:
            raise ValidationError(
                _("Enter a number from %(low)s to %(high)s.") % {"low": low, "high": high}, code="number"
            )
        return int(number)

    def validate(self, value: Any) -> None:
        pass

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        low, high = self.bounds()
        return {"type": "integer", "minimum": low, "maximum": high}


@register_kind(columns.Money)
class MoneyField(NumberField):
    """A sum; its currency is another field of the same record. It filters and sorts by the sum alone."""

    kind = "money"

    @property
    def currency_name(self) -> str:
        return self.column.currency

    def currency_of(self, record: Journaled) -> str:
        found = self.entity.fields.get(self.currency_name)
        return (found.value(record) if found else "") or firm().base_currency

    @property
    def base(self) -> Any:
        """The expression of its value in the base currency, NULL while no rate is known (see `core.firm.in_base`)."""
        if not self.custom:
            return F(f"{self.name}_base")
        currency = self.entity.fields[self.currency_name].store.path
        in_base = Q(**{f"{currency}__isnull": True}) | Q(**{currency: firm().base_currency})
        return Case(When(in_base, then=F(self.store.path)))

    def cell(self, record: Journaled, reader: Reader) -> str:
        value = self.value(record)
        return "" if value is None else formats.money(value, self.currency_of(record))


#: The currencies that are offered; any other three-letter code is refused until the firm's list can be changed.
CURRENCIES = (
    "RUB", "USD", "EUR", "CNY", "KZT", "BYN", "UZS", "KGS", "AMD", "GEL", "AZN", "TRY", "AED", "GBP", "INR", "JPY",
)  # fmt: skip


@register_kind(columns.Currency)
class CurrencyField(Field):
    """An ISO 4217 code out of the offered ones; nothing means the base currency."""

    kind = "currency"
    operators = ("", "not", "empty")

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(code, code) for code in CURRENCIES]

    def to_python(self, raw: Any) -> str:
        code = {"₽": "RUB", "РУБ": "RUB", "РУБ.": "RUB", "$": "USD", "€": "EUR"}.get(
            str(raw).strip().upper(), str(raw).strip().upper()
        )
        if code not in CURRENCIES:
            raise ValidationError(_("Unknown currency: %(code)s.") % {"code": str(raw)[:20]})
        return code

    def blank(self) -> Any:
        return ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(CURRENCIES)}
