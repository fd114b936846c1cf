"""The main ways through the product in a real browser; what is typed is never lost on any of them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsing import PHONE, serious, sign_in
from tests.cast import PASSWORD
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.jobs import worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _watched(page: Page):
    """No error in the console and nothing that the content security policy had to stop."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda m: found.append(m.text) if "Content Security Policy" in m.text else None)
    page.set_default_timeout(10_000)
    yield
    assert not found


@pytest.fixture
def company(ann):
    return actions.create(registry["company"], {"name": "Ромашка", "employees": "10", "comment": "старый"}, ann)[0]


@pytest.fixture
def record(page: Page, live_server, ann, company):
    """Ann looks at her company."""
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/{company.pk}/")
    return page


def comment(page: Page, text: str) -> None:
    """Open the comment in its place and type."""
    page.click("#f-comment [data-field-open]")
    page.fill("#id_comment", text)


def now(entity, record, user):
    return actions.fetch(registry[entity], record.pk, user)


# --- coming in ----------------------------------------------------------------------------------------------------
def test_the_first_sign_in_by_the_link_leads_to_the_list(page: Page, live_server):
    from vizavi.access.commands import one_time_link

    page.goto(one_time_link(live_server.url))
    page.click("form.form button[type=submit]")
    expect(page.locator("h1")).to_be_visible()
    page.click("#nav a[href='/companies/']")
    expect(page.locator(".emp h2")).to_be_visible()
    expect(page.locator(".way")).to_have_count(2)


def test_a_wrong_password_keeps_the_address(page: Page, live_server, ann):
    page.goto(f"{live_server.url}/companies/")
    for password in ("wrong", PASSWORD):
        page.fill("[name=login]", ann.email)
        page.fill("[name=password]", password)
        page.keyboard.press("Enter")
        if password == "wrong":
            expect(page.locator(".note--danger")).to_be_visible()
            assert page.input_value("[name=login]") == ann.email
    page.wait_for_url("**/companies/")


# --- one field in its place ---------------------------------------------------------------------------------------
def test_a_field_is_edited_in_place_by_keyboard_and_taken_back(record: Page, ann, company):
    page = record
    page.focus("#f-employees [data-field-open]")
    page.keyboard.press("Enter")
    page.fill("#id_employees", "много")
    page.keyboard.press("Enter")
    expect(page.locator("#f-employees .err")).to_be_visible()
    assert page.input_value("#id_employees") == "много"
    page.fill("#id_employees", "25")
    page.keyboard.press("Enter")
    expect(page.locator("#f-employees .fld__v")).to_contain_text("25")
    expect(page.locator("#f-employees [data-field-open]")).to_be_focused()
    expect(page.locator("#timeline ins").first).to_contain_text("25")
    page.click(".toast button >> nth=0")
    expect(page.locator("#f-employees .fld__v")).to_contain_text("10")
    page.click("#f-employees [data-field-open]")
    page.fill("#id_employees", "99")
    page.keyboard.press("Escape")
    expect(page.locator("#f-employees .fld__v")).to_contain_text("10")
    assert now("company", company, ann).employees == 10


def test_leaving_a_changed_field_saves_it_and_tab_opens_the_next(record: Page, ann, company):
    page = record
    page.click("#f-inn [data-field-open]")
    page.fill("#id_inn", "7707083893")
    page.keyboard.press("Tab")
    expect(page.locator("#id_kpp")).to_be_focused()
    expect(page.locator("#f-inn .fld__v")).to_contain_text("7707083893")
    # Looking and going away writes nothing.
    page.click(".rec__m")
    expect(page.locator("#id_kpp")).not_to_be_visible()
    comment(page, "по дороге")
    page.click("#record-head h1")
    expect(page.locator("#f-comment .fld__v")).to_contain_text("по дороге")
    assert now("company", company, ann).version == 3


def test_two_browsers_on_one_field_meet_in_a_conflict_that_loses_nothing(record: Page, ann, company, administrator):
    page = record
    comment(page, "мой")
    actions.update(registry["company"], company.pk, {"comment": "чужой", "employees": "11"}, administrator)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#f-comment .note--warn")).to_contain_text("чужой")
    assert page.input_value("#id_comment") == "мой"
    # Going away does not decide it.
    page.click("#record-head h1")
    page.wait_for_timeout(400)
    assert page.input_value("#id_comment") == "мой"
    page.click("#f-comment button[type=submit]")
    expect(page.locator("#f-comment .fld__v")).to_contain_text("мой")
    fresh = now("company", company, ann)
    assert (fresh.comment, fresh.employees) == ("мой", 11)


# --- nothing typed is lost ----------------------------------------------------------------------------------------
def test_a_form_keeps_what_was_typed_through_errors_and_a_conflict(record: Page, ann, company, administrator):
    page = record
    page.keyboard.press("KeyE")
    page.wait_for_url("**/edit/")
    page.fill("#id_comment", "мой рассказ")
    page.fill("#id_employees", "много")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-row=employees] .err")).to_be_visible()
    expect(page.locator("#id_employees")).to_be_focused()
    assert page.input_value("#id_comment") == "мой рассказ"
    page.fill("#id_employees", "12")
    actions.update(registry["company"], company.pk, {"comment": "чужой", "inn": "7707083893"}, administrator)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-row=comment] .note--warn")).to_contain_text("чужой")
    assert page.input_value("#id_comment") == "мой рассказ"
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(rf"/companies/{company.pk}/$"))
    fresh = now("company", company, ann)
    assert (fresh.comment, fresh.employees, fresh.inn) == ("мой рассказ", 12, "7707083893")


def test_a_lost_connection_keeps_what_was_typed_and_sends_it_when_it_is_back(record: Page, ann, company):
    page = record
    comment(page, "длинный рассказ")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#netbar")).to_be_visible()
    assert page.input_value("#id_comment") == "длинный рассказ"
    page.context.set_offline(False)
    expect(page.locator("#f-comment .fld__v")).to_contain_text("длинный рассказ")
    expect(page.locator("#netbar")).not_to_be_visible()
    assert now("company", company, ann).version == 2


def test_an_ended_session_is_renewed_over_the_page_and_the_request_goes_on(record: Page, ann, company):
    page = record
    comment(page, "рассказ после обеда")
    page.context.clear_cookies(name="vizavi_session")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_again_login")).to_have_value(ann.email)
    page.fill("#id_again_password", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#signin .note--danger")).to_be_visible()
    assert page.input_value("#id_comment") == "рассказ после обеда"
    page.fill("#id_again_password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#f-comment .fld__v")).to_contain_text("рассказ после обеда")
    expect(page.locator("#signin")).not_to_be_visible()
    # So is a visit to another page, and the forms of this one have their new key.
    page.context.clear_cookies(name="vizavi_session")
    page.click("#nav a[href='/contacts/']")
    page.fill("#id_again_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts/")
    expect(page).to_have_title(re.compile("Контакты"))


def test_a_draft_outlives_a_reload(page: Page, live_server, ann):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/new/")
    page.fill("#id_name", "Недописанная")
    page.reload()
    expect(page.locator("#id_name")).to_have_value("Недописанная")


def test_a_draft_keeps_more_phones_and_what_was_looked_up_and_can_be_dropped(record: Page, live_server):
    page = record
    page.goto(f"{live_server.url}/contacts/new/")
    rows = page.locator("viz-rows", has=page.locator("[name=phones-0-value]"))
    page.fill("[name=phones-0-value]", "8 912 345 67 89")
    rows.locator("[data-rows-add]").click()
    page.fill("[name=phones-1-value]", "8 912 345 67 88")
    page.fill("#id_companies", "ромашка")
    page.locator("viz-combo[data-name=companies] .opt", has_text="Ромашка").first.click()
    page.reload()
    expect(page.locator("[name=phones-1-value]")).to_have_value("8 912 345 67 88")
    expect(page.locator("viz-combo[data-name=companies] [data-chip]")).to_contain_text("Ромашка")
    page.click(".drafted button")
    expect(page.locator("[name=phones-0-value]")).to_have_value("")
    expect(page.locator(".drafted")).to_have_count(0)


def test_too_often_counts_down_and_a_breakdown_names_its_number_and_both_can_be_sent_again(record: Page, ann, company):
    page = record
    answers = [(429, {"Retry-After": "1"}), (500, {"X-Incident": "abc123"})]

    def refuse(route: Route) -> None:
        if route.request.method == "POST" and answers:
            status, headers = answers.pop(0)
            route.fulfill(status=status, headers=headers, body="")
        else:
            route.continue_()

    page.route("**/_field/comment/", refuse)
    comment(page, "третий раз")
    page.keyboard.press("Control+Enter")
    retry = page.locator(".toast button").first
    expect(retry).to_be_disabled()
    expect(retry).to_be_enabled()
    retry.click()
    expect(page.locator(".toast--error")).to_contain_text("abc123")
    assert page.input_value("#id_comment") == "третий раз"
    page.locator(".toast--error button").first.click()
    expect(page.locator("#f-comment .fld__v")).to_contain_text("третий раз")


# --- going round --------------------------------------------------------------------------------------------------
def test_pages_change_without_a_reload_and_back_returns_to_the_same_row(page: Page, live_server, ann):
    for n in range(40):
        actions.create(registry["company"], {"name": f"Фирма {n:02}"}, ann)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?sort=name")
    page.evaluate("window.sameDocument = true")
    link = page.locator("tr[data-row] a", has_text="Фирма 33")
    link.scroll_into_view_if_needed()
    link.click()
    expect(page).to_have_title(re.compile("^Фирма 33"))
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("document.querySelector('#main').scrollTop") == 0
    page.go_back()
    expect(page).to_have_title(re.compile("Компании"))
    expect(page.locator("tr[data-row]", has_text="Фирма 33")).to_be_focused()
    expect(page.locator("tr[data-row]", has_text="Фирма 33")).to_be_in_viewport()
    assert page.evaluate("window.sameDocument")
    # What listens to the page still does.
    page.keyboard.press("Control+KeyK")
    expect(page.locator("#palette")).to_be_visible()


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
    page.fill("#id_companies", "Новая фирма")
    page.click("[data-create]:not(.btn)")
    expect(page.locator("#dialog")).to_be_visible()
    page.click("#dialog .btn--primary")
    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator("viz-combo[data-name=companies] [data-chip-text]")).to_have_text("Новая фирма")
    page.click(".form__f button[type=submit]")
    page.wait_for_url(re.compile(r"/contacts/\d+/"))
    expect(page.locator("#f-companies")).to_contain_text("Новая фирма")


def test_from_a_file_to_its_undo(page: Page, live_server, ann, tmp_path):
    file = tmp_path / "Клиенты.csv"
    file.write_text(
        "Название;Отрасль;E-mail;Столбец\nПервая;technolgy;a@example,org;x\nВторая;retail;b@example.org;y\nТретья;;8;\n",
        "utf-8",
    )
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/imports/new/?entity=companies")
    page.set_input_files("input[type=file]", str(file))
    page.click(".foot button[type=submit]")
    expect(page.locator("[data-map]")).to_contain_text("technolgy")
    problems = {"columns": serious(page)}
    # A choice of another field looks again at once, without losing the others.
    page.select_option("select[name=column-3]", "comment")
    expect(page.locator("[data-map] tr.is-bad")).to_have_count(0)
    page.click(".foot button[value=check]")
    expect(page.locator("[data-problems] tbody tr")).to_have_count(2)
    problems["check"] = serious(page)
    page.click("[data-problems] button[name=hint]")
    expect(page.locator("[data-problems] tbody tr")).to_have_count(1)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.click(".foot form button[type=submit]")
    page.wait_for_url("**/run/")
    while worker.run_one("test"):
        pass
    # The page that waits goes on by itself.
    page.wait_for_url("**/result/")
    problems["result"] = serious(page)
    assert not {step: found for step, found in problems.items() if found}
    page.fill("#rejects input[aria-invalid=true]", "c@example.org")
    page.click("#rejects button[value=again]")
    page.wait_for_url("**/run/")
    while worker.run_one("test"):
        pass
    page.wait_for_url("**/result/")
    expect(page.locator("#rejects")).to_have_count(0)
    page.click("a.tile >> nth=0")
    expect(page.locator("#rows")).to_contain_text("Третья")
    page.goto(f"{live_server.url}/imports/")
    page.click("table a >> nth=0")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("form[action*='/undo/'] button")
    expect(page.locator(".toast")).to_be_visible()
    page.goto(f"{live_server.url}/companies/")
    expect(page.locator(".emp h2")).to_be_visible()
