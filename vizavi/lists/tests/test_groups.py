"""Groups tell the truth about all their rows, whatever is shown of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.reading import Reader
from vizavi.lists.groups import ROWS, groups
from vizavi.lists.state import pairs_of, read

pytestmark = pytest.mark.django_db


def grouped(by, query):
    return groups(read(registry["company"], Reader(by), pairs_of(query)))


def test_a_group_shows_its_first_rows_in_the_order_of_the_list_and_counts_all(ann, dan):
    for n in range(25):
        actions.create(registry["company"], {"name": f"К {n:02}", "kind": "client", "revenue": "10"}, ann)
    actions.create(registry["company"], {"name": "П", "kind": "partner", "revenue": "7.50"}, ann)
    actions.create(registry["company"], {"name": "Ничей", "kind": ""}, ann)
    actions.create(registry["company"], {"name": "Чужой", "kind": "client", "revenue": "999"}, dan)
    found = grouped(ann, "group=kind&sort=-name&cols=name,revenue")
    assert [(g.label, g.count) for g in found.groups] == [("Клиент", 25), ("Партнёр", 1), ("Не заполнено", 1)]
    client = found.groups[0]
    assert [r.name for r in client.records] == [f"К {n:02}" for n in range(24, 24 - ROWS, -1)]
    assert "250" in client.sum and "257,50" in found.sums[0]["text"].replace("\u202f", "").replace("\xa0", " ")


@pytest.mark.parametrize("field", ["kind", "owner", "created_at", "founded_on", "industry"])
def test_the_list_behind_a_group_has_as_many_rows_as_the_group_counts(field, ann, ben, client_of):
    for n in range(6):
        data = {
            "name": f"Фирма {n}",
            "kind": ("client", "partner", "")[n % 3],
            "founded_on": (None, "2020-02-29", "2021-12-31")[n % 3],
        }
        actions.create(registry["company"], data, (ann, ben)[n % 2])
    client, total = client_of(ann), 0
    for group in grouped(ann, f"group={field}").groups:
        page = client.get(group.url).content.decode()
        assert page.count("<tr data-row=") == group.count, (field, group.label)
        total += group.count
    assert total == 6


def test_months_are_those_of_the_readers_time_zone(ann, administrator, client_of):
    from vizavi.core.journal import operation

    record, _op = actions.create(registry["company"], {"name": "Полночь"}, ann)
    with operation("test", by=administrator) as op:
        # In Moscow it is the first of February already.
        op.update(
            op.lock(registry["company"].model, [record.pk])[record.pk],
            {"created_at": datetime(2026, 1, 31, 22, tzinfo=UTC)},
        )
    page = unescape(client_of(ann).get("/companies/?group=created_at").content.decode())
    assert "Февраль 2026" in page
    link = re.search(r'href="(/companies/\?created_at=[^"]+)"', page)[1]
    assert "2026-02-01..2026-02-28" in link
    assert "Полночь" in client_of(ann).get(link).content.decode()


def test_what_cannot_group_does_not(ann, client_of):
    actions.create(registry["company"], {"name": "Ромашка"}, ann)
    for name in ("name", "comment", "phones", "nothing", "age"):
        assert "tbl__g" not in client_of(ann).get(f"/companies/?group={name}").content.decode()
