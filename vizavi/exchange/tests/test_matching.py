"""An import finds what a comparison of every row with every record finds, whatever the chunks."""

from __future__ import annotations

import random

import pytest

from vizavi.clients.models import Company, Contact
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal.long import LongOp
from vizavi.core.reading import Reader
from vizavi.exchange import mapping
from vizavi.exchange.importer import Importer
from vizavi.exchange.models import ImportRun, Reject
from vizavi.exchange.runs import begin, table_of
from vizavi.exchange.tasks import carry_out
from vizavi.exchange.tests import reference

pytestmark = [pytest.mark.django_db(transaction=True)]

HEADINGS = ["Фамилия", "Имя", "Должность", "E-mail", "Телефон", "Компания", "ИНН", "КПП"]


def random_row(chance):
    def some(values, often=0.7):
        return chance.choice(values) if chance.random() < often else ""

    firm = some(["Ромашка", "ромашка", "Ёлка", "Елка", "Вектор", "Полюс"])
    inn = some(["7707083893", "7728168971", "7736050003"], 0.4) if firm else ""
    return {
        "surname": chance.choice(["Иванов", "Петров", "Орлов"]),
        "name": chance.choice(["Иван", "Пётр", "Лев"]),
        "position": some(["директор", "бухгалтер"], 0.5),
        "email": some([f"{n}@example.org" for n in range(8)], 0.6),
        "phone": some([f"+7912000000{n}" for n in range(8)], 0.6),
        "firm": firm,
        "inn": inn,
        "kpp": some(["770701001", "540643001"], 0.6) if inn else "",
    }


def state(user):
    """What is there, in a form that can be compared."""
    firms = {c.pk: (c.name, c.inn, c.kpp) for c in Company.objects.visible_to(user)}
    people = sorted(
        (
            p.surname, p.name, p.position, tuple(e["value"] for e in p.emails), tuple(t["e164"] for t in p.phones),
            tuple(sorted(firms[link["id"]] for link in p.companies)),
        )
        for p in Contact.objects.visible_to(user)
    )  # fmt: skip
    return people, sorted(firms.values())


def told(people, firms):
    named = [(f["name"], f["inn"], f["kpp"]) for f in firms]
    return (
        sorted(
            (
                p["surname"], p["name"], p["position"], tuple(p["emails"]), tuple(p["phones"]),
                tuple(sorted(named[n] for n in p["firms"])),
            )
            for p in people
        ),
        sorted(named),
    )  # fmt: skip


def test_branches_share_an_inn_and_differ_by_their_kpp(ann):
    company = registry["company"]
    said = {"inn": "7707083893", "ogrn": "1027700132195"}
    head = actions.create(company, {"name": "Сбербанк", "kpp": "773601001", **said}, ann)[0]
    blank = actions.create(company, {"name": "Сбербанк, филиал", **said}, ann)[0]
    lines = [
        "Название;ИНН;КПП;ОГРН;Телефон",
        "Сбербанк;7707083893;773601001;1027700132195;+7 495 111-11-11",
        "Сбербанк;7707083893;540643001;1027700132195;+7 383 222-22-22",
        "Сбербанк;7707083893;540643001;1027700132195;+7 383 222-22-22",
        "Сбербанк;7707083893;550143001;1027700132195;+7 381 333-33-33",
        "Сбербанк;7707083893;;;+7 495 444-44-44",
    ]
    run = begin(company, ann, "f.csv", ["\n".join(lines).encode()])
    assert run.mapping["keys"] == ["inn", "ogrn", "name"]
    carry_out(run)
    found = {c.kpp: c for c in Company.objects.visible_to(ann)}
    assert found["773601001"].pk == head.pk and found["540643001"].pk == blank.pk, "who has no KPP yet gets it"
    assert set(found) == {"773601001", "540643001", "550143001"} and len(Company.objects.visible_to(ann)) == 3
    assert [p["e164"] for p in found["773601001"].phones] == ["+74951111111"]
    counts = {k: run.counts.get(k, 0) for k in ("created", "updated", "skipped", "rejected")}
    assert counts == {"created": 1, "updated": 2, "skipped": 2, "rejected": 0}


@pytest.mark.parametrize("rule", mapping.RULES)
@pytest.mark.parametrize("seed", range(3))
def test_an_import_is_as_good_as_comparing_every_pair(rule, seed, ann, monkeypatch):
    chance = random.Random(seed)
    people, firms = reference.bring([], [], [random_row(chance) for _ in range(25)], "skip")
    company, contact = registry["company"], registry["contact"]
    ids = [actions.create(company, f, ann)[0].pk for f in firms]
    for p in people:
        said = {k: p[k] for k in reference.FIELDS}
        links = [{"id": ids[n], "role": ""} for n in p["firms"]]
        actions.create(contact, {**said, "emails": p["emails"], "phones": p["phones"], "companies": links}, ann)
    assert state(ann) == told(people, firms)
    rows = [random_row(chance) for _ in range(90)]
    lines = [";".join(HEADINGS)] + [";".join(row.values()) for row in rows]
    run = begin(contact, ann, "f.csv", ["\n".join(lines).encode()])
    run.mapping |= {"duplicates": rule, "keys": ["emails", "phones"]}
    run.state = ImportRun.WAITING
    run.save()
    table = table_of(run)
    tried = Importer(contact, table, mapping.read(contact, run.mapping, table.headers, Reader(ann)), ann).try_out()
    first = LongOp.__init__

    def small(self, row, smallest=3, largest=17):
        first(self, row, smallest, largest)

    monkeypatch.setattr(LongOp, "__init__", small)
    run = carry_out(run)
    assert not run.error and not Reject.objects.exists()
    assert state(ann) == told(*reference.bring(people, firms, rows, rule))
    counts = {k: run.counts.get(k, 0) for k in ("created", "updated", "skipped", "rejected")}
    assert counts == {k: getattr(tried, k) for k in counts}, "the trial said something else"
