"""Names of people: in what order they are read, what of a full name is which part, what a patronymic says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import get_language

from vizavi.core.fold import fold

MALE, FEMALE = "male", "female"

#: Endings of patronymics. Slavic: -вич, -ич and -вна, -чна in their national spellings and in Latin letters; Bulgarian
#: -ов, -ев and -ова, -ева; Icelandic -son and -dóttir.
_ENDINGS = {
    FEMALE: ("вна", "чна", "ўна", "vna", "chna", "čna", "wna", "ова", "ева", "ova", "eva", "dottir", "dóttir"),
    MALE: ("вич", "ьич", "ич", "віч", "vich", "ich", "vič", "wicz", "ов", "ев", "ov", "ev", "son"),
}  # fmt: skip
#: Turkic and Arabic patronymics are a father's name and a word of its own: son, daughter.
_WORDS = {
    FEMALE: {"кызы", "гызы", "кизи", "қызы", "qizi", "kyzy", "gyzy", "kizi", "bint", "binti", "бинт", "бинти"},
    MALE: {
        "оглы", "оглу", "улы", "уулу", "угли", "ўғли", "ұлы", "ogly", "oglu", "oglou", "uly", "uulu", "ugli", "ogli",
        "ibn", "bin", "ибн", "бин",
    },
}  # fmt: skip
#: «Иванов И. П.», «И.П. Иванов».
_INITIALS = re.compile(r"(?:([^\s.]{2,})\s+)?(\w)\.\s*(\w)\.(?:\s*([^\s.]{2,}))?")
_SURNAMES = re.compile(
    r".+(ов|ев|ин|ын|ова|ева|ина|ына|ский|цкий|ская|цкая|ой|ый|ая|енко|ко|чук|юк|ук|ак|як|их|ых|дзе|швили|ян|янц"
    r"|ов[аи]ч|ич|ovich|ov|ev|ova|eva|sky|skaya|enko|yan)$"
)

#: The usual first names of Russia: where two words could be either, the one that stands here is the name.
_USUAL = """
александр алексей альберт анатолий андрей антон арсений артем артур богдан борис вадим валентин валерий василий
виктор виталий владимир владислав вячеслав геннадий георгий герман глеб григорий давид даниил данила денис дмитрий
егор евгений иван игорь илья иннокентий кирилл константин лев леонид максим марат марк матвей михаил никита николай
олег павел петр равиль рашид ринат родион роман руслан рустам савелий семен сергей станислав степан тарас тимофей
тимур федор филипп эдуард юрий яков ян ярослав саша женя миша коля вася петя дима леша сережа паша витя
ада алевтина александра алена алина алиса алла альбина анастасия ангелина анжела анна антонина арина валентина
валерия варвара василиса вера вероника виктория галина дарья диана ева евгения екатерина елена елизавета жанна
зинаида злата зоя инга инна ирина карина кира клавдия кристина ксения лариса лидия лия любовь людмила маргарита
марина мария марья милана надежда наталия наталья нина оксана олеся ольга полина раиса регина римма светлана софия
софья таисия тамара татьяна ульяна фаина эвелина элеонора эльвира эмма юлия яна ярослава аня катя лена маша наташа
оля света таня юля настя даша
"""
_FIRST = frozenset(_USUAL.split())


def guess_gender(patronymic: str | None) -> str:
    """`male` or `female` as a patronymic says, `""` where it says nothing."""
    words = [w for w in re.split(r"[\s\-]+", fold(patronymic)) if w]
    if not words:
        return ""
    for gender, known in _WORDS.items():
        if known & set(words):
            return gender
    return next((gender for gender, ends in _ENDINGS.items() if words[-1].endswith(ends)), "")


def full_name(surname: str, name: str, patronymic: str) -> str:
    """How a person is called in the current language: surname first in Russian, last in English."""
    order = (surname, name, patronymic) if (get_language() or "").startswith("ru") else (name, patronymic, surname)
    return " ".join(filter(None, order))


def split_name(text: str) -> dict[str, str]:
    """The parts of a full name, as `surname`, `name`, `patronymic`; what cannot be told apart is the name.

    Both orders are understood: a patronymic stands after the name, a comma after the surname; else the usual first
    names tell, then the endings of surnames, and what is left is in the order of English.
    """
    if initials := _INITIALS.fullmatch(text.strip()):
        before, one, two, after = initials.groups()
        if bool(before) != bool(after):
            return _parts(before or after, [f"{one}."], f"{two}.")
    surname, comma, rest = text.partition(",")
    if comma and rest.strip():
        return _parts(surname, *_patronymic(rest.split()))
    words, patronymic = _patronymic(text.split())
    if len(words) < 2:
        return _parts("", words, patronymic)
    if patronymic and text.split().index(patronymic.split()[0]) < len(text.split()) - len(patronymic.split()):
        return _parts(words[-1], words[:-1], patronymic)  # a name, a patronymic, a surname
    if patronymic:
        return _parts(words[0], words[1:], patronymic)
    first, last = fold(words[0]), fold(words[-1])
    known = [word in _FIRST for word in (first, last)]
    if known[0] == known[1]:
        known = [_SURNAMES.match(word) is None for word in (first, last)]
    if known == [False, True]:
        return _parts(words[0], words[1:], "")
    return _parts(words[-1], words[:-1], "")


def _patronymic(words: list[str]) -> tuple[list[str], str]:
    """The words without the patronymic, and the patronymic; a name alone, or before a surname, has none."""
    for at, word in enumerate(words):
        known = fold(word)
        if at > 0 and any(known in words_of for words_of in _WORDS.values()):
            return [*words[: at - 1], *words[at + 1 :]], f"{words[at - 1]} {word}"
    strict = re.compile(r".+(вич|ьич|мич|кич|вна|чна|віч|vich|vna|chna)$")
    found = [at for at, word in enumerate(words) if at > 0 and strict.match(fold(word))]
    # «Анна Петрович» has a surname that looks like a patronymic: of two words without one, the last is the surname.
    if not found or (len(words) == 2 and guess_gender(words[1]) == MALE and fold(words[0])[-1:] in "ая"):
        return words, ""
    at = found[-1] if len(words) > 2 else found[0]
    return [*words[:at], *words[at + 1 :]], words[at]


def _parts(surname: str, names: Iterable[str], patronymic: str) -> dict[str, str]:
    parts = {"surname": surname.strip(), "name": " ".join(names), "patronymic": patronymic}
    return {key: text for key, text in parts.items() if text}
