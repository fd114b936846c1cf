"""Every screen for everybody: light and dark, phone and zoom, screen reader and finger, and no flash in between."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import PHONE, overflow, serious, sign_in, small_targets
from vizavi.core import actions
from vizavi.core.entity import registry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "Достопримечательность-Водонепроницаемость"
PAGES = [
    "/today/",
    "/companies/",
    "/companies/?kind=client&q=ничего",
    "/companies/?group=kind",
    "/companies/{pk}/",
    "/companies/{pk}/edit/",
    "/companies/new/",
    "/contacts/",
    "/leads/inbox/",
    "/duplicates/",
    "/imports/",
    "/imports/new/?entity=companies",
    "/operations/",
    "/operations/1/",
    "/bin/",
    "/search/?q=досто",
    "/settings/",
    "/settings/profile/",
    "/settings/tokens/",
    "/settings/sessions/",
    "/settings/users/",
    "/settings/users/{user}/",
    "/settings/invite/",
    "/settings/dictionaries/",
    "/settings/fields/",
    "/settings/fields/companies/",
    "/settings/fields/companies/new/text/",
    "/settings/firm/",
    "/api/docs/",
    "/companies/99999/",
]


@pytest.fixture
def places(live_server, administrator):
    """The addresses of the main pages, with something on them."""
    phones = "+7 912 345-67-89, +7 912 345-67-88"
    company = actions.create(registry["company"], {"name": NAME, "phones": phones, "kind": "client"}, administrator)[0]
    actions.update(registry["company"], company.pk, {"comment": "Длинное " * 30}, administrator)
    contact = {"name": "Константин Константинопольский", "companies": [company.pk], "emails": "k@example.org"}
    actions.create(registry["contact"], contact, administrator)
    actions.create(registry["lead"], {"title": "Нужен счёт", "emails": "k@example.org"}, administrator)
    return [live_server.url + page.format(pk=company.pk, user=administrator.pk) for page in PAGES]


def test_axe_finds_nothing_serious_in_light_and_dark(page: Page, live_server, administrator, places):
    # Colours are measured where they stand still.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    problems = {}
    for url in [f"{live_server.url}/login/", f"{live_server.url}/in/nothing/", *places]:
        if url == places[0]:
            sign_in(page, live_server.url, administrator)
        page.goto(url)
        found = serious(page)
        # The pages of settings are made of the same few parts: their colours in the dark are seen once, on the first.
        if "/settings/" not in url or url.endswith("/settings/"):
            page.emulate_media(color_scheme="dark")
            found += [f"dark {problem}" for problem in serious(page, ["color-contrast"])]
            page.emulate_media(color_scheme="light")
        if found:
            problems[url] = found
    assert not problems, problems


def test_what_lies_over_a_page_is_accessible_too(page: Page, live_server, administrator, places):
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    sign_in(page, live_server.url, administrator)
    page.goto(places[1])
    problems = {}
    for name, script in {
        "palette": "document.querySelector('[data-palette]').click()",
        "my menu": "document.querySelector('.me').click()",
        "keys": "document.getElementById('keys-help').showModal()",
        "quick": "document.querySelector('#create-menu a').click()",
        "peek": "document.querySelector('tr[data-row]').focus()",
    }.items():
        page.evaluate(script)
        if name == "peek":
            page.keyboard.press("Space")
        page.wait_for_timeout(400)
        found = serious(page)
        page.emulate_media(color_scheme="dark")
        found += [f"dark {problem}" for problem in serious(page, ["color-contrast"])]
        page.emulate_media(color_scheme="light")
        if found:
            problems[name] = found
        page.reload()
    assert not problems, problems


def test_every_page_fits_a_phone_and_a_finger_and_a_zoomed_window(browser: Browser, live_server, administrator, places):
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="ru-RU")
    page = context.new_page()
    sign_in(page, live_server.url, administrator)
    problems = {}
    for url in places:
        page.goto(url)
        found = [overflow(page), *small_targets(page)]
        # 200 % of a small laptop.
        page.set_viewport_size({"width": 683, "height": 384})
        found.append(overflow(page))
        page.set_viewport_size(PHONE)
        small = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden], [type=file], [type=checkbox], [type=radio]), select, textarea')]"
            ".filter((n) => n.checkVisibility() && parseFloat(getComputedStyle(n).fontSize) < 16).map((n) => n.outerHTML)"
        )
        found += [f"would zoom: {html[:80]}" for html in small]
        if any(found):
            problems[url] = [problem for problem in found if problem]
    context.close()
    assert not problems, "\n".join(f"{url}: {problem}" for url, found in problems.items() for problem in found)


def test_the_look_comes_with_the_page_without_a_flash(page: Page, live_server, ann):
    sign_in(page, live_server.url, ann)
    page.emulate_media(color_scheme="light")
    page.goto(f"{live_server.url}/companies/")
    page.keyboard.press("Control+KeyB")
    page.click(".me")
    with page.expect_response("**/_prefs/"):
        page.click("#me-menu [name=theme][value=dark]")
    sent = page.reload().text()
    # It is in the first bytes, before any script: the server knows it.
    assert 'data-theme="dark"' in sent and 'data-side="min"' in sent
    assert '<meta name="color-scheme" content="dark">' in sent
    assert page.evaluate("document.querySelector('.side').getBoundingClientRect().width") < 60
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark not in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_motion_stops_for_who_asks_for_it_and_focus_is_always_seen(page: Page, live_server, ann):
    sign_in(page, live_server.url, ann)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{live_server.url}/companies/new/")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--t-2').trim()") == "0ms"
    unseen = []
    page.keyboard.press("Tab")
    for _n in range(40):
        unseen += page.evaluate(
            """() => { const node = document.activeElement; if (node === document.body) return [];
            const seen = (e) => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; };
            const near = [node, node.parentElement, node.closest('.inp, .seg > *, .pick, .menu__i, .prow')].filter(Boolean);
            return near.some(seen) ? [] : [node.outerHTML.slice(0, 120)]; }"""
        )
        page.keyboard.press("Tab")
    assert not unseen


def test_a_slow_answer_shows_a_line_and_the_way_past_the_menu_comes_first(page: Page, live_server, ann):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/companies/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.route("**/contacts/", lambda route: (page.wait_for_timeout(700), route.continue_()))
    page.evaluate(
        "window.seen = false; new MutationObserver(() => { window.seen ||= 'loading' in document.documentElement.dataset })"
        ".observe(document.documentElement, {attributes: true})"
    )
    page.click("#nav a[href='/contacts/']")
    page.wait_for_url("**/contacts/")
    expect(page.locator("html[data-loading]")).to_have_count(0)
    assert page.evaluate("window.seen")
