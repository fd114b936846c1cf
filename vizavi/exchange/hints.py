"""What a cell that cannot be taken was probably meant to say."""

from __future__ import annotations

import calendar
import re

from vizavi.core.fields import ChoiceField, DateField, EmailField, EmailsField, NumberField, UserField
from vizavi.core.reading import Reader
from vizavi.exchange.mapping import closest, meaning
from vizavi.exchange.targets import Target

_DAY = re.compile(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})")
#: Letters that look alike and are often typed in the wrong script.
_ALIKE = str.maketrans("авеёкмнорстухАВЕКМНОРСТУХ", "abeekmhopctyxABEKMHOPCTYX")


def suggestion(target: Target | None, text: str, reader: Reader) -> str:
    """A value close to this one that the field would take, `""` when none is to be seen."""
    f = target.field if target else None
    if target is None or f is None or not text.strip():
        return ""
    for guess in _guesses(target, text.strip(), reader):
        if guess and guess != text and meaning(target, guess, reader) is not None:
            return guess
    return ""


def _guesses(target: Target, text: str, reader: Reader) -> list[str]:
    f = target.field
    if isinstance(f, EmailField | EmailsField):
        address = re.sub(r"\s*(?:\(at\)|\[at\]|\bат\b)\s*", "@", re.sub(r"^mailto:", "", text, flags=re.I))
        address = re.sub(r"@+", "@", re.sub(r"\s+", "", address).strip("<>.,;"))
        dotted = re.sub(r"\.+", ".", address.replace(",", "."))
        return [address, dotted, dotted.translate(_ALIKE)]
    if isinstance(f, DateField) and (match := _DAY.fullmatch(text)):
        day, _mark, month, year = int(match[1]), match[2], int(match[3]), int(match[4])
        if 1 <= month <= 12 and year:
            return [f"{min(day, calendar.monthrange(year, month)[1]):02}.{month:02}.{year}"]
        return [f"{month:02}.{day:02}.{year}"]
    if isinstance(f, ChoiceField | UserField):
        key = closest(target, text, reader)
        return [dict(getattr(f, "options", ())).get(key, "")] if isinstance(f, ChoiceField) else []
    if isinstance(f, NumberField):
        numbers = re.findall(r"-?\d[\d\s\u00a0.,]*", text)
        return [numbers[0].strip(" .,")] if len(numbers) == 1 else []
    if f is not None and f.name in ("inn", "kpp", "ogrn"):
        return [re.sub(r"\D", "", text)]
    return []
