"""What all spellings of a name or a number have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vizavi.core.fold import fold
from vizavi.search.keys import FIRM, INN, OGRN, PERSON, makers

#: Legal forms as they stand before or after a name, dots dropped: Russia and its neighbours (Latin look-alikes too), then
#: elsewhere.
_FORMS = frozenset(
    fold("""
        ооо оао пао ао зао нао одо тоо ип чп чуп уп нко ано гуп муп фгуп фгбу фгау гбу гау мбу мау кфх нпо пк снт тсж тсн
        сооо ooo oao pao zao
        llc ltd limited inc incorporated corp corporation co company plc llp lp gmbh mbh ag kg ohg ug
        sa sas sarl srl spa bv nv oy oyj ab as asa aps kft doo sro zrt pty pte pvt pllc
    """).split()
)
#: The same in full, as it stands in documents.
_SPELT = re.compile(
    r"\b(?:общество с (?:ограниченной|дополнительной) ответственностью|товарищество с ограниченной ответственностью"
    r"|(?:непубличное |публичное |закрытое |открытое )?акционерное общество|индивидуальный предприниматель"
    r"|(?:автономная )?некоммерческая организация|крестьянское \(фермерское\) хозяйство"
    r"|(?:федеральное )?(?:государственное|муниципальное) унитарное предприятие)\b"
)
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)|[’'`]")
_BREAKS = re.compile(r"[\W_]+")
_PATRONYMIC = re.compile(r"..(?:ич|овна|евна|ична|оглы|кызы|улы)$")


def firm_key(texts: Sequence[str]) -> tuple[str, str] | None:
    """A firm's name without its legal form, quotes, hyphens and spaces; the folded name where nothing else is left."""
    text = fold(" ".join(texts))
    words = _BREAKS.sub(" ", _INITIALS.sub("", _SPELT.sub(" ", text))).split()
    kept = words[:]
    while kept and kept[0] in _FORMS:
        kept = kept[1:]
    while kept and kept[-1] in _FORMS:
        kept = kept[:-1]
    key = "".join(kept or words) or text
    return (key, "") if key else None


def person_key(texts: Sequence[str]) -> tuple[str, str] | None:
    """A person's names in alphabetical order, the patronymic aside: it tells people apart only where both have one."""
    words = _BREAKS.sub(" ", fold(" ".join(texts)).replace("-", "")).split()
    said = fold(texts[2]).replace("-", "") if len(texts) > 2 else ""
    guessed = (w for w in reversed(words) if len(words) > 2 and _PATRONYMIC.search(w))
    aside = said if said in words else next(guessed, "")
    if aside and len(words) > 1:
        words.remove(aside)
    else:
        aside = ""
    return (" ".join(sorted(words)), aside) if words else None


def number_key(texts: Sequence[str]) -> tuple[str, str] | None:
    """The digits of a number, with those of a second one that makes it more exact."""
    digits = [re.sub(r"\D", "", text) for text in texts]
    return (digits[0], "".join(digits[1:])) if digits[0].strip("0") else None


makers |= {PERSON: person_key, FIRM: firm_key, INN: number_key, OGRN: number_key}
