"""Dates and moments. Moments are stored in UTC and read in the time zone that is current for the reader."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from vizavi.core import periods
from vizavi.core.fields.base import Field, register_kind
from vizavi.ui import formats

if TYPE_CHECKING:
    from vizavi.core.reading import Reader
    from vizavi.core.records import Journaled

_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")


def read_date(raw: Any, today: date | None = None) -> date:
    """A date as people write it: `2026-11-24`, `24.11.2026`, `24.11.26`, `24.11`, `+3`, a year alone (its first day),
    and the words for near days.

    Two numbers with a slash are day/month, as in Russia; a file with month/day says so in its mapping.
    Raises `ValidationError`.
    """
    wrong = ValidationError(_("Enter a date, for example 24.11.2026."), code="date")
    today = today or timezone.localdate()
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = str(raw).strip().lower()
    words = {"today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "yesterday": -1, "вчера": -1}
    if text in words:
        return today + timedelta(days=words[text])
    if re.fullmatch(r"[+-]\d{1,4}", text):
        return today + timedelta(days=int(text))
    try:
        if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}([t ]00:00(:00)?)?", text):
            return date(*map(int, re.split(r"[-t ]", text)[:3]))
        if re.fullmatch(r"(1[5-9]|20|21)\d\d", text):  # a founding year, as many files give it
            return date(int(text), 1, 1)
        if match := _DOTTED.fullmatch(text):
            day, month, year = match.groups()
            whole = today.year if year is None else int(year) + (2000 if len(year) == 2 else 0)
            if year is not None and len(year) == 2 and whole > today.year + 20:
                whole -= 100
            return date(whole, int(month), int(day))
    except ValueError:
        raise ValidationError(_("There is no such day: %(text)s.") % {"text": text[:30]}, code="date") from None
    raise wrong


@register_kind(models.DateField)
class DateField(Field):
    """A calendar day, without a time zone."""

    kind = "date"
    cast: ClassVar[str] = "date"
    operators = ("", "not", "gte", "lte", "empty")

    def to_python(self, raw: Any) -> Any:
        if isinstance(raw, bool | int | float | list | dict):
            raise ValidationError(_("Enter a date, for example 24.11.2026."), code="date")
        return read_date(raw)

    def validate(self, value: Any) -> None:
        if value.year < 1000:
            raise ValidationError(_("Enter a date, for example 24.11.2026."), code="date")

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def from_json(self, value: Any) -> Any:
        return None if value is None else date.fromisoformat(value)

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else formats.date(value)

    def form_value(self, value: Any, reader: Reader) -> Any:
        return "" if value is None else value.isoformat()

    def export(self, record: Journaled, reader: Reader) -> Any:
        return self.value(record)

    def search_text(self, value: Any) -> str:
        return ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    @property
    def group_by(self) -> Any:
        # A custom date is stored as text, which has no months.
        return Cast(super().group_by, type(self.column)()) if self.custom else super().group_by

    # A filter value is a day or the name of a period; "any of" means "within any of these".

    def span(self, raw: str, reader: Reader) -> tuple[date, date]:
        """First and last day that the words mean: a day, the name of a period, or `first..last` of such."""
        low, dots, high = raw.strip().partition("..")
        if dots:
            return self.span(low, reader)[0], self.span(high, reader)[1]
        return periods.span(low, timezone.localdate()) or (read_date(low), read_date(low))

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator in ("gte", "lte"):
            return Q(self.within(*self.span(raws[0], reader)).children[0 if operator == "gte" else 1])
        if operator == "not":
            return ~super().condition("", raws, reader) | self.empty_condition()
        return super().condition(operator, raws, reader)


@register_kind(models.DateTimeField)
class DateTimeField(DateField):
    """A moment. Without an offset it is meant in the current time zone."""

    kind = "datetime"
    cast = "moment"

    def to_python(self, raw: Any) -> Any:
        if isinstance(raw, datetime):
            moment: Any = raw
        elif isinstance(raw, str) and not isinstance(raw, bool):
            text = raw.strip()
            try:
                moment = parse_datetime(text.replace(" ", "T", 1)) if re.match(r"\d{4}-\d", text) else None
            except ValueError:
                moment = None
            if moment is None:
                parts = re.split(r"[ T,]+", text, maxsplit=1)
                day = read_date(parts[0])
                try:
                    clock = (
                        time.fromisoformat(parts[1].strip().zfill(5)) if len(parts) > 1 and parts[1].strip() else time()
                    )
                except ValueError:
                    raise ValidationError(
                        _("Enter a date and a time, for example 24.11.2026 15:30."), code="date"
                    ) from None
                moment = datetime.combine(day, clock)
        elif isinstance(raw, date):
            moment = datetime.combine(raw, time())
        else:
            raise ValidationError(_("Enter a date and a time, for example 24.11.2026 15:30."), code="date")
        try:
            return (moment if timezone.is_aware(moment) else timezone.make_aware(moment)).astimezone(UTC)
        except (OverflowError, ValueError):
            raise ValidationError(_("Enter a date and a time, for example 24.11.2026 15:30."), code="date") from None

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def from_json(self, value: Any) -> Any:
        return None if value is None else datetime.fromisoformat(value)

    def text(self, value: Any, reader: Reader) -> str:
        return "" if value is None else formats.datetime(value)

    def form_value(self, value: Any, reader: Reader) -> Any:
        if value is None:
            return ""
        local = timezone.localtime(value).replace(tzinfo=None)
        # Seconds only where there are some: an editor that dropped them would change what nobody has touched.
        return local.isoformat() if local.second or local.microsecond else local.isoformat(timespec="minutes")

    def export(self, record: Journaled, reader: Reader) -> Any:
        value = self.value(record)
        # A spreadsheet knows no time zones: the reader's local time, as on screen.
        return None if value is None else timezone.localtime(value).replace(tzinfo=None, microsecond=0)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def within(self, first: date, last: date) -> Q:
        zone = timezone.get_current_timezone()
        start = datetime.combine(first, time(), zone)
        end = datetime.combine(last, time.max, zone)
        return Q(**{f"{self.lookup}__gte": start, f"{self.lookup}__lte": end})
