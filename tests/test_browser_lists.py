"""Lists in a real browser: views, mass actions, columns, and all of it without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import PHONE, serious, sign_in
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.records import unrestricted
from vizavi.jobs import worker
from vizavi.lists import bulk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _watched(page: Page):
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda m: found.append(m.text) if "Content Security Policy" in m.text else None)
    yield
    assert not found


@pytest.fixture
def companies(ann):
    kinds = ("client", "partner", "supplier")
    return [
        actions.create(registry["company"], {"name": f"Фирма {n:02}", "kind": kinds[n % 3], "employees": n}, ann)[0]
        for n in range(30)
    ]


def names(page: Page) -> list[str]:
    return page.locator("tr[data-row] td.tbl__n").all_inner_texts()


def kinds(ids) -> set[str]:
    with unrestricted("the test looks"):
        return set(registry["company"].model.objects.filter(pk__in=ids).values_list("kind", flat=True))


def test_a_list_is_saved_as_a_view_changed_reset_and_pinned(page: Page, live_server, ann, companies):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?sort=name")
    page.click("[data-filter-add]")
    page.keyboard.type("тип")
    page.keyboard.press("Enter")
    page.check("#dialog input[value=partner]")
    page.click("#dialog .btn--primary")
    expect(page.locator(".fchip--on")).to_contain_text("Партнёр")
    page.click("text=Сохранить вид")
    page.fill("#id_name", "Партнёры")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".tab[aria-current]")).to_have_text("Партнёры")
    page.wait_for_url(re.compile(r"\?view=\d+$"))
    assert len(names(page)) == 10
    page.click("th a:has-text('Название')")
    expect(page.locator(".tab__dot")).to_be_visible()
    expect(page.locator("text=Сохранить как…")).to_be_visible()
    page.click(".saving >> text=Сбросить")
    expect(page.locator(".tab__dot")).to_have_count(0)
    page.click("[commandfor=list-menu]")
    page.click("#list-menu >> text=Закрепить в меню")
    expect(page.locator("#nav [data-badge]").last).to_have_text("10")
    actions.update(registry["company"], companies[0].pk, {"kind": "partner"}, ann)
    page.reload()
    expect(page.locator("tr[data-row]")).to_have_count(11)


def test_all_of_a_filter_is_changed_in_the_background_and_undone(page: Page, live_server, ann, companies, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 8)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?kind=client,partner&sort=name&limit=25")
    assert len(names(page)) == 20
    page.goto(f"{live_server.url}/companies/?sort=name&limit=25")
    page.check("[data-select-page]")
    expect(page.locator("[data-bulk-count]")).to_have_text("25")
    page.click("[data-select-everything]")
    expect(page.locator("[data-bulk-count]")).to_have_text("30")
    page.click("[commandfor=bulk-change]")
    page.keyboard.type("тип")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_contain_text("30 записей")
    page.select_option("#id_bulk_kind", "investor")
    page.click("#dialog .btn--primary")
    expect(page.locator(".tray__b")).to_be_visible()
    page.click("#nav >> text=Контакты")
    page.wait_for_url("**/contacts/")
    expect(page.locator(".tray__b")).to_be_visible()
    while worker.run_one("test"):
        pass
    expect(page.locator(".toast", has_text="30")).to_be_visible()
    assert kinds([c.pk for c in companies]) == {"investor"}
    page.click(".toast a")
    page.click("main button:has-text('Отменить')")
    page.wait_for_timeout(300)
    while worker.run_one("test"):
        pass
    assert kinds([c.pk for c in companies]) == {"client", "partner", "supplier"}


def test_a_list_is_worked_from_end_to_end_without_a_mouse(page: Page, live_server, ann, companies):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?sort=name")
    press = page.keyboard.press
    # In the Russian layout the same keys send other letters: the place of the key counts.
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyJ', key: 'о', bubbles: true}))")
    expect(page.locator("tr[data-row]:focus")).to_contain_text("Фирма 00")
    press("ArrowDown")
    press("KeyX")
    press("Shift+ArrowDown")
    press("Shift+ArrowDown")
    expect(page.locator("[data-bulk-count]")).to_have_text("3")
    press("Escape")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    press("End")
    expect(page.locator("tr[data-row]:focus")).to_contain_text("Фирма 29")
    press("Home")
    press("Space")
    expect(page.locator("#drawer")).to_contain_text("Фирма 00")
    expect(page).to_have_url(re.compile(rf"peek=companies-{companies[0].pk}$"))
    press("KeyJ")
    expect(page.locator("#drawer")).to_contain_text("Фирма 01")
    expect(page).to_have_url(re.compile(rf"peek=companies-{companies[1].pk}$"))
    press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("peek"))
    expect(page.locator("tr[data-row]:focus")).to_contain_text("Фирма 01")
    # A cell: to the number of employees, edit, save, Tab to the next.
    press("F2")
    expect(page.locator("td.is-editing")).to_be_visible()
    page.fill("td.is-editing input[type=text]", "Фирма 01 бис")
    press("Tab")
    expect(page.locator("td.tbl__n", has_text="Фирма 01 бис")).to_be_visible()
    expect(page.locator("td.is-editing select")).to_be_focused()
    press("Escape")
    expect(page.locator("td.is-editing")).to_have_count(0)
    press("KeyX")
    press("Control+KeyA")
    expect(page.locator("[data-bulk-count]")).to_have_text("30")
    press("Escape")
    press("Home")
    press("Enter")
    page.wait_for_url(re.compile(rf"/companies/{companies[0].pk}/\?list="))
    press("KeyJ")
    page.wait_for_url(re.compile(rf"/companies/{companies[1].pk}/"))
    page.go_back()
    page.go_back()
    page.wait_for_url(re.compile(r"/companies/\?sort=name"))
    expect(page.locator("tr[data-row]:focus")).to_contain_text("Фирма 00")
    press("Slash")
    page.keyboard.type("фирма 07")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    press("Escape")
    press("KeyF")
    page.keyboard.type("сотр")
    press("Enter")
    expect(page.locator("#dialog")).to_be_visible()


def test_escape_clears_the_selection_then_the_filter(page: Page, live_server, ann, companies):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?kind=client")
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyX")
    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    expect(page.locator(".fchip--on")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".fchip--on")).to_have_count(0)
    expect(page.locator("tr[data-row]")).to_have_count(30)


def test_columns_are_put_in_order_without_dragging_and_made_wider_by_hand_and_key(
    page: Page, live_server, ann, companies
):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/")
    page.click("text=Столбцы")
    page.keyboard.type("сотр")
    page.check("#dialog input[name=shown][value=employees]")
    page.fill("#order-q", "")
    for _ in range(3):
        page.click("#dialog li:has(input[value=kind]) [data-order-move='1']")
    page.click("#dialog .btn--primary")
    expect(page.locator("th[data-col=employees]")).to_be_visible()
    order = page.locator("th[data-col]").evaluate_all("all => all.map((th) => th.dataset.col)")
    assert order.index("kind") == 4 and order[0] == "name"
    before = page.locator("th[data-col=name]").bounding_box()
    grip = page.locator("th[data-col=name] [data-resize]").bounding_box()
    page.mouse.move(grip["x"] + 4, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 84, grip["y"] + 10, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("cols=name%3A"))
    after = page.locator("th[data-col=name]").bounding_box()
    assert abs(after["width"] - before["width"] - 80) <= 2
    page.focus("th[data-col=name] .th")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("th[data-col=name]")).to_have_attribute("data-width", str(round(after["width"]) - 32))
    page.wait_for_url(re.compile(f"name%3A{round(after['width']) - 32}"))
    page.goto(f"{live_server.url}/companies/")
    assert round(page.locator("th[data-col=name]").bounding_box()["width"]) == round(after["width"]) - 32


def test_conditions_with_groups_are_built_in_a_dialog(page: Page, live_server, ann, companies):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?kind=client")
    page.click("[data-filter-add]")
    page.click("text=Расширенный: группы условий…")
    page.click("#dialog button:has-text('Группа «или»')")
    lines = page.locator("#dialog [data-line]")
    expect(lines).to_have_count(3)
    page.select_option("#id_f-1", "employees")
    expect(page.locator("#id_f-1")).to_have_value("employees")
    page.select_option("#id_o-1", "lte")
    page.fill("#id_v-1", "3")
    page.select_option("#id_f-2", "employees")
    page.select_option("#id_o-2", "between")
    page.fill("#id_v-2", "20")
    page.fill("#id_v-2-2", "27")
    page.click("#dialog .dlg__f .btn--primary")
    page.wait_for_url(re.compile(r"or\.1\."))
    # Of 0, 3, 6 … those that are at most 3 or from 20 to 27.
    assert sorted(names(page)) == ["Фирма 00", "Фирма 03", "Фирма 21", "Фирма 24", "Фирма 27"]
    expect(page.locator(".fchip--on")).to_have_count(2)


def test_a_phone_shows_cards_selects_by_a_long_press_and_by_the_menu(page: Page, live_server, ann, companies):
    page.set_viewport_size(PHONE)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/?kind=client&employees__gte=0&sort=name&cols=name,kind,employees,owner")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    row = page.locator("tr[data-row]").first
    row.dispatch_event("pointerdown", {"pointerType": "touch", "clientX": 50, "clientY": 300, "bubbles": True})
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    row.dispatch_event("pointerup", {"pointerType": "touch", "bubbles": True})
    row.dispatch_event("click", {"bubbles": True})
    page.locator("tr[data-row]").nth(2).click()
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    page.click("[data-bulk-clear]")
    expect(page.locator("td.tbl__c").first).to_be_hidden()
    page.click("[commandfor=list-menu]")
    page.click("#list-menu >> text=Выбрать")
    page.locator("tr[data-row]").nth(1).click()
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    page.click("[data-bulk-clear]")
    page.click("[commandfor=view-menu]")
    page.click("#view-menu >> text=Сотрудников")
    page.wait_for_url(re.compile("sort=-employees"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dialogs_of_a_list_are_accessible(page: Page, live_server, administrator, scheme):
    actions.create(registry["company"], {"name": "Ромашка", "kind": "client", "revenue": "10"}, administrator)
    page.emulate_media(color_scheme=scheme)
    sign_in(page, live_server.url, administrator)
    page.goto(f"{live_server.url}/companies/?kind=client&or.1.owner=me&or.1.employees=1..5&group=kind")
    problems = {"grouped": serious(page)}
    for name, selector in {
        "columns": "text=Столбцы",
        "view": ".tabs__add",
        "filter": ".fchip--on a >> nth=0",
        "conditions": ".fchip--on a >> nth=2",
    }.items():
        page.goto(f"{live_server.url}/companies/?kind=client&or.1.owner=me&or.1.employees=1..5")
        page.click(selector)
        expect(page.locator("#dialog")).to_be_visible()
        page.wait_for_timeout(400)
        problems[name] = serious(page)
    assert not {name: found for name, found in problems.items() if found}
