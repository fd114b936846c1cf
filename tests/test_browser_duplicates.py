"""Who is here already, and merging, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import PHONE, serious, sign_in
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.records import unrestricted
from vizavi.duplicates import scanning

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _watched(page: Page):
    """No error in the console."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    yield
    assert not found


@pytest.fixture
def romashka(ann):
    data = {"name": "ООО «Ромашка»", "inn": "7701234567", "phones": "+7 495 123-45-67", "comment": "первая"}
    return actions.create(registry["company"], data, ann)[0]


def count():
    with unrestricted("a test counts"):
        return registry["company"].model.objects.alive().count()


def test_typing_a_phone_shows_who_has_it_and_saving_again_makes_another(page: Page, live_server, ann, romashka):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/new/")
    page.fill("#id_name", "Другая фирма")
    page.fill("[name=phones-0-value]", "8 495 1234567")
    panel = page.locator("[data-dupes-slot=phones] .dupes")
    expect(panel).to_contain_text("ООО «Ромашка»")
    expect(panel).to_contain_text("Ann")
    page.fill("[name=phones-0-value]", "8 495 1234568")
    expect(panel).not_to_be_visible()
    page.fill("[name=phones-0-value]", "8 495 1234567")
    expect(panel).to_be_visible()
    page.click(".form__f button[type=submit]")
    expect(page.locator(".note--warn")).to_be_visible()
    assert page.input_value("#id_name") == "Другая фирма" and count() == 1
    assert not serious(page)
    page.click(".form__f button[type=submit]")
    page.wait_for_url(re.compile(r"/companies/\d+/$"))
    assert count() == 2


def test_all_the_same_a_new_one_is_said_once(page: Page, live_server, ann, romashka):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/new/")
    page.fill("#id_name", "ромашка")
    page.click("[data-dupes-slot=name] [data-dupes-dismiss]")
    expect(page.locator("[data-dupes-slot=name] .dupes")).not_to_be_visible()
    page.click(".form__f button[type=submit]")
    page.wait_for_url(re.compile(r"/companies/\d+/$"))
    assert count() == 2


def test_the_one_that_is_there_is_used_in_form_and_dialog(page: Page, live_server, ann, romashka):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/new/")
    page.fill("#id_name", "Ромашка")
    page.fill("#id_employees", "7")
    page.click("[data-dupes-slot=name] button[name=use]")
    expect(page.locator("#id_name")).to_have_value("ООО «Ромашка»")
    expect(page.locator("#id_employees")).to_have_value("7")
    page.goto(f"{live_server.url}/contacts/new/")
    page.fill("#id_companies", "Ромашка 2")
    page.click("[data-create]:not(.btn)")
    expect(page.locator("#dialog")).to_be_visible()
    page.fill("#dialog [name=name]", "Ромашка ООО")
    page.click("#dialog [data-dupes-use]")
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator("viz-combo[data-name=companies] [data-chip-text]")).to_have_text("ООО «Ромашка»")
    assert count() == 1


def test_in_place_a_number_that_is_taken_asks_once(page: Page, live_server, ann, romashka):
    other = actions.create(registry["company"], {"name": "Лютик"}, ann)[0]
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{other.pk}/")
    page.click("#f-inn [data-field-open]")
    page.fill("#id_inn", "7701234567")
    expect(page.locator("#f-inn .dupes")).to_contain_text("Ромашка")
    page.keyboard.press("Enter")
    expect(page.locator("#f-inn input[name=dupes_seen]")).to_be_attached()
    page.click("#f-inn button[type=submit]")
    expect(page.locator("#f-inn .fld__v")).to_contain_text("7701234567")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_are_merged_from_the_work_list_and_come_back_by_undo(page: Page, live_server, ann, romashka, scheme):
    other = actions.create(registry["company"], {"name": "Ромашка", "inn": "7701234567", "comment": "вторая"}, ann)[0]
    person = actions.create(registry["contact"], {"name": "Пётр Сидоров", "companies": [other.pk]}, ann)[0]
    scanning.carry_out(scanning.begin())
    page.emulate_media(color_scheme=scheme)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/duplicates/?entity=company")
    assert not serious(page)
    page.click(".dupgroup button.btn--primary")
    page.wait_for_url(re.compile(r"/companies/merge/"))
    expect(page.locator(".mrgmoves")).to_contain_text("Пётр Сидоров")
    assert not serious(page)
    page.check(f"input[name=pick-name][value='{other.pk}']")
    page.click(".form__f button[type=submit]")
    page.wait_for_url(re.compile(rf"/companies/{romashka.pk}/"))
    expect(page.locator("#f-comment")).to_contain_text("вторая")
    expect(page.locator("h1")).to_contain_text("Ромашка")
    with unrestricted("a test looks"):
        assert [c["id"] for c in type(person).objects.get(pk=person.pk).companies] == [romashka.pk]
    page.click(".toast button >> nth=0")
    expect(page.locator("h1")).to_contain_text("ООО «Ромашка»")
    with unrestricted("a test looks"):
        assert [c["id"] for c in type(person).objects.get(pk=person.pk).companies] == [other.pk]
    page.set_viewport_size(PHONE)
    for path in ("/duplicates/?entity=company", f"/companies/merge/?ids={romashka.pk},{other.pk}"):
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_what_is_ticked_in_a_list_is_merged(page: Page, live_server, ann, romashka):
    actions.create(registry["company"], {"name": "Лютик"}, ann)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/")
    button = page.locator("[data-bulk-bar] [data-many*=merge]")
    page.locator("[data-select]").nth(0).check()
    expect(button).to_be_disabled()
    page.locator("[data-select]").nth(1).check()
    button.click()
    page.wait_for_url(re.compile(r"/companies/merge/\?ids=\d+,\d+"))
    expect(page.locator(".mrg__h")).to_have_count(2)


def test_what_is_left_is_written_as_it_will_be_kept_and_a_wrong_number_is_said(page: Page, live_server, ann):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/new/")
    page.fill("[name=phones-0-value]", "8 (912) 345 67 89")
    page.keyboard.press("Tab")
    expect(page.locator("[name=phones-0-value]")).to_have_value("+7 912 345-67-89")
    with page.expect_response("**/_dupes/**"):
        page.fill("#id_inn", "7707083894")
    late = page.locator("[data-row=inn] .late")
    expect(late).to_have_count(1)
    expect(late).not_to_be_visible()
    page.keyboard.press("Tab")
    expect(late).to_be_visible()
