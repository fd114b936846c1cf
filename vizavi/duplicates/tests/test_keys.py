"""Keys by which records are recognised: what spellings share, and what a shared key says."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.firm import forget
from vizavi.core.journal import undo
from vizavi.core.models import Firm, ReachKey
from vizavi.duplicates.comparing import Reason, compare
from vizavi.duplicates.spelling import firm_key, number_key, person_key
from vizavi.search.keys import Key, keys_of, rebuild

COMPANY, CONTACT = "company", "contact"


@pytest.mark.parametrize(
    "spelling",
    [
        "Ромашка", "ООО «Ромашка»", "ромашка, ООО", 'О.О.О. "РОМАШКА"', "OOO Ромашка", "ООО  'Ромашка'",
        "Общество с ограниченной ответственностью «Ромашка»", "ПАО Ромашка", "АО «Рома-шка»", "Ромашка LLC",
        "Ромашка Ltd.", "Ромашка, Inc.", "Ромашка GmbH & Co. KG", "НКО „Ромашка“",
    ],
)  # fmt: skip
def test_a_firm_has_one_key_in_any_spelling(spelling):
    assert firm_key([spelling]) == ("ромашка", "")


@pytest.mark.parametrize("a, b", [("Ёлка", "елка"), ("Альфа-Банк", "АЛЬФА БАНК"), ("ИП Иванов А.Б.", "иванов аб ип")])
def test_two_spellings_of_a_firm_share_their_key(a, b):
    assert firm_key([a]) == firm_key([b])


def test_a_name_of_nothing_but_a_legal_form_is_a_name():
    assert firm_key(["ООО"]) == ("ооо", "") != firm_key(["АО"])
    assert firm_key(["«»"]) == ("«»", "") and firm_key([" "]) is None


@pytest.mark.parametrize(
    "texts",
    [
        ["Пётр Сидоров"], ["Сидоров Пётр"], ["СИДОРОВ", "Петр"], ["Сидоров", "Пётр", ""], ["сидоров  пётр"],
    ],
)  # fmt: skip
def test_a_person_has_one_key_in_either_order(texts):
    assert person_key(texts) == ("петр сидоров", "")


def test_a_patronymic_is_told_apart_written_or_guessed():
    whole = ("петр сидоров", "ильич")
    assert person_key(["Сидоров", "Пётр", "Ильич"]) == person_key(["Пётр Ильич Сидоров"]) == whole
    assert person_key(["Сидоров Пётр", "", "Ильич"]) == person_key(["Ильич Пётр Сидоров"]) == whole
    assert person_key(["Попович", "Иван", "Сергеевич"]) == ("иван попович", "сергеевич")
    assert person_key(["Милан Вуйчич"]) == ("вуйчич милан", "")
    assert person_key(["Ильич"]) == ("ильич", "")


def test_numbers_are_their_digits_and_zeros_are_none():
    assert number_key(["77 0123 4567", "770101001"]) == ("7701234567", "770101001")
    assert number_key(["0000000000"]) is number_key([""]) is None


INN, SAME, BRANCH = Key("inn", "7701", "1"), Key("inn", "7701", ""), Key("inn", "7701", "2")
PHONE, MAIL = Key("phone", "+7912"), Key("email", "a@b.ru")
IVAN, OTHER = Key("person", "иван петров"), Key("person", "сергей котов")


@pytest.mark.parametrize(
    "a, b, reasons",
    [
        ([INN], [SAME], {"inn": True}),
        ([INN], [BRANCH], {"inn": False}),
        ([INN], [Key("inn", "7702")], {}),
        ([PHONE, MAIL], [PHONE, MAIL], {"phone": True, "email": True}),
        ([PHONE, INN], [PHONE, Key("inn", "7702")], {"phone": False}),
        ([PHONE, IVAN], [PHONE, OTHER], {"phone": False}),
        ([MAIL, IVAN], [MAIL, Key("person", "анна петров")], {"email": True}),
        ([IVAN], [IVAN], {"person": False}),
        ([Key("person", "и п", "ильич")], [Key("person", "и п", "львович")], {}),
        ([Key("person", "и п", "ильич")], [Key("person", "и п", "")], {"person": False}),
        ([Key("ogrn", "1027")], [Key("ogrn", "1027")], {"ogrn": True}),
        ([Key("firm", "x")], [Key("person", "x")], {}),
    ],
)
def test_what_a_shared_key_says(a, b, reasons):
    assert {r.kind: r.strong for r in compare(a, b)} == reasons == {r.kind: r.strong for r in compare(b, a)}


def test_the_strongest_reason_comes_first():
    assert compare([Key("firm", "x"), MAIL], [MAIL, Key("firm", "x")]) == [Reason("email", True), Reason("firm", False)]


# -- in the database ---------------------------------------------------------------------------------------------------


def rows(entity=COMPANY):
    return set(ReachKey.objects.filter(entity=entity).values_list("record_id", "field", "kind", "key", "detail"))


@pytest.mark.django_db
def test_keys_follow_every_change_into_the_bin_and_back(ann):
    data = {"name": "ООО «Ромашка»", "inn": "7701234567", "kpp": "770101001", "phones": "8 (912) 345-67-89"}
    company, _op = actions.create(registry[COMPANY], data, ann)
    made = rows()
    assert {row[2:] for row in made} == {
        ("firm", "ромашка", ""), ("inn", "7701234567", "770101001"), ("phone", "+79123456789", "")
    }  # fmt: skip
    _company, op = actions.update(registry[COMPANY], company.pk, {"kpp": "", "name": "Лютик"}, ann)
    assert {("firm", "лютик", ""), ("inn", "7701234567", "")} <= {row[2:] for row in rows()}
    undo(op, ann)
    assert rows() == made
    actions.delete(registry[COMPANY], [company.pk], ann)
    assert not rows()
    actions.restore(registry[COMPANY], [company.pk], ann)
    assert rows() == made
    ReachKey.objects.all().delete()
    rebuild()
    assert rows() == made


@pytest.mark.django_db
def test_a_misspelt_kind_of_key_stops_the_start():
    class Wrong(type(registry[COMPANY])):
        duplicates = {"firn": "name", "phone": "fones"}
        unique = "ogrn"

    found = " ".join(Wrong().check())
    assert "'firn'" in found and "'fones'" in found and "'ogrn'" in found


@pytest.fixture
def strict(db):
    row = Firm.objects.first()
    from vizavi.core.journal import operation

    with operation("firm.edit", by=None, via="command") as op:
        if row is None:
            op.create([Firm(unique=["inn", "email"])])
        else:
            op.update(op.lock(Firm, [row.pk])[row.pk], {"unique": ["inn", "email"]})
    forget()
    yield
    forget()


def test_a_firm_may_refuse_a_second_inn_and_kpp(ann, dan, strict):
    entity = registry[COMPANY]
    first, _op = actions.create(entity, {"name": "Первая", "inn": "7701234567", "kpp": "1"}, ann)
    with pytest.raises(Invalid) as refused:
        actions.create(entity, {"name": "Вторая", "inn": "7701234567", "kpp": "1"}, dan)
    assert list(refused.value.errors) == ["inn"]
    second, _op = actions.create(entity, {"name": "Филиал", "inn": "7701234567", "kpp": "2"}, dan)
    with pytest.raises(Invalid):
        actions.update(entity, second.pk, {"kpp": "1"}, dan)
    actions.update(entity, first.pk, {"name": "Та же"}, ann)
    actions.delete(entity, [first.pk], ann)
    actions.update(entity, second.pk, {"kpp": "1"}, dan)
    with pytest.raises(Invalid):
        actions.restore(entity, [first.pk], ann)


def test_what_is_not_refused_is_allowed(ann, strict):
    actions.create(registry[CONTACT], {"name": "Пётр", "emails": "a@b.ru", "phones": "+7 912 345-67-89"}, ann)
    actions.create(registry[CONTACT], {"name": "Пётр", "phones": "+7 912 345-67-89"}, ann)
    actions.create(registry[COMPANY], {"name": "Пётр", "emails": "a@b.ru"}, ann)
    with pytest.raises(Invalid):
        actions.create(registry[CONTACT], {"name": "Иван", "emails": "x@y.ru, A@B.ru"}, ann)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_refused(ann, strict):
    entity, outcomes, start = registry[COMPANY], [], threading.Barrier(2)

    def save(name):
        start.wait()
        try:
            actions.create(entity, {"name": name, "inn": "7701234567"}, ann)
            outcomes.append("created")
        except Invalid:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(name,)) for name in ("Первая", "Вторая")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created", "refused"]
    assert len({row for row in rows() if row[2] == "inn"}) == 1


@pytest.mark.django_db
def test_keys_of_takes_values_as_they_are_typed_or_stored(ann):
    entity = registry[CONTACT]
    phones = entity.fields["phones"].parse("8 912 345-67-89, +7 (912) 345 67 89")
    keys = keys_of(entity, {"name": "Пётр Сидоров", "phones": phones})
    assert {key[:2] for key in keys} == {("person", "петр сидоров"), ("phone", "+79123456789")}
