"""Small helpers of the templates: attributes, tones, initials, highlights."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import pgettext_lazy
from jinja2 import Undefined
from markupsafe import Markup, escape

TONES = ("blue", "teal", "violet", "amber", "green", "pink", "cyan", "orange", "lime", "red")
#: The tones that people may choose, with their names.
TONE_NAMES = (
    ("slate", pgettext_lazy("tone", "grey")), ("blue", pgettext_lazy("tone", "blue")),
    ("cyan", pgettext_lazy("tone", "sky blue")), ("teal", pgettext_lazy("tone", "teal")),
    ("green", pgettext_lazy("tone", "green")), ("lime", pgettext_lazy("tone", "lime")),
    ("amber", pgettext_lazy("tone", "amber")), ("orange", pgettext_lazy("tone", "orange")),
    ("red", pgettext_lazy("tone", "red")), ("pink", pgettext_lazy("tone", "pink")),
    ("violet", pgettext_lazy("tone", "violet")),
)  # fmt: skip
ALL_TONES = tuple(tone for tone, _name in TONE_NAMES)
_ATTRIBUTE = re.compile(r"[a-zA-Z_:@][\w:.@-]*\Z")
# The policy forbids them anyway; better a clear error here than a silent refusal in the browser.
_FORBIDDEN = re.compile(r"(on\w+|style|hx-on.*)\Z", re.IGNORECASE)


@lru_cache(maxsize=1024)
def _check(name: str) -> None:
    if not _ATTRIBUTE.match(name) or _FORBIDDEN.match(name):
        raise ValueError(f"{name!r} may not be an attribute.")


def attrs(values: Mapping[str, Any] | None = None, /, **more: Any) -> Markup:
    """` name="value"` for each; True writes the bare name, None and False nothing; `a_b` becomes `a-b`."""
    parts = []
    named = {name.rstrip("_").replace("_", "-"): value for name, value in more.items()}
    for name, value in {**named, **(values or {})}.items():
        # An inline `if` without `else` gives Undefined: no attribute either.
        if value is None or value is False or isinstance(value, Undefined):
            continue
        _check(name)
        parts.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    return Markup("".join(parts))


def classes(*names: object) -> str:
    """Names joined, falsy ones dropped."""
    return " ".join(str(name) for name in names if name)


def tone_class(tone: str | None) -> str:
    """`tone tone-blue` for a known tone, a quiet one for anything else."""
    return f"tone tone-{tone if tone in ALL_TONES else 'slate'}"


def tone_of(key: object) -> str:
    """The same tone for the same id, for ever and on every server."""
    return TONES[zlib.crc32(str(key).encode()) % len(TONES)]


def initials(name: object) -> str:
    """Two letters: «Анна Ковалёва» → АК, «АО «Северсталь-Метиз»» → СМ. Legal forms are not names."""
    words = [word for word in re.split(r"[\W_]+", str(name or "")) if word]
    named = [word for word in words if not (word.isupper() and 2 <= len(word) <= 4)] or words
    if not named:
        return "?"
    letters = named[0][0] + (named[1][0] if len(named) > 1 else named[0][1:2])
    return letters.upper()


def highlight(text: object, query: object) -> Markup:
    """The text with each word of the query in <mark>; ё and е are the same letter."""
    source = str(text or "")
    words = [re.escape(word) for word in str(query or "").split()]
    if not words:
        return escape(source)
    pattern = re.compile("|".join(re.sub("[её]", "[её]", word.lower()) for word in words), re.IGNORECASE)
    result, last = Markup(""), 0
    for found in pattern.finditer(source):
        if found.end() > found.start():
            result += escape(source[last : found.start()]) + Markup("<mark>%s</mark>") % found.group()
            last = found.end()
    return result + escape(source[last:])


def element_id(*parts: object) -> str:
    """A safe id for an element: `id_phones-0-value`."""
    return re.sub(r"[^\w-]+", "-", "-".join(str(part) for part in parts)).strip("-")


def shares(values: Iterable[float]) -> list[tuple[float, float]]:
    """Start and width in per cent of each value: lengths as SVG attributes, since inline styles are not allowed."""
    numbers = [max(float(value), 0) for value in values]
    total, start, result = sum(numbers) or 1, 0.0, []
    for number in numbers:
        width = number / total * 100
        result.append((round(start, 3), round(width, 3)))
        start += width
    return result


def spark_points(values: Iterable[float], width: int = 96, height: int = 36) -> str:
    """The points of a sparkline, zero-based."""
    numbers = [float(value) for value in values]
    top = max([*numbers, 1e-9])
    step = width / max(len(numbers) - 1, 1)
    return " ".join(f"{i * step:.1f},{height - number / top * height:.1f}" for i, number in enumerate(numbers))
