"""Who is here already: by any key, in any spelling, never more than a person may know."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizavi.access import presets
from vizavi.access.models import ApiToken
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.duplicates.finding import find, resembling
from vizavi.search.keys import keys_of

pytestmark = pytest.mark.django_db
COMPANY, CONTACT = "company", "contact"
ROMASHKA = {
    "name": "ООО «Ромашка»", "inn": "7701234567", "kpp": "770101001", "ogrn": "1027700132195",
    "phones": "8 (495) 123-45-67", "emails": "Info@Romashka.ru",
}  # fmt: skip


def make(name, data, by):
    return actions.create(registry[name], data, by)[0]


@pytest.fixture
def romashka(ann):
    return make(COMPANY, ROMASHKA, ann)


def kinds(matches):
    return [{r.kind: r.strong for r in m.reasons} for m in matches]


@pytest.mark.parametrize(
    "typed, why",
    [
        ({"name": "ромашка"}, {"firm": False}),
        ({"name": "Общество с ограниченной ответственностью РОМАШКА"}, {"firm": False}),
        ({"phones": "+7 495 123 45 67"}, {"phone": True}),
        ({"phones": [{"kind": "work", "value": "84951234567"}]}, {"phone": True}),
        ({"emails": " INFO@romashka.RU "}, {"email": True}),
        ({"inn": "7701234567"}, {"inn": True}),
        ({"inn": "7701234567", "kpp": "997750001"}, {"inn": False}),
        ({"ogrn": "1027700132195"}, {"ogrn": True}),
        ({"name": "Ромашка", "inn": "7709876543"}, {"firm": False}),
        ({"phones": "нет", "name": "Ромашка"}, {"firm": False}),
    ],
)
def test_a_company_is_found_by_anything_that_names_it(typed, why, ann, romashka):
    (match,) = find(registry[COMPANY], typed, ann)
    assert (match.id, match.title, match.owner, match.visible) == (romashka.pk, romashka.name, "Ann", True)
    assert kinds([match]) == [why] and match.strong is any(why.values())
    assert match.fields[0] == next(iter(typed if "phones" not in typed or len(typed) == 1 else ["name"]))


@pytest.mark.parametrize(
    "typed", [{}, {"name": ""}, {"name": "Роза"}, {"phones": "1"}, {"emails": "@"}, {"inn": "000"}]
)
def test_what_names_nobody_finds_nobody(typed, ann, romashka):
    assert find(registry[COMPANY], typed, ann) == []


def test_the_record_itself_and_what_is_in_the_bin_are_not_found(ann, romashka):
    assert find(registry[COMPANY], ROMASHKA, ann, exclude=romashka.pk) == []
    actions.delete(registry[COMPANY], [romashka.pk], ann)
    assert find(registry[COMPANY], ROMASHKA, ann) == []


def test_a_person_is_found_in_either_order_and_told_apart_by_patronymic(ann):
    for name in ("Сидоров Пётр", "Сидоров Пётр Ильич", "Сидоров Пётр Львович", "Сидорова Анна"):
        make(CONTACT, {"name": name}, ann)
    titles = [m.title for m in find(registry[CONTACT], {"name": "Пётр Ильич СИДОРОВ"}, ann)]
    assert titles == ["Сидоров Пётр Ильич", "Сидоров Пётр"]
    assert len(find(registry[CONTACT], {"name": "петр сидоров"}, ann)) == 3


def test_the_likeliest_come_first_and_only_a_few(ann):
    for n in range(8):
        make(CONTACT, {"name": "Пётр Сидоров", "emails": "p@s.ru" if n == 3 else ""}, ann)
    found = find(registry[CONTACT], {"name": "Сидоров Петр", "emails": "p@s.ru"}, ann)
    assert len(found) == 5 and found[0].strong and not any(m.strong for m in found[1:])


def test_of_a_hidden_record_only_kind_and_owner_are_told_and_by_grant(ann, dan, romashka, monkeypatch):
    (match,) = find(registry[COMPANY], {"inn": "7701234567"}, dan)
    assert not match.visible and match.id is None and not match.url and not match.why
    assert (match.title, match.owner, match.subtitle) == ("Компания", "Ann", "")
    token = {"Authorization": f"Bearer {ApiToken.make(dan, 't')[1]}"}
    from django.test import Client

    answer = Client().get("/api/v1/companies/duplicates/?inn=7701234567", headers=token)
    assert answer.json()["results"] == [
        {
            "entity": "company",
            "id": None,
            "title": "Компания",
            "url": None,
            "strength": "strong",
            "reasons": [],
            "owner": "Ann",
        }
    ]
    monkeypatch.setitem(presets.GRANTS, "manager", frozenset())
    assert find(registry[COMPANY], {"inn": "7701234567"}, dan) == []
    assert len(find(registry[COMPANY], {"inn": "7701234567"}, ann)) == 1


def test_a_field_that_is_hidden_betrays_nobody(ann, romashka, monkeypatch):
    from vizavi.access.policy import Policy
    from vizavi.core.door import FieldAccess

    monkeypatch.setattr(Policy, "fields", lambda *a: FieldAccess(hidden=frozenset({"inn", "phones"})))
    assert find(registry[COMPANY], {"inn": "7701234567", "phones": "84951234567"}, ann) == []
    assert kinds(find(registry[COMPANY], ROMASHKA, ann)) == [{"ogrn": True, "email": True, "firm": False}]


def test_only_what_was_touched_speaks(ann, romashka):
    other = make(COMPANY, {"name": "Ромашка"}, ann)
    entity, values = registry[COMPANY], {**ROMASHKA, "name": "Ромашка"}
    assert {m.id for m in find(entity, values, ann, touched=["inn"])} == {romashka.pk}
    assert {m.id for m in find(entity, values, ann, touched=["name"])} == {romashka.pk, other.pk}
    assert find(entity, values, ann, touched=["comment"]) == []


def test_the_api_answers_and_knows_no_other_parameters(ann, romashka, client_of):
    token = {"Authorization": f"Bearer {ApiToken.make(ann, 't')[1]}"}
    client = client_of(ann)
    found = client.get("/api/v1/companies/duplicates/?name=ромашка&phones=84951234567", headers=token).json()["results"]
    assert [(m["id"], m["strength"], m["reasons"]) for m in found] == [(romashka.pk, "strong", ["phone", "firm"])]
    assert not client.get(f"/api/v1/companies/duplicates/?name=ромашка&exclude={romashka.pk}", headers=token).json()[
        "results"
    ]
    assert client.get("/api/v1/companies/duplicates/?comment=x", headers=token).status_code == 422


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_what_is_found(count, ann, django_assert_max_num_queries):
    for _n in range(count):
        make(COMPANY, ROMASHKA, ann)
    with django_assert_max_num_queries(11):
        find(registry[COMPANY], ROMASHKA, ann)


# -- beside a slow reference -------------------------------------------------------------------------------------------

NAMES = {"ромашка": ["ООО «Ромашка»", "РОМАШКА, ЗАО", "ромашка"], "елка": ["Ёлка", "ИП Елка", "«ёлка» Ltd."], "": [""]}
PHONES = {"+79123456789": ["8 912 345-67-89", "+7 (912) 3456789"], "+74951234567": ["(495) 123-45-67"], "": [""]}
EMAILS = {"a@b.ru": ["A@b.ru", "a@B.RU"], "c@d.ru": ["c@d.ru"], "": [""]}
INNS = {"7701234567": ["7701234567", "77 0123-4567"], "7709876543": ["7709876543"], "": [""]}
KPPS = {"770101001": ["770101001"], "997750001": ["9977 50001"], "": [""]}
MEANT = st.tuples(*(st.sampled_from(sorted(c)) for c in (NAMES, PHONES, EMAILS, INNS, KPPS)))


def spelt(meant, seed):
    pick = random.Random(seed).choice
    name, phone, email, inn, kpp = (pick(c[m]) for c, m in zip((NAMES, PHONES, EMAILS, INNS, KPPS), meant, strict=True))
    return {"name": name, "phones": phone, "emails": email, "inn": inn[:12], "kpp": kpp[:9]}


def reference(a, b):
    """Every pair by what was meant, not by how it is spelt: {kind: strong}."""
    (name, phone, email, inn, kpp), (name2, phone2, email2, inn2, kpp2) = a, b
    others = bool(inn and inn2 and inn != inn2)
    found = {}
    if inn and inn == inn2:
        found["inn"] = not (kpp and kpp2 and kpp != kpp2)
    if phone and phone == phone2:
        found["phone"] = not others
    if email and email == email2:
        found["email"] = not others
    if name and name == name2:
        found["firm"] = False
    return found


@settings(max_examples=40)
@given(meant=st.lists(MEANT, min_size=2, max_size=7), seed=st.integers(0, 10**6))
def test_what_is_found_is_what_comparing_every_pair_finds(meant, seed, ann):
    entity = registry[COMPANY]
    values = [spelt(m, seed + n) for n, m in enumerate(meant)]
    pks = [make(COMPANY, {**v, "name": v["name"] or f"другая {n}"}, ann).pk for n, v in enumerate(values)]
    keys = []
    for v in values:
        read = {n: entity.fields[n].parse(raw) for n, raw in v.items() if raw}
        keys.append(keys_of(entity, read))
    try:
        for n, found in enumerate(resembling([COMPANY], keys)):
            slow = {pks[m]: why for m, other in enumerate(meant) if (why := reference(meant[n], other))}
            fast = {pk: {r.kind: r.strong for r in reasons} for (_e, pk), reasons in found.items() if pk in pks}
            assert fast == slow
    finally:
        actions.delete(entity, pks, ann)
