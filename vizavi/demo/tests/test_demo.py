"""The demo firm: the same every time, once, removable, in two languages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cast import make_user
from vizavi.access.models import Department, User
from vizavi.cli import main
from vizavi.clients.dictionaries import LEAD_STATUSES, SOURCES
from vizavi.clients.models import Company, Contact, Lead, OurCompany, Requisites
from vizavi.core.entity import registry
from vizavi.core.journal import history
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.demo.commands import load_once
from vizavi.demo.load import is_loaded, remove
from vizavi.duplicates.finding import find_each

pytestmark = pytest.mark.django_db


def counts():
    with unrestricted("a test counts"):
        return [m.objects.alive().count() for m in (Department, User, Company, Contact)]


def test_it_is_loaded_once_with_all_its_people():
    assert load_once("ru") and not load_once("ru")
    assert counts() == [3, 8, 18, 43]
    with unrestricted("a test"):
        company = Company.objects.get(inn__startswith="352809076")
    reader = Reader(User.objects.get(email__startswith="a.kovaleva"))
    entries, _older = history(registry["company"], company, reader)
    assert len(entries) >= 4 and entries[0].at > entries[-1].at


@pytest.mark.parametrize("language", ["ru", "en"])
def test_its_clients_have_right_numbers_roles_and_branches_and_some_are_here_twice(language):
    load_once(language)
    with unrestricted("a test"):
        requisites = list(Requisites.objects.alive())
        companies = list(Company.objects.alive().order_by("pk"))
        contacts = list(Contact.objects.alive().order_by("pk"))
    assert {r.kind for r in requisites} == {"organisation", "entrepreneur", "person"} and len(requisites) > 10
    assert not any(r.warnings() for r in [*requisites, *companies]) and all(r.account for r in requisites)
    assert OurCompany.default() is not None and not any(o.doubts() for o in OurCompany.objects.alive())
    above = {c.pk: c.parent_id for c in companies}
    assert any(above[c.parent_id] for c in companies if c.parent_id)
    assert sum(len(c.companies) > 1 for c in contacts) >= 5 and all(c.companies[0]["role"] for c in contacts[:40])
    if language == "ru":
        assert sum(bool(c.patronymic and c.gender) for c in contacts) > 25
    with unrestricted("a test"):
        leads = list(Lead.objects.alive().order_by("created_at"))
    assert len(leads) == 60 and {lead.source for lead in leads} == set(SOURCES.shipped)
    assert {lead.status for lead in leads} == set(LEAD_STATUSES.shipped) and all(
        bool(lead.contact_id) == lead.is_converted for lead in leads
    )
    assert timedelta(days=150) < leads[-1].created_at - leads[0].created_at < timedelta(days=190)
    director = User.objects.get(email__startswith="v.orlov")
    for kind, names in (("company", {companies[-1].pk}), ("contact", {c.pk for c in contacts[-3:]})):
        entity, reader = registry[kind], Reader(director)
        with unrestricted("a test"):
            records = list(entity.model.objects.filter(pk__in=names))
        assert any(m.entity is entity for found in find_each(entity, records, reader).values() for m in found)


def test_it_is_the_same_every_time():
    def content():
        with unrestricted("a test"):
            return list(Company.objects.order_by("inn").values_list("name", "inn", "phones", "emails", "owner__email"))

    load_once("ru")
    first = content()
    with unrestricted("a test"):
        from vizavi.core.records import writing

        with writing():
            for model in (Contact, Company):
                model.objects.all().delete()
    from vizavi.core.models import Operation

    Operation.objects.all().delete()
    with writing():
        User.objects.all().delete()
        Department.objects.all().delete()
    load_once("ru")
    assert content() == first


def test_it_goes_away_without_a_trace_in_the_lists(administrator):
    load_once("ru")
    assert remove(administrator) == 0
    assert counts() == [0, 1, 0, 0]
    assert not is_loaded()


def test_the_command_removes_it_as_soon_as_somebody_real_administers(capsys):
    load_once("ru")
    assert main(["demo", "--remove"]) == 1 and "administrator of your own" in capsys.readouterr().err
    make_user("Real", "administrator")
    assert main(["demo", "--remove"]) == 0 and counts() == [0, 1, 0, 0]


def test_what_people_worked_on_stays(administrator):
    from vizavi.core import actions

    load_once("ru")
    with unrestricted("a test"):
        company = Company.objects.get(inn__startswith="770123456")
    actions.update(registry["company"], company.pk, {"comment": "наш!"}, administrator)
    assert remove(administrator) >= 1
    assert actions.fetch(registry["company"], company.pk, administrator)


def test_the_english_firm_has_no_russian_letter():
    load_once("en")
    with unrestricted("a test"):
        for model in (Company, Contact, User, Department):
            for record in model.objects.all():
                assert not re.search("[а-яА-Я]", str(record)), record
        assert not any(re.search("[а-яА-Я]", str(c.address) + c.comment) for c in Company.objects.all())
