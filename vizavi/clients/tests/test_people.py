"""Leads, contacts and companies: names in parts, what follows from what, how people are reached."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from vizavi.clients.models import Contact
from vizavi.clients.names import guess_gender, split_name
from vizavi.core import actions, filters, pages
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.journal import history, operation, undo
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted

pytestmark = pytest.mark.django_db


def contact(by, **data):
    return actions.create(registry["contact"], data, by)[0]


def lead(by, **data):
    return actions.create(registry["lead"], data, by)[0]


def fresh(record):
    with unrestricted("a test looks at it"):
        return type(record).objects.get(pk=record.pk)


def found(name, user, **params):
    entity, reader = registry[name], Reader(user)
    where = filters.parse(entity, params, reader).where(reader)
    return [str(r) for r in pages.page(entity, reader, where, sort=entity.title).records]


@pytest.mark.parametrize(
    ("patronymic", "gender"),
    [
        ("Иванович", "male"), ("Ильич", "male"), ("Кузьмич", "male"), ("Ivanovich", "male"), ("Гейдар оглы", "male"),
        ("Нурлан уулу", "male"), ("Олегович-Петрович", "male"), ("Петров", "male"), ("Jónsson", "male"),
        ("Ивановна", "female"), ("Ильинична", "female"), ("Никитична", "female"), ("Ivanovna", "female"),
        ("Али кызы", "female"), ("Олегівна", "female"), ("Алегаўна", "female"), ("Jónsdóttir", "female"),
        ("", ""), (None, ""), ("Smith", ""), ("—", ""),
    ],
)  # fmt: skip
def test_a_patronymic_tells_the_gender_or_nothing(patronymic, gender):
    assert guess_gender(patronymic) == gender


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Иванов Иван Петрович", ("Иванов", "Иван", "Петрович")),
        ("Иван Петрович Иванов", ("Иванов", "Иван", "Петрович")),
        ("Петрович Анна Ильинична", ("Петрович", "Анна", "Ильинична")),
        ("Алиев Гасан Гейдар оглы", ("Алиев", "Гасан", "Гейдар оглы")),
        ("Мария Ивановна", ("", "Мария", "Ивановна")),
        ("Петров Иван", ("Петров", "Иван", "")),
        ("Лебедева Ирина", ("Лебедева", "Ирина", "")),
        ("Ирина Лебедева", ("Лебедева", "Ирина", "")),
        ("Галкина Марина", ("Галкина", "Марина", "")),
        ("Марина Галкина", ("Галкина", "Марина", "")),
        ("Ким Лев", ("Ким", "Лев", "")),
        ("Белый Никита", ("Белый", "Никита", "")),
        ("Семён Белый", ("Белый", "Семён", "")),
        ("Иванов И.П.", ("Иванов", "И.", "П.")),
        ("И. П. Иванов", ("Иванов", "И.", "П.")),
        ("John Smith", ("Smith", "John", "")),
        ("Anna Maria Garcia", ("Garcia", "Anna Maria", "")),
        ("Анна Ким", ("Ким", "Анна", "")),
        ("John Smith", ("Smith", "John", "")),
        ("van der Berg, Jan", ("van der Berg", "Jan", "")),
        ("Мария", ("", "Мария", "")),
    ],
)
def test_a_full_name_is_taken_apart_in_either_order(text, parts):
    found = split_name(text)
    assert (found.get("surname", ""), found.get("name", ""), found.get("patronymic", "")) == parts


def test_a_guess_follows_the_patronymic_and_never_a_persons_choice(ann):
    anna = contact(ann, surname="Ким", name="Саша", patronymic="Олеговна")
    assert (anna.gender, anna.gender_guessed) == ("female", True)
    assert anna.remarks()["gender"]
    entity = registry["contact"]
    anna, op = actions.update(entity, anna.pk, {"patronymic": "Олегович"}, ann)
    assert (anna.gender, anna.gender_guessed) == ("male", True)
    undo(op, ann)
    assert (fresh(anna).gender, fresh(anna).gender_guessed) == ("female", True)
    # The person says the same as the guess: from now on it is a choice.
    anna, _op = actions.update(entity, anna.pk, {"gender": "female"}, ann)
    assert (anna.gender, anna.gender_guessed) == ("female", False)
    anna, _op = actions.update(entity, anna.pk, {"patronymic": "Олегович"}, ann)
    assert (anna.gender, anna.gender_guessed) == ("female", False)
    chosen = contact(ann, name="Женя", patronymic="Петрович", gender="female")
    assert (chosen.gender, chosen.gender_guessed) == ("female", False)


def test_a_bulk_change_guesses_as_well(ann):
    from vizavi.lists.change import BulkResult, bulk_chunk

    made = [contact(ann, name=f"Имя {n}") for n in range(3)]
    with operation("contact.bulk", by=ann) as op:
        bulk_chunk(op, registry["contact"], [c.pk for c in made], ann, {"patronymic": "Олеговна"}, BulkResult())
    assert {fresh(c).gender for c in made} == {"female"}


def test_a_contact_reads_as_its_reader_is_used_to_and_sorts_by_surname(ann):
    contact(ann, surname="Яшин", name="Анатолий")
    person = contact(ann, surname="Ёлкин", name="Пётр", patronymic="Олегович")
    contact(ann, name="Борис")
    with override("ru"):
        assert str(person) == "Ёлкин Пётр Олегович"
        assert found("contact", ann) == ["Борис", "Ёлкин Пётр Олегович", "Яшин Анатолий"]
    with override("en"):
        assert str(person) == "Пётр Олегович Ёлкин"
    assert len(found("contact", ann, full_name__contains="елкин петр")) == 1
    actions.update(registry["contact"], person.pk, {"surname": "Ярцев"}, ann)
    assert found("contact", ann, full_name__contains="елкин") == []
    with pytest.raises(Invalid) as refused:
        contact(ann, phones="+7 912 345-67-89")
    assert set(refused.value.errors) == {"surname"}


def test_a_person_works_at_several_companies_and_all_their_histories_tell_of_them(ann):
    firms = [actions.create(registry["company"], {"name": n}, ann)[0] for n in ("Альфа", "Бета")]
    roles = [{"id": firms[0].pk, "role": "директор"}, {"id": firms[1].pk, "role": "учредитель"}]
    person = contact(ann, name="Пётр", companies=roles)
    assert person.companies == roles
    for firm in firms:
        entries, _older = history(registry["company"], firm, Reader(ann))
        assert entries[0].source.title == "Пётр"
        assert found("contact", ann, companies=str(firm.pk)) == ["Пётр"]
    text = registry["contact"].fields["companies"].text(person.companies, Reader(ann))
    assert text == "Альфа (директор), Бета (учредитель)"


def test_a_company_asks_for_a_contact_until_it_has_one(client_of, ann):
    firm = actions.create(registry["company"], {"name": "Альфа"}, ann)[0]
    url = f"/companies/{firm.pk}/"
    prompt = f"/_quick/contacts/?companies={firm.pk}"
    # The prompt and the card of contacts, each a link and a dialog.
    assert client_of(ann).get(url).content.decode().count(prompt) == 4
    assert "Альфа" in client_of(ann).get(prompt, headers={"HX-Request": "true"}).content.decode()
    contact(ann, name="Пётр", companies=[firm.pk])
    assert client_of(ann).get(url).content.decode().count(prompt) == 2


@pytest.mark.parametrize(
    ("raw", "kind", "value", "href"),
    [
        ("https://t.me/petrov", "telegram", "petrov", "https://t.me/petrov"),
        ({"kind": "telegram", "value": "@petrov"}, "telegram", "@petrov", "https://t.me/petrov"),
        ({"kind": "whatsapp", "value": "8 912 345-67-89"}, "whatsapp", "8 912 345-67-89", "https://wa.me/79123456789"),
        ({"kind": "vk", "value": "id77"}, "vk", "id77", "https://vk.com/id77"),
        ({"kind": "max", "value": "петров"}, "max", "петров", ""),
        ({"kind": "whatsapp", "value": "петров"}, "whatsapp", "петров", ""),
    ],
)
def test_a_messenger_leads_where_its_network_is(raw, kind, value, href, ann):
    person = contact(ann, name="Пётр", messengers=[raw])
    [item] = person.messengers
    field = registry["contact"].fields["messengers"]
    assert (item["kind"], item["value"], field.href(item)) == (kind, value, href)
    assert found("contact", ann, messengers=value) == ["Пётр"]
    assert field.parse(field.to_json(person.messengers)) == person.messengers


def test_addresses_are_found_by_a_part(ann):
    person = contact(ann, name="Пётр", addresses="Москва, Тверская, 1; Тула, Ленина, 5")
    assert [a["value"] for a in person.addresses] == ["Москва, Тверская, 1", "Тула, Ленина, 5"]
    assert (
        found("contact", ann, addresses__contains="тверск") == ["Пётр"] == found("contact", ann, addresses__empty="0")
    )
    assert found("contact", ann, addresses__contains="рязань") == []


def test_a_lead_is_called_by_what_is_known_of_it(ann):
    one = lead(ann, surname="Ким", name="Анна", company_name="Альфа")
    with override("ru"):
        assert str(one) == "Ким Анна"
    assert lead(ann, company_name="Альфа").title == "Альфа"
    assert lead(ann, phones="+7 912 345-67-89").title == "+7 912 345-67-89"
    assert lead(ann, title="Заявка № 5", name="Анна").title == "Заявка № 5"
    with pytest.raises(Invalid):
        lead(ann, comment="никто")
    one, _op = actions.update(registry["lead"], one.pk, {"name": "Алла"}, ann)
    assert one.title == "Ким Алла"
    one, _op = actions.update(registry["lead"], one.pk, {"title": "Важная"}, ann)
    one, op = actions.update(registry["lead"], one.pk, {"name": "Анна"}, ann)
    assert one.title == "Важная"
    one, op = actions.update(registry["lead"], one.pk, {"title": ""}, ann)
    assert one.title == "Ким Анна"
    undo(op, ann)
    assert fresh(one).title == "Важная"


def test_nobodys_leads_are_everybodys_to_see_and_to_take(ann, dan, cat, client_of):
    free = lead(ann, title="Ничья", owner=None)
    mine = lead(ann, title="Моя")
    from vizavi.core.actions import fetch
    from vizavi.core.errors import NotThere, Refused
    from vizavi.search import find

    assert fetch(registry["lead"], free.pk, dan) == free
    with pytest.raises(NotThere):
        fetch(registry["lead"], mine.pk, dan)
    assert [h.id for h in find("ничья", Reader(dan))] == [free.pk] and not find("моя", Reader(dan))
    with pytest.raises(Refused):
        actions.update(registry["lead"], free.pk, {"owner": cat.pk}, cat)
    with pytest.raises(Refused):
        actions.delete(registry["lead"], [free.pk], dan)
    taken, _op = actions.update(registry["lead"], free.pk, {"owner": dan.pk}, dan)
    assert taken.owner_id == dan.pk
    assert isinstance(Contact.objects.visible_to(dan).count(), int)


def test_a_doubtful_number_is_saved_and_said_to_be_doubtful(ann, client_of):
    entity = registry["company"]
    firm = actions.create(entity, {"name": "Альфа", "inn": "7707 083-893", "kpp": "773601001"}, ann)[0]
    assert firm.inn == "7707083893" and firm.warnings() == {}
    url = f"/companies/{firm.pk}/_field/inn/"
    answer = client_of(ann).post(url, {"inn": "7707083894", "version": 1}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "fld__w" in answer.content.decode()
    assert "fld__w" in client_of(ann).get(f"/companies/{firm.pk}/").content.decode()
    from vizavi.access.models import ApiToken

    token = {"Authorization": f"Bearer {ApiToken.make(ann, 't')[1]}"}
    shown = client_of(ann).get(f"/api/v1/companies/{firm.pk}/", headers=token).json()
    assert set(shown["warnings"]) == {"inn"} and shown["inn"] == "7707083894"
