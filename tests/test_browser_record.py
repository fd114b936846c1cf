"""What stands around a record, in a real browser: notes and their drafts, tags, the star, the palette."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import sign_in
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
