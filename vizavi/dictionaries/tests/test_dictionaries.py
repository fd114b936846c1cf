"""Closed lists that administrators rename, order, archive; a key, once in data, stays."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.journal import undo
from vizavi.core.reading import Reader
from vizavi.dictionaries.actions import arrange, is_used, ship
from vizavi.dictionaries.lists import dictionary, version
from vizavi.dictionaries.models import Option
from vizavi.screens.cells import edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def industries():
    return dictionary("industry")


@pytest.fixture
def field():
    return registry["company"].fields["industry"]


def change(which, by, **data):
    option = Option.objects.get(dictionary="industry", key=which)
    return actions.update(registry["option"], option.pk, data, by)


def add(name, by, **more):
    return actions.create(registry["option"], {"dictionary": "industry", "name": name, **more}, by)


def keys(found):
    return [o.key for o in found.options()]


def test_shipped_options_read_in_both_languages_until_they_are_renamed(industries, field, administrator):
    with override("ru"):
        assert field.label_of("retail") == "Розничная торговля"
    with override("en"):
        assert field.label_of("retail") == "Retail"
    change("retail", administrator, name="Магазины")
    for language in ("ru", "en"):
        with override(language):
            assert field.label_of("retail") == "Магазины"
    assert field.parse("магазины") == field.parse("Retail") == field.parse("Розничная торговля") == "retail"


def test_shipping_again_adds_only_what_is_missing(industries, administrator):
    change("retail", administrator, name="Магазины")
    before = list(Option.objects.values_list("pk", "name"))
    ship()
    assert list(Option.objects.values_list("pk", "name")) == before
    assert keys(industries) == list(industries.shipped)


def test_a_key_is_made_out_of_the_name_and_never_changes(industries, administrator):
    option, _op = add("Рыба и ёжики", administrator)
    assert option.key == "ryba_i_ezhiki" and option.tone
    assert add("Рыба & ёжики!", administrator, key="ryba_i_ezhiki")[0].key == "ryba_i_ezhiki_2"
    with pytest.raises(Invalid) as refused:
        change("ryba_i_ezhiki", administrator, key="fish")
    assert set(refused.value.errors) == {"key"}
    for wrong in ({"name": "рыба и ежики"}, {"name": ""}, {"dictionary": "nothing"}, {"meaning": "what"}):
        with pytest.raises(Invalid):
            add(**{"name": "Новая", "by": administrator, **wrong})


def test_an_archived_option_is_offered_no_more_and_shown_where_it_is_held(industries, field, administrator, ann):
    entity = registry["company"]
    company, _op = actions.create(entity, {"name": "Ромашка", "industry": "retail"}, ann)
    change("retail", administrator, archived=True)
    assert "retail" not in keys(industries)
    reader = Reader(ann)
    assert ("retail", field.label_of("retail")) in edit(field, company.industry, reader).options
    assert "retail" not in [key for key, _label in edit(field, "food", reader).options]
    assert field.text("retail", reader) != "retail"
    _record, op = actions.update(entity, company.pk, {"industry": "food"}, ann)
    undo(op, ann)
    company.refresh_from_db(from_queryset=entity.model.objects.visible_to(ann))
    assert company.industry == "retail"


def test_an_option_in_use_is_never_lost(administrator, ann, field):
    option, made = add("Рыба", administrator)
    company, _op = actions.create(registry["company"], {"name": "Ромашка", "industry": option.key}, ann)
    actions.delete(registry["company"], [company.pk], ann)
    assert is_used(option)
    for lose in (
        lambda: actions.delete(registry["option"], [option.pk], administrator),
        lambda: undo(made, administrator),
        lambda: actions.delete(registry["option"], [Option.objects.get(key="food").pk], administrator),
    ):
        with pytest.raises(Refused):
            lose()
    _unused, made = add("Мясо", administrator)
    assert ("myaso", "Мясо") in field.options
    undo(made, administrator)
    assert ("myaso", "Мясо") not in field.options


def test_order_is_one_operation_and_what_is_not_named_follows(industries, administrator, ann):
    before, stamp = keys(industries), version()
    done = arrange(industries, ["other", "food"], administrator)
    assert keys(industries) == ["other", "food", *(k for k in before if k not in ("other", "food"))]
    assert version() != stamp
    undo(done, administrator)
    assert keys(industries) == before
    assert arrange(industries, before, administrator) is None
    with pytest.raises(Refused):
        arrange(industries, before, ann)
    with pytest.raises(Invalid):
        arrange(industries, ["nothing"], administrator)


def test_everybody_reads_options_and_only_administrators_write_them(client_of, ann, administrator):
    with pytest.raises(Refused):
        add("Рыба", ann)
    with pytest.raises(Refused):
        change("retail", ann, name="Магазины")
    add("Рыба", administrator)
    from vizavi.access.models import ApiToken

    headers = {"Authorization": f"Bearer {ApiToken.make(ann, 't')[1]}", "Accept-Language": "ru"}
    found = client_of(ann).get("/api/v1/options/?dictionary=industry&limit=500&sort=order", headers=headers).json()
    labels = [o["label"] for o in found["results"]]
    assert labels[:2] == ["Технологии", "Программы"] and labels[-1] == "Рыба"
    schema = client_of(ann).get("/api/v1/openapi.json").json()["components"]["schemas"]["CompanyCreate"]
    assert "ryba" in schema["properties"]["industry"]["enum"]
