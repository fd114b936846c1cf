"""The slow reference of importing: every row against every record, one after another, in nothing but Python.

It knows contacts with e-mails and phones as keys, and companies with an INN and a name; what it says is what an import of
the same rows must have made of the same records.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

FIELDS = ("surname", "name", "position", "emails", "phones")


def same_firm(row: dict[str, Any], firm: dict[str, Any]) -> str:
    """By which key a row names a firm: an INN that differs tells two firms of one name apart, as does a KPP of one INN."""
    if row["inn"] and firm["inn"] and row["kpp"] and firm["kpp"] and row["kpp"] != firm["kpp"]:
        return ""
    if row["inn"] and row["inn"] == firm["inn"]:
        return "exact" if row["kpp"] and row["kpp"] == firm["kpp"] else "inn"
    if row["firm"] and row["firm"].lower().replace("ё", "е") == firm["name"].lower().replace("ё", "е"):
        return "" if row["inn"] and firm["inn"] else "name"
    return ""


def bring(
    people: list[dict[str, Any]], firms: list[dict[str, Any]], rows: list[dict[str, Any]], rule: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """People and firms after the rows have come in by the rule."""
    people, firms = deepcopy(people), deepcopy(firms)
    # Who has neither number nor address is known only by saying the very same again.
    unnamed: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        person = None
        if rule != "create":
            if not (row["email"] or row["phone"]):
                person = unnamed.get(tuple(row.values()))
            for key, letter in (("emails", "email"), ("phones", "phone")):
                person = person or next((p for p in people if row[letter] and row[letter] in p[key]), None)
        if person is not None and rule == "skip":
            continue
        said = {
            "surname": row["surname"], "name": row["name"], "position": row["position"],
            "emails": [row["email"]] if row["email"] else [], "phones": [row["phone"]] if row["phone"] else [],
        }  # fmt: skip
        fresh = person is None
        if person is None:
            person = {**said, "firms": []}
            people.append(person)
            if not (row["email"] or row["phone"]):
                unnamed[tuple(row.values())] = person
        else:
            for field, value in said.items():
                if value and (rule == "overwrite" or not person[field]):
                    person[field] = value
        if not (row["firm"] or row["inn"]):
            continue
        found = ([f for f in firms if same_firm(row, f) == key] for key in ("exact", "inn", "name"))
        firm = next((firms_ for firms_ in found if firms_), [None])[0]
        if firm is None:
            firm = {"name": row["firm"], "inn": row["inn"], "kpp": row["kpp"]}
            firms.append(firm)
        elif rule in ("fill", "overwrite"):
            for field, value in (("name", row["firm"]), ("inn", row["inn"]), ("kpp", row["kpp"])):
                if value and (rule == "overwrite" or not firm[field]):
                    firm[field] = value
        number = next(n for n, f in enumerate(firms) if f is firm)
        if number not in person["firms"] and (fresh or rule == "overwrite" or not person["firms"]):
            person["firms"].append(number)
    return people, firms
