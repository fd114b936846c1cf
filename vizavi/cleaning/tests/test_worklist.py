"""The work list of duplicates shows each person what they see, and remembers what they say."""

from __future__ import annotations

import re

import pytest

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.duplicates import scanning
from vizavi.duplicates.models import Group
from vizavi.jobs import worker

pytestmark = pytest.mark.django_db


def make(by, **data):
    return actions.create(registry["company"], data, by)[0]


@pytest.fixture
def group(ann, dan):
    """Two of Ann's and one of Dan's that share an INN."""
    records = [make(by, name=f"Тройка {n}", inn="7701234567") for n, by in enumerate((ann, ann, dan))]
    scanning.carry_out(scanning.begin())
    return records


def page(client, **params):
    return client.get("/duplicates/", params).content.decode()


def test_everybody_sees_groups_of_what_they_see(ann, dan, cat, administrator, group, client_of):
    text = page(client_of(ann), entity="company")
    assert "Тройка 0" in text and "Тройка 1" in text and "Тройка 2" not in text
    assert "Тройка 2" in page(client_of(administrator), entity="company")
    assert "Тройка" not in page(client_of(dan), entity="company")
    assert client_of(cat).get("/duplicates/").status_code == 403
    pk = Group.objects.get().pk
    for path in ("later", "distinct"):
        assert client_of(dan).post(f"/duplicates/{pk}/{path}/", {"ids": group[2].pk}).status_code == 404


def test_a_group_is_merged_put_off_or_no_group(ann, group, client_of):
    client, pk = client_of(ann), Group.objects.get().pk
    client.post(f"/duplicates/{pk}/later/")
    assert "Тройка" not in page(client, entity="company") and "Тройка" in page(client, entity="company", kind="later")
    scanning.carry_out(scanning.begin())
    assert "Тройка" in page(client, entity="company", kind="later")
    pk = Group.objects.get().pk
    ids = f"{group[0].pk},{group[1].pk}"
    assert client.post(f"/duplicates/{pk}/distinct/", {"ids": ids}).status_code == 302
    client.post(f"/duplicates/{Group.objects.get().pk}/distinct/", {"ids": f"{group[0].pk},{group[2].pk}"})
    assert "Тройка" in page(client, entity="company")


def test_what_was_merged_leaves_the_list(ann, group, client_of):
    client = client_of(ann)
    ids = re.findall(r'type="checkbox" name="ids" value="(\d+)"', page(client, entity="company"))
    assert ids == [str(r.pk) for r in group[:2]]
    client.post("/companies/merge/", {"ids": ids, "keep": ids[0]})
    assert "Тройка" not in page(client, entity="company")


@pytest.mark.django_db(transaction=True)
def test_a_scan_is_asked_for_and_shows_how_far_it_is(ann, client_of):
    make(ann, name="Ромашка"), make(ann, name="ООО Ромашка")
    client = client_of(ann)
    assert client.post("/duplicates/scan/").status_code == client.post("/duplicates/scan/").status_code == 302
    assert "every 2s" in page(client, entity="company")
    while worker.run_one("test"):
        pass
    text = page(client, entity="company", kind="weak")
    assert "every 2s" not in text and "ООО Ромашка" in text


@pytest.mark.parametrize("count", [2, 12])
def test_queries_do_not_grow_with_the_groups(count, ann, client_of, django_assert_max_num_queries):
    for n in range(count):
        make(ann, name=f"А{n // 2}", inn=f"77012345{n // 2:02}")
    scanning.carry_out(scanning.begin())
    client = client_of(ann)
    page(client, entity="company")
    with django_assert_max_num_queries(30):
        page(client, entity="company")
