"""One folding of text for every comparison, filter, sort and search, the same on both databases."""

from __future__ import annotations

import unicodedata

#: Index keys are cut to this many characters: long enough to tell names apart, short enough for a PostgreSQL index row.
KEY_LENGTH = 200


def fold(text: str | None) -> str:
    """Lower case, ё as е, white space collapsed; `""` for nothing.

    Compatibility forms (full-width letters, ligatures) are folded too (Unicode NFKC). Й and ё must survive the
    decomposition that NFKD would bring, so only composed forms are used.
    """
    if not text:
        return ""
    folded = unicodedata.normalize("NFKC", str(text)).casefold().replace("ё", "е")
    return " ".join(folded.split())


def sort_key(text: str | None) -> str | None:
    """The stored key of a text column; None for blank text, so that blank sorts last like every other nothing."""
    return fold(text)[:KEY_LENGTH] or None


_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip


def slug(text: str) -> str:
    """A word for keys and addresses: lower-case Latin letters, digits and `_`; `""` where nothing of it remains.

    Cyrillic is spelt as on Russian road signs and maps: readable rather than reversible.
    """
    plain = unicodedata.normalize("NFKD", "".join(_LATIN.get(c, c) for c in fold(text)))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "_".join(kept.split())
