"""No page says anything that was not translated: every message is put in brackets, and what stands outside is looked at."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils import translation

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.files.store import attach

pytestmark = pytest.mark.django_db

ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "label")
SILENT = ("script", "style", "code", "kbd", "pre", "svg")
#: What is the same in every language: keys, codes, names of zones and languages, dates, the address of somebody.
SAME = re.compile(
    r"""\bxx\b|\bTS\b|Admin|example|Vizavi|Русский|English|INN|CSV|XLSX?|Excel|API|JSON|PDF|vCard|HTTP|UTC|GMT|SHA-256|E\.164|Esc|Enter|Ctrl|Shift|Alt|Tab
    |[A-Z]{3}\b|[A-Z][a-z]+(?:/[\w+-]+)+|\S+@\S+|https?://\S+|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*
    |[AP]M|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\b[A-ZА-Я]\b|[A-Z]\+[A-Z]|\.\w{1,5}\b|\d+[a-z]{1,2}""",
    re.VERBOSE,
)


class Seen(HTMLParser):
    """The texts of a page that a person sees or hears."""

    VOID = {"input", "br", "hr", "img", "meta", "link", "source", "wbr", "col"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.texts += [v for n, v in attributes if n in ATTRIBUTES and v]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not set(self.open) & set(SILENT):
            self.texts.append(data)


def left_over(page: str) -> list[str]:
    seen = Seen()
    seen.feed(page)
    found = []
    for text in seen.texts:
        while "⟦" in text and text != (text := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)):
            pass
        text = SAME.sub(" ", text)
        if re.search(r"[^\W\d_]{2,}", text):
            found.append(" ".join(text.split()))
    return found


@pytest.fixture
def bracketed(monkeypatch: Any, settings: Any, administrator: Any) -> None:
    """A language of its own, so that nothing that was worked out for a real one is shown, or kept for it."""
    settings.LANGUAGES = [*settings.LANGUAGES, ("xx", "xx")]
    for name, pick in (
        ("gettext", lambda m: m), ("ngettext", lambda s, p, n: s if n == 1 else p), ("pgettext", lambda c, m: m),
        ("npgettext", lambda c, s, p, n: s if n == 1 else p),
    ):  # fmt: skip
        monkeypatch.setattr(translation._trans, name, lambda *a, pick=pick: f"⟦{pick(*a)}⟧", raising=False)
    administrator.preferences = {"language": "xx"}
    administrator.save(update_fields=["preferences"])


def test_pages_say_nothing_that_is_not_translated(bracketed, administrator, client_of):
    # No letters in the data, so that every letter that is left is the program's.
    actions.update(registry["user"], administrator.pk, {"name": "77"}, administrator)
    company, _op = actions.create(registry["company"], {"name": "100", "employees": "5", "comment": "1"}, administrator)
    actions.create(registry["contact"], {"name": "200", "companies": [company.pk]}, administrator)
    attach(registry["company"], company, "300.txt", [b"x"], administrator)
    _c, op = actions.update(registry["company"], company.pk, {"employees": "7"}, administrator)
    gone, _op = actions.create(registry["company"], {"name": "400"}, administrator)
    actions.delete(registry["company"], [gone.pk], administrator)
    client = client_of(administrator)
    pages = [
        "/", "/companies/", f"/companies/{company.pk}/", f"/companies/{company.pk}/edit/", "/companies/new/?name=",
        "/contacts/", "/search/?q=100", "/search/?q=500", "/bin/", "/operations/", f"/operations/{op.pk}/", "/imports/",
        "/imports/new/", "/settings/", "/settings/profile/", "/settings/password/", "/settings/sessions/", "/settings/tokens/",
        "/settings/users/", "/settings/departments/", "/settings/invite/", "/settings/firm/", "/companies/?employees=x",
        "/companies/?kind=client&created_at=this_week&employees__gte=1&owner=me", "/nothing-here/", "/_quick/companies/",
        f"/companies/{company.pk}/_field/employees/", f"/companies/{company.pk}/_peek/", "/companies/_filter/created_at/",
        "/settings/dictionaries/", "/settings/tags/",
    ]  # fmt: skip
    found = {}
    for url in pages:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(url, headers=headers)
            assert answer.status_code in (200, 302, 404, 422), url
            if left := left_over(answer.content.decode()):
                found[url] = left
    for url, data in (
        ("/companies/new/", {"name": "", "employees": "x"}),
        ("/settings/firm/", {"name": "", "time_zone": "x"}),
    ):
        if left := left_over(client.post(url, data).content.decode()):
            found[url] = left
    assert not found, "\n".join(map(str, found.items()))


@pytest.mark.parametrize("url", ["/login/", "/password/reset/", "/in/nothing/", "/login/inactive/"])
def test_the_doors_speak_too(bracketed, client, url, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert not left_over(client.get(url).content.decode())
