"""What people meet when something cannot be had: a page that helps them on, or a message over the page they are on."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cast import PASSWORD
from vizavi.core import actions
from vizavi.core.entity import registry

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    cache.clear()


def text_of(response):
    return response.content.decode()


def test_a_page_that_is_not_there_keeps_the_menus_and_offers_the_search(client_of, ann, client):
    page = client_of(ann).get("/companies/999/")
    assert page.status_code == 404
    assert 'action="/search/"' in text_of(page) and 'id="nav"' in text_of(page)
    # Of a part of a page nothing is put into the page; the person is told.
    part = client_of(ann).get("/companies/999/_peek/", headers=PART)
    assert (part.status_code, part["HX-Reswap"], text_of(part)) == (404, "none", "")
    assert json.loads(part["HX-Trigger"])["toast"]["kind"] == "error"
    # Who is not signed in learns nothing about which addresses exist.
    assert client.get("/companies/999/").status_code == client.get("/companies/").status_code == 302


def test_who_may_not_is_told_why_and_who_can_help(client_of, ann, ben, administrator):
    [company] = [actions.create(registry["company"], {"name": "Ромашка"}, ann)[0]]
    colleague = client_of(ben)
    if colleague.get(f"/companies/{company.pk}/").status_code != 200:
        pytest.fail("ben should see what is his department's")
    page = colleague.get(f"/companies/{company.pk}/edit/")
    assert page.status_code == 403
    for person in (ann, administrator):
        assert f"mailto:{person.email}" in text_of(page)
    part = colleague.post(f"/companies/{company.pk}/delete/", headers=PART)
    assert part.status_code == 403 and "toast" in part["HX-Trigger"]


def test_a_breakdown_has_a_number_that_stands_in_the_log(client_of, ann, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("something")

    monkeypatch.setattr("vizavi.lists.page.list_context", broken)
    client = client_of(ann)
    client.raise_request_exception = False
    page = client.get("/companies/")
    incident = page["X-Incident"]
    assert page.status_code == 500 and incident in text_of(page) and incident in caplog.text
    assert "something" not in text_of(page)
    part = client.get("/companies/", headers=PART)
    assert part.status_code == 500 and not text_of(part) and part["X-Incident"] in caplog.text
    # Even when the page of the error cannot be made.
    monkeypatch.setattr("vizavi.ui.errors.render", broken)
    plain = client.get("/companies/")
    assert plain.status_code == 500 and plain["X-Incident"] in text_of(plain)


def test_a_form_with_an_old_key_gets_the_new_one(ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    page = client.post("/companies/new/", {"name": "Ромашка"})
    assert page.status_code == 403 and "Traceback" not in text_of(page)
    part = client.post("/companies/new/", {"name": "Ромашка"}, headers=PART)
    assert part.status_code == 403
    again = client.post("/companies/new/", {"name": "Ромашка"}, headers=PART | {"X-CSRFToken": part["X-CSRF-Token"]})
    assert again.status_code == 204


def test_too_many_attempts_say_how_long_to_wait(client, ann):
    for _n in range(40):
        page = client.post("/login/", {"login": ann.email, "password": "wrong"})
        if page.status_code == 429:
            break
    assert page.status_code == 429 and page["Retry-After"] == "60" and 'data-countdown="60"' in text_of(page)
    part = client.post("/login/again/", {"login": ann.email, "password": "wrong"}, headers=PART)
    assert part.status_code == 429 and not text_of(part)


def test_a_session_that_ended_is_renewed_over_the_page(client, ann, ben):
    dialog = client.get(f"/login/again/?login={ann.email}", headers=PART)
    assert ann.email in text_of(dialog) and "<html" not in text_of(dialog)
    wrong = client.post("/login/again/", {"login": ann.email, "password": "wrong"}, headers=PART)
    assert wrong.status_code == 422 and ann.email in text_of(wrong)
    done = client.post("/login/again/", {"login": ann.email, "password": PASSWORD}, headers=PART)
    told = json.loads(done["HX-Trigger"])["signed-in"]
    assert (done.status_code, told["user"]) == (204, ann.pk) and re.fullmatch(r"\w{64}", told["key"])
    assert client.get("/companies/").status_code == 200
    # Signed in in another tab meanwhile: nothing is asked.
    assert json.loads(client.get("/login/again/", headers=PART)["HX-Trigger"])["signed-in"]["user"] == ann.pk


def test_a_program_gets_json_even_when_it_does_not_reach_the_api(client):
    answer = client.get("/api/v1/companies/", headers={"Host": ">4O"})
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "bad_request"
    assert "<html" in text_of(client.get("/companies/", headers={"Host": ">4O"}))
