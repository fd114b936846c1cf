"""A firm of any size for the measurements: people in departments, companies, contacts. The same numbers make the same firm."""

import random
from datetime import date, timedelta

WORDS = [
    "Север",
    "Ромашка",
    "Ёлка",
    "Альфа",
    "Квант",
    "Полюс",
    "Заря",
    "Восток",
    "Гранит",
    "Ладья",
    "Мир",
    "Парус",
    "Сфера",
    "Титан",
    "Уран",
    "Янтарь",
]
FORMS = ["ООО", "АО", "ИП", "ПАО"]
CITIES = ["Москва", "Тверь", "Казань", "Пермь", "Омск", "Самара", "Рязань", "Томск", "Вологда", "Ярославль"]
NAMES = ["Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар", "Инна", "Кирилл", "Лев", "Мария"]
SURNAMES = ["Иванов", "Петров", "Сидоров", "Орлов", "Ёлкин", "Соколов", "Зайцев", "Медведев", "Волков", "Белов"]
KINDS = ["client", "client", "client", "partner", "supplier", "other"]
INDUSTRIES = ["retail", "wholesale", "manufacturing", "construction", "transport", "food", "software", "services"]


def inn(number):
    """A valid INN of a firm: nine digits and the check digit (weights of the order of the Federal Tax Service)."""
    digits = f"{number:09}"
    total = sum(int(d) * w for d, w in zip(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True))
    return f"{digits}{total % 11 % 10}"


def company(number):
    """The raw values of one company; number, INN and e-mail are its own."""
    chance = random.Random(number)
    return {
        "name": f"{chance.choice(FORMS)} «{chance.choice(WORDS)} {chance.choice(WORDS)}» {number}",
        "kind": chance.choice(KINDS),
        "industry": chance.choice(INDUSTRIES),
        "inn": inn(number),
        "phones": f"+7 9{chance.randrange(10**8):08}"[:13] + f"{number % 10}",
        "emails": f"office@firm-{number}.example.com",
        "website": f"https://firm-{number}.example.com",
        "address": f"{chance.choice(CITIES)}, ул. Длинная, {chance.randrange(1, 200)}",
        "employees": str(chance.randrange(1, 5000)),
        "founded_on": (date(1990, 1, 1) + timedelta(chance.randrange(12000))).isoformat(),
        "revenue": f"{chance.randrange(10**6)}.{chance.randrange(100):02}",
        "comment": f"Познакомились на выставке, заход {chance.randrange(1000)}",
    }


def contact(number):
    """The raw values of one contact."""
    chance = random.Random(-number)
    return {
        "surname": chance.choice(SURNAMES),
        "name": chance.choice(NAMES),
        "phones": f"+7 9{number % 100:02} {chance.randrange(10**7):07}",
        "emails": f"person-{number}@example.com",
    }


def people():
    """An administrator, and 3 departments (two of them parts of the first) with a head and 15 managers each."""
    from vizavi.access.models import Department, User
    from vizavi.core.journal import operation

    with operation("demo", by=None, via="command") as op:
        administrator = User(email="admin@example.org", name="Администратор", role="administrator")
        sales = Department(name="Продажи")
        op.create([administrator])
        op.create([sales])
        parts = [Department(name=f"Отдел {n}", parent=sales) for n in range(2)]
        op.create(parts)
        users = []
        for d, department in enumerate([sales, *parts]):
            roles = ["head", *["manager"] * 15]
            users += [
                User(
                    email=f"user-{d}-{n}@example.org",
                    name=f"{SURNAMES[n % 10]} {NAMES[n % 12]}",
                    role=role,
                    department=department,
                )
                for n, role in enumerate(roles)
            ]
        op.create(users)
    return administrator, users


def fill(size, contacts):
    """Companies of all owners, and contacts of the first tenth of the companies, by journaled long operations.

    Returns the administrator and the other people.
    """
    from vizavi.core import actions
    from vizavi.core.entity import registry
    from vizavi.core.journal import long_operation

    administrator, users = people()
    for name, make, count in (("company", company, size), ("contact", contact, contacts)):
        entity, done = registry[name], 0
        with long_operation("import", by=administrator, via="command", total=count) as long:
            while done < count:
                end = min(count, done + long.size)
                records = []
                for number in range(done, end):
                    values = {key: entity.fields[key].parse(raw) for key, raw in make(number).items()}
                    values["owner"] = users[number * 7919 % len(users)].pk
                    if name == "contact":
                        values["companies"] = entity.fields["companies"].parse([number % max(1, size // 10) + 1])
                    records.append(actions.build(entity, values, administrator))
                with long.chunk(row=end) as op:
                    op.create(records)
                done = end
    return administrator, users
