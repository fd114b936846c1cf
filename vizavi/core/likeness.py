"""By what two records are known to be the same client: keys that all spellings of one thing share.

An entity says which of its fields make which kind of key (`Entity.duplicates`); the rows of `core.ReachKey` hold the keys
of every live record, so that "who else is called so?" is one look into an index. Leads, contacts and companies resemble
each other through keys of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from vizavi.core.fold import KEY_LENGTH, fold

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.records import Journaled

PERSON, FIRM, PHONE, EMAIL, INN, OGRN = "person", "firm", "phone", "email", "inn", "ogrn"
KINDS = (INN, OGRN, EMAIL, PHONE, FIRM, PERSON)


class Key(NamedTuple):
    """One key of a record. The detail tells apart those who share a key: the KPP of an INN, the patronymic of a name."""

    kind: str
    key: str
    detail: str = ""
    field: str = ""


@dataclass(frozen=True)
class Reason:
    """Why two records may be the same: the kind of key that they share, and whether that alone says enough."""

    kind: str
    strong: bool


def keys_of(entity: Entity, values: Mapping[str, Any]) -> list[Key]:
    """The keys of a record with these values by field name; phones and e-mails always, others as declared."""
    found = [
        Key(EMAIL if f.kind == "emails" else PHONE, key[:KEY_LENGTH], "", f.name)
        for f in entity.reach
        for item in values.get(f.name) or ()
        if (key := f.key_of(item))  # type: ignore[attr-defined]
    ]
    for kind, names in entity.duplicates.items():
        if kind in _MAKERS and (made := _MAKERS[kind]([str(values.get(n) or "") for n in names])):
            found.append(Key(kind, made[0][:KEY_LENGTH], made[1][:KEY_LENGTH], names[0]))
    return list(dict.fromkeys(found))


def keys_of_record(entity: Entity, record: Journaled) -> list[Key]:
    return keys_of(entity, {n: entity.fields[n].value(record) for n in entity.recognised})


def compare(a: Iterable[Key], b: Iterable[Key]) -> list[Reason]:
    """Why the records that have these keys may be the same, the strongest reason first.

    A shared phone or address proves little when everything else speaks against it: two INNs that differ, or two people
    who have no part of their names in common (a switchboard, an assistant's mailbox).
    """
    mine, theirs = _by_kind(a), _by_kind(b)
    shared = {
        kind: any(key in theirs.get(kind, {}) and _fit(detail, theirs[kind][key]) for key, detail in details.items())
        for kind, details in mine.items()
    }
    same_inn = bool(mine.get(INN, {}).keys() & theirs.get(INN, {}).keys())
    kinds = [kind for kind in KINDS if shared.get(kind) or (kind == INN and same_inn)]
    other_firm = bool(mine.get(INN) and theirs.get(INN)) and not same_inn
    stranger = bool(mine.get(PERSON) and theirs.get(PERSON)) and not _words(mine[PERSON]) & _words(theirs[PERSON])
    strong = {
        INN: bool(shared.get(INN)),
        OGRN: True,
        EMAIL: not (other_firm or stranger),
        PHONE: not (other_firm or stranger),
    }
    reasons = [Reason(kind, strong.get(kind, False)) for kind in kinds]
    return sorted(reasons, key=lambda reason: not reason.strong)


def _by_kind(keys: Iterable[Key]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for key in keys:
        found.setdefault(key.kind, {})[key.key] = key.detail
    return found


def _fit(a: str, b: str) -> bool:
    """Details contradict each other only where both are known."""
    return not a or not b or a == b


def _words(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in name.split() if len(word) > 1}


# -- what the spellings of one thing share -----------------------------------------------------------------------------

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


_MAKERS = {PERSON: person_key, FIRM: firm_key, INN: number_key, OGRN: number_key}
