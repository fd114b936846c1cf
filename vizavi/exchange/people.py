"""The parts of a person's name written in one piece."""

from __future__ import annotations

import re

#: Endings of Russian patronymics and surnames; the first are all but certain, the second a help where order is open.
_PATRONYMIC = re.compile(r".+(?:вич|вна|ична|инична|оглы|кызы|угли|улы)$", re.I)
_SURNAME = re.compile(
    r".+(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|ой|ых|их|енко|чук|юк|ук|дзе|швили|ян)$", re.I
)


def split_name(text: str) -> dict[str, str]:
    """`surname`, `name` and `patronymic` of a full name, in whichever order it is written.

    A patronymic shows the order: what stands before it is the name. Without one, an ending that only a surname has
    decides; else the name comes first, as other programs write it. A comma says that the surname stands before it.
    """
    if "," in text:
        surname, _comma, rest = text.partition(",")
        names = rest.split()
        return _known(surname.strip(), " ".join(names[:1]), " ".join(names[1:]))
    words = text.split()
    if len(words) < 2:
        return _known("", text.strip(), "")
    at = next((n for n, word in enumerate(words) if n and _PATRONYMIC.fullmatch(word)), None)
    # "Петров Иванович" of two words has no name but a patronymic; Абрамович is also a surname.
    if at is not None and len(words) > 2:
        surname = " ".join([*words[: at - 1], *words[at + 1 :]])
        return _known(surname, words[at - 1], words[at])
    if _SURNAME.fullmatch(words[0]) and not _SURNAME.fullmatch(words[-1]):
        return _known(words[0], words[1], " ".join(words[2:]))
    return _known(words[-1], words[0], " ".join(words[1:-1]))


def _known(surname: str, name: str, patronymic: str) -> dict[str, str]:
    found = {"surname": surname, "name": name, "patronymic": patronymic}
    return {part: text for part, text in found.items() if text}
