"""The leads of the demo firm: sixty over half a year, from every source, as messy as they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from vizavi.access.models import User
from vizavi.clients.dictionaries import INTERESTS, REJECT_REASONS, SOURCES
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import Op
from vizavi.core.reading import Reader

COUNT = 60
#: Surnames, names and patronymics, dealt out anew in each round of a dozen, so that nobody is called as somebody else.
PEOPLE = [
    (("Карпов", "Никита", "Олегович"), ("Karpov", "Nikita", "")),
    (("Савина", "Дарья", "Ильинична"), ("Savina", "Daria", "")),
    (("Мамедов", "Эльдар", "Рашид оглы"), ("Mamedov", "Eldar", "Rashid ogly")),
    (("Ёжикова", "Нина", "Петровна"), ("Yozhikova", "Nina", "")),
    (("Терентьев", "Глеб", "Фомич"), ("Terentyev", "Gleb", "")),
    (("Байрамова", "Лейла", "Тофик кызы"), ("Bayramova", "Leyla", "Tofik kyzy")),
    (("Чернов", "Матвей", ""), ("Chernov", "Matvey", "")),
    (("Полякова", "Ксения", "Андреевна"), ("Polyakova", "Ksenia", "")),
    (("Гринберг", "Лев", "Маркович"), ("Grinberg", "Leo", "")),
    (("Сухова", "Арина", "Денисовна"), ("Sukhova", "Arina", "")),
    (("", "Виктор", ""), ("", "Victor", "")),
    (("Лаптев", "Фёдор", "Кузьмич"), ("Laptev", "Fyodor", "")),
]
FIRMS = [
    ("ООО «Балтика-Снаб»", "Baltic Supply LLC"), ("ИП Карпов Н. О.", "Karpov N."), ("АО «Волжский элеватор»", "Volga Elevator JSC"),
    ("Кафе «У моря»", "Seaside Café"), ("ООО «СтройГарант»", "Construction Guarantee LLC"), ("", ""),
    ("Школа № 12", "School No. 12"), ("ООО „Ромашка“", "Camomile, LLC"), ("ТСЖ «Заря»", "Dawn Housing"), ("", ""),
]  # fmt: skip
#: How the firms of later rounds are called.
ROOTS = [
    ("Гранит", "Granite"), ("Маяк", "Lighthouse"), ("Кедр", "Cedar"), ("Ладога", "Ladoga"), ("Восход", "Sunrise"),
    ("Импульс", "Impulse"), ("Янтарь", "Amber"), ("Прогресс", "Progress"), ("Сокол", "Falcon"), ("Меридиан", "Meridian"),
]  # fmt: skip
SUFFIXES = [("", ""), ("-Строй", " Construction"), ("-Сервис", " Service"), ("-Торг", " Trade"), ("-Авто", " Motors")]
TITLES = [
    ("Спецодежда на бригаду", "Workwear for a crew"), ("Каски и перчатки, 40 комплектов", "Helmets and gloves, 40 sets"),
    ("Прайс на крепёж", "Price list for fasteners"), ("", ""), ("Сотрудничество", "Cooperation"),
    ("Зимняя обувь", "Winter footwear"), ("Нужен счёт до пятницы", "An invoice before Friday"),
]  # fmt: skip
COMMENTS = [
    ("Просит перезвонить после обеда.", "Asks to be called back after lunch."),
    ("", ""),
    ("Нашли нас на выставке, интересует опт.", "Found us at the fair, interested in wholesale."),
    ("", ""),
    ("Сравнивает с конкурентом, важен срок.", "Compares with a competitor, delivery time matters."),
]
STATUSES = ["new", "in_work", "converted", "waiting", "rejected", "new", "in_work", "rejected"]
OWNERS = ["a.kovaleva", "o.smirnov", "e.egorova", "t.akhmetov", None]
UTM = {
    "utm_source": "yandex",
    "utm_medium": "cpc",
    "utm_campaign": "workwear-{month}",
    "utm_content": "ad-{n}",
    "utm_term": "спецодежда оптом",
}


def phone(n: int, extension: str) -> str:
    """A number as people write it: with 8, with +7, with an extension, two at once, seldom none."""
    number = f"90{n % 10}) 000-{n:02}-{(n * 13) % 100:02}"
    return [
        f"8({number}",
        f"+7 ({number}",
        f"8 ({number} {extension} {100 + n}",
        f"8 ({number}; +7 495 000-77-{n:02}",
        "",
    ][(n + n // 7) % 5]


def called(n: int, at: int) -> tuple[str, str, str]:
    """Somebody: of the same round all different, of others with another name and patronymic of the same gender."""
    women = [p[at] for p in PEOPLE if p[0][0].endswith("а")]
    men = [p[at] for p in PEOPLE if not p[0][0].endswith("а")]
    round_, place = divmod(n, len(PEOPLE))
    own = PEOPLE[place][at]
    same = women if own in women else men
    name = same[(same.index(own) + round_) % len(same)][1]
    patronymic = same[(same.index(own) + 2 * round_) % len(same)][2]
    return own[0], name, patronymic if own[0] else ""


def works_at(n: int, at: int) -> str:
    """Of a firm, or of none."""
    round_, place = divmod(n, len(FIRMS))
    if not round_ or not FIRMS[place][at]:
        return FIRMS[place][at]
    root, suffix = ROOTS[place][at], SUFFIXES[round_ - 1][at]
    return f"ООО «{root}{suffix}»" if at == 0 else f"{root}{suffix} LLC"


def load_leads(op: Op, at: int, users: dict[str, User], contacts: Sequence[Any]) -> None:
    """All of them; every ninth writes a second time, with another spelling of the same number."""
    entity, reader = registry["lead"], Reader(users["m.lapteva"])
    sources, reasons, interests = list(SOURCES.shipped), list(REJECT_REASONS.shipped), list(INTERESTS.shipped)
    made: list[Any] = []
    for n in range(COUNT):
        same = n % 9 == 8
        who = n - 8 if same else n
        surname, name, patronymic = called(who, at)
        status, owner = STATUSES[n % len(STATUSES)], OWNERS[n % len(OWNERS)]
        status = "new" if owner is None else status
        source = sources[n % len(sources)]
        raw: dict[str, Any] = {
            "title": TITLES[n % len(TITLES)][at], "surname": surname, "name": name, "patronymic": patronymic,
            "company_name": works_at(who, at), "source": source, "status": status,
            "phones": f"+7 90{who % 10} 000 {who:02} {(who * 13) % 100:02}" if same else phone(n, ("доб.", "ext.")[at]),
            "emails": f"lead{who + 1}@mail{who % 7}.example.com" if n % 3 else "",
            "comment": COMMENTS[(n + n // 7) % len(COMMENTS)][at], "interests": [interests[n % len(interests)]] if n % 4 == 0 else [],
            "amount": str((n * 37 % 90 + 5) * 1000) if n % 2 else "", "currency": "RUB" if n % 2 else "",
            "reject_reason": reasons[n % len(reasons)] if status == "rejected" else "",
        }  # fmt: skip
        if status == "converted":
            # Somebody who is a contact now.
            contact = contacts[n // 2]
            raw |= {name: getattr(contact, name) for name in ("surname", "name", "patronymic", "position")}
            raw |= {"phones": contact.phones, "emails": contact.emails, "company_name": ""}
            raw |= {"contact": contact.pk, "company": contact.companies[0]["id"]}
        if source in ("advertising", "web_form"):
            raw |= {k: v.format(month=n % 6 + 1, n=n) for k, v in UTM.items() if at == 0 or k != "utm_term"}
            raw |= {"landing_page": "https://severveter.example.com/workwear/", "referrer": "https://ya.example.com/"}
        values = actions.prepare(entity, {k: v for k, v in raw.items() if v}, reader)
        lead: Any = actions.build(entity, {"owner": owner and users[owner].pk, **values}, users["m.lapteva"])
        # The newest first in the story: three days apart, half a year in all; what is still new is of this week.
        days = n % 6 if status == "new" else 3 * n + 4
        lead.created_at = timezone.now() - timedelta(days=days, hours=n % 9, minutes=7 * n % 60)
        made.append(lead)
    op.create(made)
