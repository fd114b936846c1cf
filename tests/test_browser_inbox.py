"""New leads worked through by keyboard, and converted in the dialog, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import PHONE, serious, sign_in
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.records import unrestricted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leads(ann):
    actions.create(registry["contact"], {"surname": "Ким", "name": "Анна", "phones": "+7 912 345-67-89"}, ann)
    data = (
        {"title": "Первый"},
        {"title": "Второй", "surname": "Ким", "name": "Анна", "phones": "8 912 345 67 89"},
        {"title": "Третий"},
    )
    return [actions.create(registry["lead"], d, ann)[0] for d in data]


def fresh(lead):
    with unrestricted("a test looks at it"):
        return type(lead).objects.get(pk=lead.pk)


def test_new_leads_are_worked_through_without_a_mouse(page: Page, live_server, ann, leads):
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/leads/inbox/")
    page.keyboard.press("KeyT")  # nobody is in focus: nobody is taken
    page.keyboard.press("KeyJ")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-step]:focus")).to_contain_text("Второй")
    assert not serious(page)
    page.keyboard.press("KeyM")
    item = page.locator(":popover-open button[name=contact]")
    expect(item).to_contain_text("Ким Анна")
    item.press("Enter")
    expect(page.locator("[data-step]")).to_have_count(2)
    assert fresh(leads[1]).contact_id and fresh(leads[0]).status == "new"
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyT")
    expect(page.locator("[data-step]")).to_have_count(1)
    assert fresh(leads[0]).status == "in_work"
    page.keyboard.press("KeyJ")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/leads/{leads[2].pk}/$"))


def test_a_phone_converts_a_lead_into_who_is_here_already(page: Page, live_server, ann, leads):
    page.set_viewport_size(PHONE)
    sign_in(page, live_server.url, ann)
    page.goto(f"{live_server.url}/leads/inbox/")
    page.locator("[data-step]", has_text="Второй").locator("a[data-key=V]").click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("input[name=contact]:checked")).not_to_have_value("new")
    assert not serious(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog.locator("footer button[type=submit]").click()
    page.wait_for_url(re.compile(r"/contacts/\d+/$"))
    assert fresh(leads[1]).is_converted
