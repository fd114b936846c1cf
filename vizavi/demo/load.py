"""Loading and removing the demo firm."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from vizavi.access.models import Department, User
from vizavi.clients.models import Company, Contact, Lead
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.firm import forget
from vizavi.core.journal import Op, operation, undo
from vizavi.core.models import Change, Firm, Operation, TimelineRow
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.demo import firm
from vizavi.demo.clients import load_contacts, load_requisites, ogrn_of
from vizavi.demo.leads import load_leads

VERB = "demo"


def is_loaded() -> bool:
    """Has it been loaded, and not been removed?"""
    found = Operation.objects.filter(verb=VERB).order_by("-pk").first()
    return found is not None and not Operation.objects.filter(undoes=found).exists()


def load(language: str = "ru") -> None:
    """The firm, its people, companies and contacts as one operation, then a few weeks of edits by several people."""
    at = 0 if language == "ru" else 1
    with operation(VERB, by=None, via="demo", title=firm.NAME[at]) as op:
        _the_firm(op, at, language)
        users = _people(op, at)
        companies = _companies(op, at, users)
        contacts = load_contacts(op, at, users, companies)
        load_requisites(op, at, users, companies, contacts)
        load_leads(op, at, users, contacts)
    started = timezone.now() - timedelta(days=30)
    _date_back(op.row, started)
    _tell_when_made(op.row)
    _history(at, users, companies)


def _the_firm(op: Op, at: int, language: str) -> None:
    row = Firm.objects.order_by("pk").first()
    if row is None:
        op.create([Firm(name=firm.NAME[at], language=language)])
    elif row.name in ("", "Vizavi"):
        op.update(op.lock(Firm, [row.pk])[row.pk], {"name": firm.NAME[at], "language": language})
    forget()


def _people(op: Op, at: int) -> dict[str, User]:
    departments: dict[str, Department] = {}
    for key, (names, above) in firm.DEPARTMENTS.items():
        departments[key] = Department(name=names[at], parent=departments[above] if above else None)
        op.create([departments[key]])
    users = {}
    for login, names, role, department in firm.USERS:
        user = User(email=f"{login}@severveter.example.com", name=names[at], role=role)
        user.department = departments[department] if department else None
        user.set_unusable_password()
        users[login] = user
    op.create(list(users.values()))
    return users


def _companies(op: Op, at: int, users: dict[str, User]) -> list[Company]:
    entity, reader = registry["company"], Reader(users["m.lapteva"])
    made: list[Any] = []
    for n, (names, kind, industry, city, inn, year, people, revenue, owner, parent) in enumerate(firm.COMPANIES):
        slug = inn[:6]
        raw = {
            "name": names[at],
            "kind": kind,
            "industry": industry,
            "inn": inn + inn_digit(inn),
            "kpp": f"{inn[:4]}01001",
            "ogrn": ogrn_of(inn, year),
            "phones": [{"kind": "work", "value": f"+7 495 000-{n // 10:02}-{n:02}"}],
            "emails": [{"kind": "work", "value": f"info@c{slug}.example.com"}],
            "website": f"https://c{slug}.example.com",
            "address": {"city": city[at]},
            "founded_on": date(year, 4, 12).isoformat(),
            "employees": people,
            "revenue": str(revenue * 1000),
            "currency": "RUB",
        }
        values = actions.prepare(entity, raw, reader)
        company = actions.build(entity, values, users[owner])
        company.parent = made[parent] if parent is not None else None  # type: ignore[attr-defined]
        company.created_at = timezone.now() - timedelta(days=30, minutes=37 * n)
        op.create([company])
        made.append(company)
    # The same firm once more, as it came from somebody's notes.
    raw = {"name": firm.TWICE[at], "phones": "8 (495) 000-00-02", "industry": "retail"}
    again: Any = actions.build(entity, actions.prepare(entity, raw, reader), users["e.egorova"])
    again.created_at = timezone.now() - timedelta(days=8)
    op.create([again])
    return made


def _history(at: int, users: dict[str, User], companies: list[Company]) -> None:
    for days, company, who, name, values in firm.HISTORY:
        pk = companies[company].pk
        with operation("company.edit", by=users[who], via="page") as op:
            record = op.lock(Company, [pk])[pk]
            value = registry["company"].fields[name].parse(values[at])
            op.update(record, {name: value})
        _date_back(op.row, timezone.now() - timedelta(days=days, hours=days % 5))


def _date_back(row: Operation, moment: Any) -> None:
    """The demo's past is invented: these acts get the dates of the story."""
    if row.pk is not None:
        Operation.objects.filter(pk=row.pk).update(at=moment)
        TimelineRow.objects.filter(change__operation=row).update(at=moment)


def _tell_when_made(row: Operation) -> None:
    """Histories tell the making of clients at the moment that the story gives it."""
    with unrestricted("the demo's own records, just made"):
        for model in (Lead, Contact, Company):
            made = model.objects.filter(pk=OuterRef("source_id"))
            rows = TimelineRow.objects.filter(change__operation=row, source_entity=model.entity().name)
            rows.update(at=Subquery(made.values("created_at")[:1]))


def inn_digit(nine: str) -> str:
    """The tenth digit of a company's INN: the weighted sum mod 11 mod 10, by the order of the Federal Tax Service
    of 29.06.2012 № ММВ-7-6/435@."""
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return str(sum(int(d) * w for d, w in zip(nine, weights, strict=True)) % 11 % 10)


def remove(by: Any) -> int:
    """Take the demo firm away: its edits first, then itself, through undo; how much people have made their own stays.

    Returns how many records stay because somebody has worked on them.
    """
    loaded = Operation.objects.filter(verb=VERB).order_by("-pk").first()
    if loaded is None:
        return 0
    mine = Change.objects.filter(operation=loaded, action=Change.CREATE).values_list("entity", "record_id")
    people = [pk for name, pk in mine if name == "user"]
    own = Operation.objects.filter(by__in=people, verb="company.edit", at__lt=timezone.now() - timedelta(hours=1))
    for row in own.order_by("-at"):
        if not Operation.objects.filter(undoes=row).exists():
            undo(row, by, via="command")
    result = undo(loaded, by, via="command")
    forget()
    return len({(o.entity, o.record_id) for o in result.obstacles})
