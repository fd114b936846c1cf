"""A typo in a declaration stops the start, with the name in the message."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from vizavi.clients.entities import CompanyEntity
from vizavi.clients.models import Company
from vizavi.core import columns
from vizavi.core.entity import Entity, Registry, registry
from vizavi.core.fields import IntegerField
from vizavi.core.records import Record

TYPOS = {
    "title": ({"title": "nmae"}, "nmae"),
    "columns": ({"columns": "name knid"}, "knid"),
    "filters": ({"filters": "kind ownre"}, "ownre"),
    "a filter that filters nothing": ({"filters": "age"}, "age"),
    "subtitle": ({"subtitle": "in"}, "'in'"),
    "sort": ({"sort": "-created"}, "created"),
    "a sort that does not sort": ({"sort": "phones"}, "phones"),
    "search": ({"search": "name phone"}, "'phone'"),
    "keys": ({"keys": "inn nmae"}, "nmae"),
    "a key that is none": ({"keys": "employees"}, "employees"),
    "timeline": ({"timeline": "parrent"}, "parrent"),
    "a timeline that leads nowhere": ({"timeline": "name"}, "name"),
    "quick": ({"quick": "name emial"}, "emial"),
    "sections": ({"sections": {"A": "name addres"}}, "addres"),
    "synonyms": ({"synonyms": {"nmae": "x"}}, "nmae"),
    "readonly": ({"readonly": Entity.readonly | {"nmae"}}, "nmae"),
    "computed": ({"computed": {"aeg": ("age", IntegerField)}}, "aeg"),
    "duplicates": ({"duplicates": {"firm": "nmae"}}, "nmae"),
    "icon": ({"icon": "buildin"}, "buildin"),
    "tone": ({"tone": "teel"}, "teel"),
    "plural": ({"plural": "com panies"}, "com panies"),
    "an option that is none": ({"colums": "name"}, "colums"),
}


@pytest.mark.parametrize(("said", "name"), TYPOS.values(), ids=TYPOS)
def test_a_typo_is_named(said, name):
    declaration = type("Wrong", (CompanyEntity,), said)
    problems = list(declaration().check())
    assert any(name in problem for problem in problems), problems
    found = Registry()
    found.add(declaration)
    with pytest.raises(ImproperlyConfigured, match="Wrong"):
        list(found)


def test_what_is_right_raises_nothing():
    for entity in registry:
        assert list(entity.check()) == []


def test_two_entities_of_one_plural_stop_the_start():
    found = Registry()
    found.add(CompanyEntity)
    found.add(type("Again", (CompanyEntity,), {}))
    with pytest.raises(ImproperlyConfigured, match="plural"):
        list(found)


def test_a_relation_without_a_declaration_and_a_field_without_a_label_are_told():
    with pytest.raises(ImproperlyConfigured, match="no declaration"):
        registry.of(models.Model)


def test_a_sum_without_its_currency_is_told():
    class Sum(Record):
        name = columns.Text("name", max_length=10)
        price = columns.Money("price", currency="curency")

        class Meta:
            app_label = "core"
            abstract = True

    class SumEntity(Entity):
        model = Sum
        plural = "sums"

    assert Company is not Sum
    with pytest.raises(Exception, match=r"currency|curency"):
        problems = list(SumEntity().check())
        raise ImproperlyConfigured("; ".join(problems))
