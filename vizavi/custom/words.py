"""What the administrator calls things, in both languages of the program: one text, or `{"ru": …, "en": …}`."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

LANGUAGES = ("ru", "en")
LONGEST = 100


def tidied(said: Any) -> str | dict[str, str]:
    """What can be kept of a name that came from outside: one text when both languages have the same, `""` for none."""
    if isinstance(said, dict):
        found = {language: text for language in LANGUAGES if (text := _line(said.get(language)))}
        return found if len(set(found.values())) > 1 or len(found) == 1 else next(iter(found.values()), "")
    return _line(said)


def _line(text: Any) -> str:
    return " ".join(text.split())[:LONGEST] if isinstance(text, str) else ""


def in_language(said: str | dict[str, str], language: str) -> str:
    """The name in a language; in the other one where there is none in this."""
    if not isinstance(said, dict):
        return said
    return said.get(language) or next(iter(said.values()), "")


def _now(said: str | dict[str, str]) -> str:
    return in_language(said, "ru" if (get_language() or "").startswith("ru") else "en")


#: A name that is read in the language of whoever looks.
spoken: Any = lazy(_now, str)
