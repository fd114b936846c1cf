"""How a value is shown in the reader's language and time zone. Everything that a template prints goes through here.

Numbers are grouped by a thin space where the language groups by a space, so that columns of figures stay narrow.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol, get_decimal_symbol
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

NBSP, THIN = "\u00a0", "\u202f"
# Signs that people know better than codes, in every language.
SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "BYN": "Br", "UAH": "₴", "CNY": "¥", "AMD": "֏"}


@lru_cache(maxsize=32)
def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def locale() -> Locale:
    """Babel's locale of the current language."""
    return _locale(get_language() or settings.LANGUAGE_CODE)


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def _grouped(text: str) -> str:
    return text.replace(NBSP, THIN)


def number(value: Any, digits: int | None = None) -> str:
    """`4 300 000`, `0,5`. With `digits` exactly so many after the comma, otherwise as many as there are (six at most)."""
    amount = _decimal(value)
    if amount is None:
        return "" if value is None else str(value)
    pattern = "#,##0" if digits == 0 else f"#,##0.{'0' * digits}" if digits else "#,##0.######"
    if digits is not None:
        amount = amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return _grouped(format_decimal(amount, format=pattern, locale=locale()))


def decimal_mark() -> str:
    """What stands between whole and part in the current language: `,` in Russian, `.` in English."""
    return get_decimal_symbol(locale())


def percent(value: Any, digits: int = 0) -> str:
    """70 → `70 %` in Russian, `70%` in English. The value is in per cent already."""
    amount = _decimal(value)
    if amount is None:
        return ""
    gap = NBSP if NBSP in locale().percent_formats[None].suffix[0] else ""
    return f"{number(amount, digits if amount % 1 else 0)}{gap}%"


def money(value: Any, currency: str = "RUB") -> str:
    """`4 300 000 ₽` in Russian, `₽4,300,000` in English. Kopecks are shown when there are any."""
    amount = _decimal(value)
    if amount is None:
        return "" if value is None else str(value)
    digits = get_currency_precision(currency) if amount % 1 else 0
    amount = amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    sign = SIGNS.get(currency) or get_currency_symbol(currency, locale=locale())
    pattern = locale().currency_formats["standard"]
    side = 1 if amount < 0 else 0
    prefix, suffix = (part[side].replace("¤", sign) for part in (pattern.prefix, pattern.suffix))
    if prefix and prefix[-1].isalpha():
        prefix += NBSP
    return f"{prefix}{number(abs(amount), digits)}{suffix}"


def short_money(value: Any, currency: str = "RUB") -> str:
    """`4,3 млн ₽`: for charts and tiles, where the exact value stands in a title."""
    amount = _decimal(value)
    if amount is None or abs(amount) < 100_000:
        return money(amount, currency)
    for size, name in (
        (Decimal(10) ** 9, pgettext("short number", "bn")),
        (Decimal(10) ** 6, pgettext("short number", "m")),
        (Decimal(10) ** 3, pgettext("short number", "k")),
    ):
        if abs(amount) >= size:
            short = (amount / size).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            sign = SIGNS.get(currency) or get_currency_symbol(currency, locale=locale())
            return f"{number(short)}{NBSP}{name}{NBSP}{sign}"
    return money(amount, currency)


def _local(value: Any) -> Any:
    """A date, a time or a moment in the reader's zone; ISO text is understood, anything else comes back as it is."""
    if isinstance(value, str):
        for parse in (dt.date.fromisoformat, dt.datetime.fromisoformat):
            try:
                value = parse(value)
                break
            except ValueError:
                continue
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def date(value: Any, style: str = "medium") -> str:
    """`20 нояб. 2026 г.`; style short, medium, long, full, or `day` (no year in the present one)."""
    value = _local(value)
    if not isinstance(value, dt.date):
        return "" if value is None else str(value)
    if style == "day":
        return day(value)
    return format_date(value, format=style, locale=locale())  # type: ignore[arg-type]


def day(value: Any) -> str:
    """`20 нояб.` within this year, `20 нояб. 2025 г.` otherwise."""
    value = _local(value)
    if not isinstance(value, dt.date):
        return ""
    this_year = value.year == timezone.localdate().year
    return _day(dt.date(value.year, value.month, value.day), "MMMd" if this_year else "yMMMd", locale())


# Babel reads its patterns anew at each call, and a page shows the same few days again and again.
@lru_cache(maxsize=4096)
def _day(value: dt.date, skeleton: str, language: Locale) -> str:
    return format_skeleton(skeleton, _moment(value), locale=language)


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, language: Locale) -> str:
    return format_time(dt.time(hour, minute), format="short", locale=language)


def month(value: Any) -> str:
    """`Ноябрь 2026`."""
    value = _local(value)
    text = format_date(value, format="LLLL y", locale=locale()) if isinstance(value, dt.date) else ""
    return text[:1].upper() + text[1:]


def time(value: Any) -> str:
    """`14:05`."""
    value = _local(value)
    if not isinstance(value, dt.datetime | dt.time):
        return ""
    return _time(value.hour, value.minute, locale())


def datetime(value: Any) -> str:
    """`20 нояб., 14:05`: day and time; a bare date stays a date."""
    value = _local(value)
    if isinstance(value, dt.datetime):
        return f"{day(value)}, {time(value)}"
    return date(value)


def day_label(value: Any) -> str:
    """`Today`, `Yesterday`, `Tomorrow`, else `пятница, 20 ноября`: the pills of a history."""
    value = _local(value)
    if not isinstance(value, dt.date):
        return ""
    then = value.date() if isinstance(value, dt.datetime) else value
    today = timezone.localdate()
    names = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
    if (then - today).days in names:
        return names[(then - today).days]
    if then.year != today.year:
        return format_date(then, format="long", locale=locale())
    weekday = format_date(then, format="EEEE", locale=locale())
    return f"{weekday[:1].upper()}{weekday[1:]}, {format_skeleton('MMMMd', _moment(then), locale=locale())}"


def ago(value: Any) -> str:
    """`just now`, `5 мин. назад`, `yesterday`, `3 days ago`, then the date; ahead of now likewise."""
    value = _local(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return day_label(value)
    if not isinstance(value, dt.datetime):
        return ""
    now = timezone.localtime() if timezone.is_aware(value) else dt.datetime.now()
    gap = value - now
    if abs(gap) < dt.timedelta(minutes=1):
        return _("just now")
    days = (value.date() - now.date()).days
    if days == 0 or abs(gap) < dt.timedelta(hours=6):
        return format_timedelta(gap, add_direction=True, format="short", locale=locale())
    if days == -1:
        return _("yesterday")
    if days == 1:
        return _("tomorrow")
    if -7 < days < 7:
        count = abs(days)
        if days < 0:
            return ngettext("%(count)d day ago", "%(count)d days ago", count) % {"count": count}
        return ngettext("in %(count)d day", "in %(count)d days", count) % {"count": count}
    return day(value)


def nth(number: Any) -> str:
    """How a record is called by its number."""
    return _("No. %(number)s") % {"number": number}


def quoted(text: Any) -> str:
    return _("“%(text)s”") % {"text": text}


def duration(seconds: Any) -> str:
    """`7 мин`, `1 ч 20 мин`: how long a call lasted."""
    total = int(seconds or 0)
    hours, minutes = divmod(round(total / 60) if total >= 60 else 1 if total else 0, 60)
    parts = []
    if hours:
        parts.append(_("%(count)d h") % {"count": hours})
    if minutes or not parts:
        parts.append(_("%(count)d min") % {"count": minutes})
    return NBSP.join(parts)


def filesize(value: Any) -> str:
    """`1,2 MB`; decimal units, as file managers show them."""
    size, units = float(value or 0), [_("B"), _("KB"), _("MB"), _("GB")]
    step = 0
    while size >= 1000 and step < len(units) - 1:
        size, step = size / 1000, step + 1
    return f"{number(round(size, 1 if size < 10 and step else 0))}{NBSP}{units[step]}"


def iso(value: Any, kind: str = "date") -> str:
    """What a native input wants: `2026-11-20`, `2026-11-20T14:05` in the reader's zone, `14:05`."""
    value = _local(value)
    if kind == "time" and isinstance(value, dt.datetime | dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M" if kind == "datetime" else "%Y-%m-%d")
    if isinstance(value, dt.date):
        return f"{value.isoformat()}T00:00" if kind == "datetime" else value.isoformat()
    return "" if value is None else str(value)


def machine(value: Any) -> str:
    """The `datetime` attribute of <time>."""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value or "")


def _moment(value: dt.date) -> dt.datetime:
    return dt.datetime.combine(value, dt.time()) if not isinstance(value, dt.datetime) else value


FILTERS = {
    "number": number,
    "percent": percent,
    "money": money,
    "short_money": short_money,
    "date": date,
    "day": day,
    "day_label": day_label,
    "time": time,
    "datetime": datetime,
    "ago": ago,
    "duration": duration,
    "filesize": filesize,
    "iso": iso,
    "nth": nth,
    "quoted": quoted,
    "machine": machine,
}
