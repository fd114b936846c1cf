"""A few flows in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.jobs import worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).resolve().parent.parent / "vizavi/ui/static/dist/test/axe.min.js"
PHONE = {"width": 360, "height": 740}


@pytest.fixture(autouse=True)
def _watched(page: Page):
    """No error in the console and nothing that the content security policy had to stop."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda m: found.append(m.text) if "Content Security Policy" in m.text else None)
    yield
    assert not found


@pytest.fixture
def company(ann):
    return actions.create(registry["company"], {"name": "Ромашка", "employees": "10", "comment": "старый"}, ann)[0]


def sign_in(page: Page, url: str, user) -> None:
    page.goto(f"{url}/login/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")
    page.wait_for_url(lambda u: "/login" not in u)


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on the page."""
    page.evaluate(AXE.read_text("utf-8"))
    # Initials in a circle are a picture of the name, which the button has as its name.
    options = "{resultTypes: ['violations'], rules: {'label-content-name-mismatch': {enabled: false}}}"
    found = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def test_the_first_sign_in_by_the_link_leads_to_the_list(page: Page, live_server):
    from vizavi.access.commands import one_time_link

    page.goto(one_time_link(live_server.url))
    page.click("form.form button[type=submit]")
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{live_server.url}/companies/")
    expect(page.locator(".emp")).to_be_visible()


def test_inline_edit_with_enter_escape_and_undo(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.click("#f-employees [data-field-open]")
    page.fill("#id_employees", "много")
    page.keyboard.press("Enter")
    expect(page.locator("#f-employees .err")).to_be_visible()
    assert page.input_value("#id_employees") == "много"
    page.fill("#id_employees", "25")
    page.keyboard.press("Enter")
    expect(page.locator("#f-employees")).to_contain_text("25")
    expect(page.locator("#timeline ins").first).to_contain_text("25")
    page.click(".toast button >> nth=0")
    expect(page.locator("#f-employees")).to_contain_text("10")
    page.click("#f-employees [data-field-open]")
    page.fill("#id_employees", "99")
    page.keyboard.press("Escape")
    expect(page.locator("#f-employees")).to_contain_text("10")


def test_two_browsers_on_one_field_meet_in_a_conflict_that_loses_nothing(
    page: Page, live_server, ann, company, administrator
):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.click("#f-comment [data-field-open]")
    page.fill("#id_comment", "мой")
    actions.update(registry["company"], company.pk, {"comment": "чужой", "employees": "11"}, administrator)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-comment .note--warn")).to_contain_text("чужой")
    assert page.input_value("#id_comment") == "мой"
    page.click("#f-comment button[type=submit]")
    expect(page.locator("#f-comment .fld__v")).to_contain_text("мой")
    record = actions.fetch(registry["company"], company.pk, ann)
    assert (record.comment, record.employees) == ("мой", 11)


def test_a_lost_connection_and_an_ended_session_keep_what_was_typed(page: Page, live_server, ann, company):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    page.click("#f-comment [data-field-open]")
    page.fill("#id_comment", "длинный рассказ")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#netbar")).to_be_visible()
    assert page.input_value("#id_comment") == "длинный рассказ"
    # It is sent by itself when the connection is back.
    page.context.set_offline(False)
    expect(page.locator("#f-comment .fld__v")).to_contain_text("длинный рассказ")
    page.click("#f-comment [data-field-open]")
    page.fill("#id_comment", "ещё длиннее рассказ")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    # One signs in over the page, and what was refused is sent again.
    expect(page.locator("#signin")).to_be_visible()
    assert page.input_value("#id_comment") == "ещё длиннее рассказ"
    page.fill("#id_again_password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#f-comment .fld__v")).to_contain_text("ещё длиннее рассказ")
    expect(page.locator("#signin")).not_to_be_visible()


def test_from_a_file_to_its_undo(page: Page, live_server, ann, tmp_path):
    file = tmp_path / "f.csv"
    file.write_text("название;отрасль\nПервая;technolgy\nВторая;retail\n", encoding="utf-8")
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/imports/new/?entity=companies")
    page.set_input_files("input[type=file]", str(file))
    page.click(".form__f button[type=submit]")
    expect(page.locator("table").first).to_contain_text("Первая")
    page.click(".form__f button[type=submit]")
    expect(page.locator(".tiles")).to_contain_text("2")
    page.click(".form__f button[type=submit]")
    while worker.run_one("test"):
        pass
    page.reload()
    page.click(".form__f a.btn--primary")
    expect(page.locator("#rows")).to_contain_text("Вторая")
    page.goto(f"{live_server.url}/operations/")
    page.click("tbody tr:first-child button[type=submit]")
    expect(page.locator(".toast")).to_be_visible()
    page.goto(f"{live_server.url}/companies/")
    expect(page.locator(".emp")).to_be_visible()


def test_the_keyboard_walks_selects_peeks_and_finds(page: Page, live_server, ann, company):
    actions.create(registry["company"], {"name": "Лютик"}, ann)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/")
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyX")
    expect(page.locator("[data-bulk-bar]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    expect(page.locator("#drawer")).to_contain_text("Лютик")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+KeyK")
    page.keyboard.type("ромаш")
    expect(page.locator("#palette-list [role=option]").first).to_contain_text("Ромашка")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/companies/{company.pk}/"))


def test_a_contact_and_its_company_are_made_from_one_dialog(page: Page, live_server, ann):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/contacts/new/")
    page.fill("#id_name", "Пётр Сидоров")
    page.fill("#id_company", "Новая фирма")
    page.click("[data-create]:not(.btn)")
    expect(page.locator("#dialog")).to_be_visible()
    page.click("#dialog .btn--primary")
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator("#id_company")).to_have_value("Новая фирма")
    page.click(".form__f button[type=submit]")
    page.wait_for_url(re.compile(r"/contacts/\d+/"))
    expect(page.locator("#f-company")).to_contain_text("Новая фирма")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_and_fits_a_phone(page: Page, live_server, administrator, scheme):
    call_command("check")
    company = actions.create(
        registry["company"],
        {"name": "Достопримечательность-Водонепроницаемость", "phones": "+7 912 345-67-89"},
        administrator,
    )[0]
    page.emulate_media(color_scheme=scheme)
    sign_in(page, live_server.url, administrator)
    urls = [
        "/companies/",
        f"/companies/{company.pk}/",
        "/companies/new/",
        "/imports/new/?entity=companies",
        "/operations/",
        "/settings/",
        "/settings/users/",
        "/bin/",
        "/search/?q=досто",
    ]
    problems = {}
    for url in urls:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(live_server.url + url)
        problems[url] = serious(page)
        page.set_viewport_size(PHONE)
        page.goto(live_server.url + url)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            problems[url].append(f"{width} px wide on a phone")
    assert not {url: found for url, found in problems.items() if found}
