"""What stands around a record, in a real browser: notes and their drafts, tags, the star, the palette."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsing import PHONE, sign_in
from vizavi.core import actions
from vizavi.core.entity import registry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def company(ann):
    return actions.create(registry["company"], {"name": "Ромашка"}, ann)[0]


def test_a_note_survives_a_reload_and_is_written_by_keyboard(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.keyboard.press("n")
    expect(page.locator("#id_note")).to_be_focused()
    page.keyboard.type("Просят скидку")
    page.reload()
    expect(page.locator("#id_note")).to_have_value("Просят скидку")
    page.locator("#id_note").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline .ev__t").first).to_contain_text("Просят скидку")
    expect(page.locator("#id_note")).to_have_value("")
    page.locator("#timeline article").first.hover()
    page.locator("#timeline form[action$='_pin/'] button").first.click()
    expect(page.locator("#timeline .ev--pin")).to_contain_text("Просят скидку")
    page.reload()
    expect(page.locator("#id_note")).to_have_value("")


def test_a_tag_is_coined_while_typing(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.click("#f-tags [data-field-open]")
    page.fill("#id_tags", "VIP")
    page.locator("#f-tags .opt--new").click()
    expect(page.locator("#dialog [name=name]")).to_have_value("VIP")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-tags [data-chip]")).to_contain_text("VIP")
    page.click("#f-tags form button[type=submit]")
    expect(page.locator("#f-tags .fld__v .chip")).to_contain_text("VIP")


def test_the_palette_finds_in_the_wrong_layout_and_remembers_what_was_seen(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.click("form[action^='/_star/'] button")
    expect(page.locator("form[action^='/_star/'] button")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{live_server.url}/contacts/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-list")).to_contain_text("Ромашка")
    page.keyboard.type("hjvfirf")
    expect(page.locator("#palette-list .prow")).to_have_count(1)
    expect(page.locator("#palette-list .prow")).to_contain_text("Ромашка")
    page.keyboard.press("Tab")
    expect(page.locator("#palette-list .prow")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ромашка")


def test_a_note_without_a_connection_waits_is_sent_by_itself_and_written_once(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")

    def lose_the_answer(route: Route) -> None:
        """The server has written the note, but nobody is told."""
        route.fetch()
        route.abort()

    page.route("**/_notes/", lose_the_answer, times=1)
    page.fill("#id_note", "Просят скидку")
    page.context.set_offline(True)
    page.click("#composer button[type=submit]")
    expect(page.locator("#composer [data-waits]")).to_be_visible()
    expect(page.locator("#netbar")).to_contain_text("1")
    # Another page is not there to be had, and this one stays.
    page.click("#nav a[href='/contacts/']")
    expect(page.locator("#id_note")).to_have_value("Просят скидку")
    page.context.set_offline(False)
    expect(page.locator("#id_note")).to_have_value("")
    expect(page.locator("#netbar")).not_to_be_visible()
    expect(page.locator("#timeline article .ev__t", has_text="Просят скидку")).to_have_count(1)
    assert page.url.endswith(f"/companies/{company.pk}/")


def test_the_head_of_a_record_shrinks_while_one_reads_on(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.set_viewport_size({"width": 1366, "height": 600})
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    head = page.locator("#record-head")
    page.locator(".rec__l").hover()
    page.mouse.wheel(0, 300)
    expect(head.locator(".crumb")).not_to_be_visible()
    expect(head.locator("h1")).to_be_visible()
    page.mouse.wheel(0, -2000)
    expect(head.locator(".crumb")).to_be_visible()


def test_the_palette_says_how_many_there_are_and_whose(page: Page, live_server, ann, company):
    for n in range(7):
        actions.create(registry["company"], {"name": f"Ромашка {n}", "phones": f"+7 912 345-67-8{n}"}, ann)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/today/")
    page.keyboard.press("Control+k")
    page.keyboard.type("ромаш")
    rows = page.locator("#palette-list .prow .av", has_text="").locator("xpath=ancestor::a")
    expect(rows).to_have_count(5)
    expect(page.locator("#palette-list .pgrp a")).to_contain_text("8")
    expect(rows.last).to_contain_text("+7 912 345-67-8")


def test_the_bar_of_a_phone_leads_straight_to_a_note(page: Page, live_server, ann, company):
    actions.update(registry["company"], company.pk, {"phones": "+7 912 345-67-89"}, ann)
    sign_in(page, live_server.url, ann)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.click(".mbar a[href$='#id_note']")
    expect(page.locator("#id_note")).to_be_focused()
    expect(page.locator(".rec__l")).not_to_be_visible()
