"""Words, prefixes, ё, phones, owners: what the box finds and what it must not."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.reading import Reader
from vizavi.search import condition, find
from vizavi.search.indexing import rebuild
from vizavi.search.words import query_of, tokens_of

pytestmark = pytest.mark.django_db


def make(by, **data):
    return actions.create(registry["company"], data, by)[0]


def titles(text, user):
    return [hit.title for hit in find(text, Reader(user))]


def test_it_finds_by_form_case_yo_and_prefix(ann):
    make(ann, name="Завод «Ёлочные игрушки»", inn="7701234567", phones="+7 912 345-67-89", emails="info@toys.example")
    for text in ("ЕЛОЧНАЯ игрушка", "ёлочн", "завод игр", "770123", "8 (912) 345-67-89", "912345", "info@toys", "toys"):
        assert titles(text, ann) == ["Завод «Ёлочные игрушки»"], text
    for text in ("ёлка", "игрушки завод чужой", "9999999"):
        assert titles(text, ann) == [], text


def test_the_title_comes_before_other_fields(ann):
    make(ann, name="Вектор Плюс", comment="партнёр фирмы Полюс")
    make(ann, name="Полюс")
    make(ann, name="Полюс Север")
    assert titles("полюс", ann) == ["Полюс", "Полюс Север", "Вектор Плюс"]


def test_an_edit_a_deletion_and_a_restoration_are_seen_at_once(ann):
    company = make(ann, name="Ромашка")
    actions.update(registry["company"], company.pk, {"name": "Василёк"}, ann)
    assert titles("ромашка", ann) == [] and titles("василек", ann) == ["Василёк"]
    actions.delete(registry["company"], [company.pk], ann)
    assert titles("василек", ann) == []
    actions.restore(registry["company"], [company.pk], ann)
    assert titles("василек", ann) == ["Василёк"]


def test_the_door_holds_inside_the_index(ann, ben, cat, dan, head, administrator):
    company = make(ann, name="Ромашка")
    assert [bool(titles("ромашка", user)) for user in (ann, ben, cat, head, administrator, dan)] == [True] * 5 + [False]
    actions.update(registry["company"], company.pk, {"owner": dan.pk}, administrator)
    assert [bool(titles("ромашка", user)) for user in (ann, dan)] == [False, True]


def test_a_rebuilt_index_finds_the_same(ann):
    make(ann, name="Ромашка", phones="+7 912 345-67-89")
    assert rebuild() > 0
    assert titles("9123456789", ann) == ["Ромашка"]


def test_a_list_is_narrowed_by_the_same_words(ann):
    make(ann, name="Ромашка")
    make(ann, name="Лютик")
    reader = Reader(ann)
    where = condition(registry["company"], "ромаш", reader)
    assert [c.name for c in Company.objects.visible_to(ann).filter(where)] == ["Ромашка"]
    assert not Company.objects.visible_to(ann).filter(condition(registry["company"], "«»", reader)).exists()


@settings(max_examples=60)
@given(text=st.text(max_size=60))
@example(text="a\u19b0b")  # a letter to Python, none to the tables of SQLite
def test_no_text_breaks_the_query(text, ann):
    find(text, Reader(ann))
    list(Company.objects.visible_to(ann).filter(condition(registry["company"], text, Reader(ann))))


@given(text=st.text(alphabet="абвёЁж abcXYZ019_-", min_size=1, max_size=30))
def test_every_text_is_found_by_itself(text):
    tokens = tokens_of([text])
    for group in query_of(text):
        if len(group) > 1:
            assert any(token in tokens for token, _prefix in group)
