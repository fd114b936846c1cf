"""The look keeps its rules: every component in the style guide, every colour a token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vizavi.ui.jinja import engine

ROOT = Path(__file__).resolve().parent.parent
STYLES = sorted((ROOT / "frontend/src/css").glob("*.css"))
GUIDE = ROOT / "vizavi/ui/templates/ui"
#: Shown through another: the end of a feed asks a server, chips and rows are parts of comboboxes and phones.
PARTS = {"load_more", "combo_chip", "kind_rows"}


def test_every_component_stands_in_the_style_guide():
    source = "".join((GUIDE / name).read_text("utf-8") for name in ("styleguide.html", "styleguide_demo.html"))
    known = {name for names in engine().env.globals["ui"].all().values() for name in names}
    assert not {name for name in known - PARTS if not re.search(rf"\bui\.{name}\b", source)}


@pytest.mark.parametrize("path", [p for p in STYLES if p.name != "tokens.css"], ids=lambda p: p.stem)
def test_colours_are_tokens(path):
    rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])|\b(?:rgba?|hsla?|oklch|oklab)\(", rules)


@pytest.mark.django_db
def test_the_style_guide_and_its_pages_of_errors_answer(client_of, ann, client):
    mine = client_of(ann)
    page = mine.get("/styleguide/").content.decode()
    assert page.count('data-theme="light"') >= 1 and page.count('data-theme="dark"') >= 1
    for code in (403, 404, 429, 500):
        assert mine.get(f"/styleguide/_demo/page-{code}/").status_code == code
    assert client.get("/styleguide/").status_code == 302
