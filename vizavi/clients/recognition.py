"""A client is also recognised by the numbers in its requisites: those of a second legal person, of an entrepreneur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vizavi.clients.models import Company, Requisites
from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.records import unrestricted
from vizavi.search.keys import FIRM, INN, OGRN, Key, lend, lenders, makers

#: The kinds of keys that requisites make, and of what.
KINDS = {FIRM: ["name"], INN: ["inn", "kpp"], OGRN: ["ogrn"]}


def of_requisites(name: str, ids: Sequence[int]) -> Mapping[int, list[Key]]:
    """The keys of the live requisites of these companies."""
    found: dict[int, list[Key]] = {}
    if name == "company" and ids:
        with unrestricted("keys are derived whatever anybody sees"):
            rows = list(Requisites.objects.alive().filter(company__in=ids).order_by("pk"))
        for row in rows:
            made = [(k, names[0], makers[k]([getattr(row, n) for n in names])) for k, names in KINDS.items()]
            found.setdefault(row.company_id, []).extend(Key(k, *key, field) for k, field, key in made if key)
    return found


lenders.append(of_requisites)


@on_change
def recognise_by_requisites(op: Op, changed: Sequence[Changed]) -> None:
    """Requisites that came, changed or went: the company that has or had them is recognised anew."""
    rows = [c for c in changed if c.entity.name == "requisites" and c.touches("name", "inn", "kpp", "ogrn", "company")]
    ids = {pk for c in rows for pk in (c.record.company_id, *c.diff.get("company", ())) if pk}  # type: ignore[attr-defined]
    if ids:
        with unrestricted("keys are derived whatever anybody sees"):
            lend("company", list(Company.objects.alive().filter(pk__in=ids).values_list("pk", flat=True)))
