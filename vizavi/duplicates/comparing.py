"""Whether two records are the same client, by the keys that they share and by those that they do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vizavi.search.keys import EMAIL, INN, KINDS, MESSENGER, OGRN, PERSON, PHONE, Key


@dataclass(frozen=True)
class Reason:
    """Why two records may be the same: the kind of key that they share, and whether that alone says enough."""

    kind: str
    strong: bool


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
        MESSENGER: not (other_firm or stranger),
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
