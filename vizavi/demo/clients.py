"""The people of the demo firm's clients, their requisites with right check digits, and some who are here twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from vizavi.access.models import User
from vizavi.clients import checks
from vizavi.clients.models import Company, OurCompany
from vizavi.clients.models.requisites import ENTREPRENEUR, ORGANISATION, PERSON
from vizavi.clients.names import split_name
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import Op
from vizavi.core.reading import Reader
from vizavi.demo import firm

POSITIONS = [
    ("генеральный директор", "director"), ("главный бухгалтер", "chief accountant"),
    ("начальник отдела закупок", "head of purchasing"), ("инженер по охране труда", "safety engineer"),
    ("менеджер по закупкам", "buyer"), ("секретарь", "secretary"),
]  # fmt: skip
#: In the second company, for those who are at two.
ROLES = [
    ("учредитель", "founder"),
    ("бухгалтер по совместительству", "part-time accountant"),
    ("консультант", "adviser"),
]
MEN, WOMEN = ["Алексеевич", "Игоревич", "Петрович", "Фёдорович"], ["Алексеевна", "Игоревна", "Петровна", "Фёдоровна"]
#: Invented banks: names, place, the last three digits of the BIK.
BANKS = [
    (("АО Банк «Полярный»", "Polar Bank JSC"), "0440308", "61"), (("ПАО «Волжский торговый банк»", "Volga Bank PJSC"), "0422028", "47"),
    (("ООО КБ «Причал»", "Pier Bank LLC"), "0445258", "93"),
]  # fmt: skip
#: Who is here twice, as it happens: names, phone, the other one's place in the list.
TWICE = [("Сидоров Петр", "Sidorov Peter", 1), ("Лебедева Ирина", "Lebedeva Irene", 0), ("Ёлкин А.", "Yolkin A.", 6)]


def completed(body: str, check: Callable[[str], str]) -> str:
    """The number that these digits and the right check digits make; `?` stands where a digit is looked for."""
    if "?" not in body:
        return "" if check(body) else body
    found = (completed(body.replace("?", str(digit), 1), check) for digit in range(10))
    return next(filter(None, found), "")


def ogrn_of(inn: str, year: int) -> str:
    """Registers were opened in 2002; the year and the region stand in the number."""
    return completed(f"1{max(year, 2002) % 100:02}{inn[:9]}?", checks.ogrn)


def bank(n: int, at: int, account: str) -> dict[str, str]:
    """A bank and an account there, whose keys fit."""
    names, region, last = BANKS[n % len(BANKS)]
    bik = region + last
    return {
        "bank": names[at],
        "bik": bik,
        "account": completed(f"{account}810?{n:011}", lambda number: checks.account(number, bik)),
        "correspondent": completed(f"30101810?{'0' * 8}{bik[-3:]}", lambda number: checks.correspondent(number, bik)),
        "currency": "RUB",
    }


def load_contacts(op: Op, at: int, users: dict[str, User], companies: Sequence[Company]) -> list[Any]:
    """Forty people, some at two companies, and three who have been written down a second time."""
    entity, reader = registry["contact"], Reader(users["m.lapteva"])
    made = []
    for n, names in enumerate(firm.CONTACTS):
        company = companies[n % len(companies)]
        parts = split_name(names[at])
        if at == 0 and n % 5:
            woman = parts["name"][-1] in "ая" and parts["name"] != "Илья"
            parts["patronymic"] = (WOMEN if woman else MEN)[n % 4]
        position = POSITIONS[n // len(companies) + n % 3][at]
        works = [{"id": company.pk, "role": position}]
        if n % 6 == 5:
            works.append({"id": companies[(n + 4) % len(companies)].pk, "role": ROLES[n % 3][at]})
        raw = {
            **parts,
            "position": position,
            "companies": works,
            "phones": [{"kind": "mobile", "value": f"+7 900 000-{n:02}-{(n * 7) % 100:02}"}],
            "emails": [{"kind": "work", "value": f"contact{n + 1}@c{company.inn[:6]}.example.com"}],
            "birthday": date(1962 + n, n % 12 + 1, n % 28 + 1).isoformat() if n % 3 else "",
        }
        made.append(_contact(entity, raw, reader, company.owner, timedelta(days=29, minutes=53 * n)))
    for russian, english, n in TWICE:
        raw = {
            **split_name((russian, english)[at]),
            "companies": [{"id": companies[n % len(companies)].pk, "role": ""}],
            # The same number, as somebody else writes it.
            "phones": [{"kind": "work", "value": f"8(900)000{n:02}{(n * 7) % 100:02}"}],
        }
        made.append(_contact(entity, raw, reader, users["o.smirnov"], timedelta(days=8, minutes=n)))
    op.create(made)
    return made


def _contact(entity: Any, raw: dict[str, Any], reader: Reader, owner: Any, ago: timedelta) -> Any:
    contact: Any = actions.build(entity, actions.prepare(entity, raw, reader), owner)
    contact.created_at = timezone.now() - ago
    return contact


def load_requisites(
    op: Op, at: int, users: dict[str, User], companies: Sequence[Company], contacts: Sequence[Any]
) -> None:
    """Requisites of ten companies, a second account of one, an entrepreneur's and a person's; and our own two sellers."""
    entity, reader = registry["requisites"], Reader(users["m.lapteva"])
    charter = ("устава", "the charter")[at]
    found: list[dict[str, Any]] = []
    for n, company in enumerate(companies[:10]):
        head = contacts[n]
        found.append(
            {
                "company": company.pk, "name": company.name, "kind": ORGANISATION, "inn": company.inn, "kpp": company.kpp,
                "ogrn": company.ogrn, "legal_address": company.address, "director": str(head), "basis": charter,
                "director_position": POSITIONS[0][at], **bank(n, at, "40702"),
            }
        )  # fmt: skip
    found.append(
        {**found[0], **bank(11, at, "40702"), "name": f"{companies[0].name} ({('второй счёт', 'second account')[at]})"}
    )
    person = {"name": str(contacts[2]), "inn": completed("7712345678??", lambda n: checks.inn(n, 12))}
    found.append(
        {
            "company": companies[2].pk, **person, "kind": ENTREPRENEUR, **bank(12, at, "40802"),
            "ogrn": completed("31577460001234?", checks.ogrn),
        }
    )  # fmt: skip
    found.append({"contact": contacts[4].pk, "name": str(contacts[4]), "kind": PERSON, **bank(13, at, "40817")})
    op.create([actions.build(entity, actions.prepare(entity, raw, reader), users["m.lapteva"]) for raw in found])
    ours: list[OurCompany] = []
    for n, name in enumerate((firm.SELLERS[0][at], firm.SELLERS[1][at])):
        inn = completed(f"78{n + 1}012345?", lambda number: checks.inn(number, 10))
        raw = {
            "name": name, "inn": inn, "kpp": f"78{n + 1}001001", "ogrn": ogrn_of(inn, 2007 + n), "basis": charter,
            "legal_address": {"city": ("Санкт-Петербург", "Saint Petersburg")[at]}, "director": users["v.orlov"].name,
            "director_position": POSITIONS[0][at], "is_default": n == 0 and OurCompany.default() is None, **bank(20 + n, at, "40702"),
        }  # fmt: skip
        seller: Any = actions.build(registry["ourcompany"], actions.prepare(registry["ourcompany"], raw, reader), None)
        actions.check(registry["ourcompany"], seller)
        ours.append(seller)
    op.create(ours)
