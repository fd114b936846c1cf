"""Who is here already: said while one types, and once at saving; without JavaScript too."""

from __future__ import annotations

import re

import pytest

from vizavi.core import actions
from vizavi.core.entity import registry

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def romashka(ann):
    return actions.create(
        registry["company"], {"name": "ООО «Ромашка»", "inn": "7701234567", "phones": "84951234567"}, ann
    )[0]


def companies():
    return registry["company"].model.objects.unrestricted("a test counts").count()


def seen_of(answer):
    return re.findall(r'name="dupes_seen" value="(\w+)"', answer.content.decode())


def test_while_typing_a_panel_stands_under_the_field_that_tells(ann, dan, romashka, client_of):
    url = "/_dupes/companies/?dupes_field=name&dupes_field=phones&name=ромашка&phones-0-value=8(495)1234567"
    text = client_of(ann).get(url, headers=PARTIAL).content.decode()
    name, phones = text.split('data-dupes-for="phones"')
    assert "Ромашка" not in name and f'href="/companies/{romashka.pk}/"' in phones and "Ann" in phones
    hidden = client_of(dan).get(url, headers=PARTIAL).content.decode()
    assert "Ромашка" not in hidden and "Ann" in hidden and "/companies/" not in hidden
    token = re.search(r'data-dupes-token="(\w+)"', phones)[1]
    assert "data-dupes-token" not in client_of(ann).get(f"{url}&dupes_seen={token}", headers=PARTIAL).content.decode()
    assert client_of(ann).get("/_dupes/companies/?record=999999", headers=PARTIAL).status_code == 404


@pytest.mark.parametrize("url", ["/companies/new/", "/_quick/companies/"])
def test_saving_warns_once_and_goes_through_the_second_time(url, ann, romashka, client_of):
    client, data = client_of(ann), {"name": "Ромашка ООО", "kind": "client", "inn": "", "phones-0-value": "84951234567"}
    first = client.post(url, data, headers=PARTIAL)
    assert first.status_code == 409 and companies() == 1
    assert 'value="Ромашка ООО"' in first.content.decode() and len(seen_of(first)) == 1
    second = client.post(url, {**data, "dupes_seen": seen_of(first)}, headers=PARTIAL)
    assert second.status_code in (200, 204) and companies() == 2


def test_a_warning_says_what_else_is_wrong(ann, romashka, client_of):
    answer = client_of(ann).post("/companies/new/", {"name": "Ромашка", "employees": "много"}, headers=PARTIAL)
    assert answer.status_code == 409 and "aria-invalid" in answer.content.decode() and companies() == 1


def test_what_one_may_not_see_warns_without_a_name(dan, romashka, client_of):
    answer = client_of(dan).post("/companies/new/", {"name": "Ромашка", "inn": "7701234567"}, headers=PARTIAL)
    assert answer.status_code == 409
    assert f"/companies/{romashka.pk}/" not in answer.content.decode() and "Ann" in answer.content.decode()


def test_in_place_only_the_changed_field_speaks_and_saving_again_goes_through(ann, romashka, client_of):
    other = actions.create(registry["company"], {"name": "Ромашка", "comment": "x"}, ann)[0]
    client, one = client_of(ann), f"/companies/{other.pk}/_field/"
    assert client.post(f"{one}comment/", {"comment": "y", "version": 1}, headers=PARTIAL).status_code == 200
    first = client.post(f"{one}inn/", {"inn": "7701234567", "version": 2}, headers=PARTIAL)
    assert first.status_code == 409 and 'value="7701234567"' in first.content.decode()
    again = {"inn": "7701234567", "version": 2, "dupes_seen": seen_of(first)}
    assert client.post(f"{one}inn/", again, headers=PARTIAL).status_code == 200
    form = {"name": "Ромашка", "inn": "7701234567", "employees": "5", "initial": "{}", "version": 3}
    assert client.post(f"/companies/{other.pk}/edit/", form, headers=PARTIAL).status_code == 204
    changed = client.post(f"/companies/{other.pk}/edit/", {**form, "phones-0-value": "84951234567"}, headers=PARTIAL)
    assert changed.status_code == 409 and len(seen_of(changed)) == 1


def test_the_one_that_is_there_may_be_used_instead_and_gets_what_it_lacks(ann, romashka, client_of):
    typed = {"name": "Ромашка", "employees": "7", "phones-0-value": "+79123456789", "use": "1"}
    answer = client_of(ann).post(f"/companies/{romashka.pk}/edit/", typed, headers=PARTIAL)
    text = answer.content.decode()
    assert answer.status_code == 200 and companies() == 1
    assert 'value="ООО «Ромашка»"' in text and 'value="7"' in text
    assert "+7 495 123-45-67" in text and "+7 912 345-67-89" in text
    assert actions.fetch(registry["company"], romashka.pk, ann).employees is None
