"""From text to tokens. Both databases store and compare tokens made here, so that they find the same."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import Stemmer

from vizavi.core.fold import fold

_WORD = re.compile(r"\w+")
_PHONE = re.compile(r"\+?[\d\s()\-.–]{5,}")
_CYRILLIC = re.compile("[а-я]")
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_LAYOUTS = str.maketrans(_LATIN + _RUSSIAN, _RUSSIAN + _LATIN)
#: A token of the index is at most so long; longer words are cut, in the index and in the query alike.
LONGEST = 60
#: So many words of a query count.
MOST_WORDS = 8
# A stemmer keeps a cache that two threads must not share.
_local = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, Russian or English by its letters; numbers stay whole."""
    if word.isdigit():
        return word
    if not hasattr(_local, "russian"):
        _local.russian, _local.english = Stemmer.Stemmer("russian"), Stemmer.Stemmer("english")
    return str((_local.russian if _CYRILLIC.search(word) else _local.english).stemWord(word))


def words_of(text: str) -> list[str]:
    """The folded words of a text, underscores taken as spaces."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text).replace("_", " "))]


def phone_digits(text: str) -> str:
    """The digits of something that looks like a telephone number, without the Russian 7 or 8 before ten others."""
    if not _PHONE.fullmatch(text.strip()):
        return ""
    digits = re.sub(r"\D", "", text)
    return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits


def tokens_of(texts: list[str]) -> set[str]:
    """All tokens under which these texts are found: `w` with the word for prefixes, `s` with its stem."""
    found: set[str] = set()
    for text in texts:
        for word in words_of(text):
            found |= {f"w{word}", f"s{stem(word)}"}
        for part in _PHONE.findall(text):
            if digits := phone_digits(part):
                found.add(f"w{digits}")
    return found


def query_of(text: str) -> list[list[tuple[str, bool]]]:
    """What must all hold: each a list of alternatives (token, is it a prefix). Empty for no words."""
    if digits := phone_digits(text):
        return [[(f"w{digits}", True)]]
    words = words_of(text)[:MOST_WORDS]
    asked = [[(f"s{stem(word)}", False), (f"w{word}", False)] for word in words[:-1]]
    if words:
        asked.append([(f"s{stem(words[-1])}", False), (f"w{words[-1]}", True)])
    return asked


def other_layout(text: str) -> str:
    """The text as if the keyboard had been in the other layout, Russian for English: `bdfyjd` is `иванов`."""
    return text.lower().translate(_LAYOUTS)
