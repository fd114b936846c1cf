"""What the browser tests share: coming in, and the measures of a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

AXE = Path(__file__).resolve().parent.parent / "vizavi/ui/static/dist/test/axe.min.js"
PHONE = {"width": 360, "height": 740}
# Everything a finger may want, but links inside a text and what is meant for the eye or the screen reader alone.
SMALL = """() => [...document.querySelectorAll(
    "button, select, textarea, summary, input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), a[href]")]
  .filter((node) => node.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !node.closest(".sr, .skip, [hidden]"))
  .map((node) => [node, (node.closest(".inp, .fld, .chk, tr, .mini, .prow, .way") ?? node)])
  .filter(([node]) => !(node.matches("a") && getComputedStyle(node).display === "inline"))
  .map(([node, area]) => [node, node.getBoundingClientRect(), area.getBoundingClientRect()])
  .filter(([, box, area]) => box.width && Math.max(box.height, area.height) < 43.5)
  .map(([node, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${node.outerHTML.slice(0, 120)}`)"""


def sign_in(page: Page, url: str, user: Any) -> None:
    """Come in by a session of one's own; the form of sign-in has tests of its own."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": url}])


def serious(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds serious or critical on the page; by these rules only, where some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    # Initials in a circle are a picture of the name, which the button has as its name.
    options["rules"] = {"label-content-name-mismatch": {"enabled": False}}
    if rules:
        options = {"resultTypes": ["violations"], "runOnly": rules}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]} {v['nodes'][0]['any'][0]['message'] if v['nodes'][0]['any'] else ''}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> str:
    """How much wider than the window the page is; "" when it fits."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return f"{wide} px wide in a window of {window}" if wide > window else ""


def small_targets(page: Page) -> list[str]:
    """What a finger cannot hit: lower than 44 px."""
    found: list[str] = page.evaluate(SMALL)
    return found
