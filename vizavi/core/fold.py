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


_LATIN = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


def slug(text: str) -> str:
    """A word for keys and addresses: lower-case Latin letters, digits and `_`; `""` where nothing of it remains.

    Cyrillic is spelt as in Russian passports (ICAO Doc 9303), but for ъ and ь, which are dropped.
    """
    plain = unicodedata.normalize("NFKD", "".join(_LATIN.get(c, c) for c in fold(text)))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "_".join(kept.split())
