"""A page costs a few queries, as many with a hundred rows as with thirty: for whoever looks, on whichever page."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import make_department, make_user
from vizavi.access.models import ApiToken
from vizavi.core import actions
from vizavi.core.entity import registry

pytestmark = pytest.mark.django_db
LIST, RECORD = 8, 14
LISTS = {
    "companies": ("", "kind=client&sort=name", "kind=client,partner&owner__empty=0&sort=-created_at", "q=альфа"),
    "contacts": ("", "sort=name", "companies={company}", "q=альфа"),
}


@pytest.fixture
def firm(administrator):
    """A department of nine (each owner a branch of the door) under one of twenty (more than are asked one by one)."""
    sales = make_department("Продажи")
    north = make_department("Север", sales)
    managers = [make_user(f"Manager{n}", "manager", north) for n in range(9)]
    others = [make_user(f"Other{n}", "manager", sales) for n in range(10)]
    head = make_user("Head", "head", sales)
    return {"administrator": administrator, "manager": managers[0], "head": head, "owners": [*managers, *others]}


def fill(firm, count):
    """Companies of all owners, and contacts, most of them of the first company, which has a history."""
    owners, company = firm["owners"], None
    for n in range(count):
        owner = owners[n % 9 if n % 4 else n % len(owners)]
        data = {"name": f"Альфа {n}", "kind": "client", "owner": owner.pk, "phones": f"+7 912 345-67-{n % 100:02}"}
        made, _op = actions.create(registry["company"], data, firm["administrator"])
        company = company or made
        actions.update(registry["company"], company.pk, {"comment": f"№ {n}"}, owner if owner else firm["head"]) if (
            n == 0
        ) else actions.update(registry["company"], made.pk, {"parent": company.pk}, firm["administrator"])
        data = {"name": f"Альфа Иванов {n}", "companies": [company.pk], "owner": owner.pk}
        actions.create(registry["contact"], data, firm["administrator"])
    return company


def cost(client, url, **headers):
    client.get(url, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url, headers=headers)
    assert answer.status_code == 200, url
    return len(captured), answer


def costs(client, token, company):
    """By address without its cursor: how many queries it takes."""
    found = {}
    for plural, queries in LISTS.items():
        for query in queries:
            query = f"limit=25&{query.format(company=company)}"
            found[f"/{plural}/?{query}"], _answer = cost(client, f"/{plural}/?{query}")
            api = f"/api/v1/{plural}/?{query}"
            found[api], answer = cost(client, api, **token)
            after = json.loads(answer.content)["next"].partition("after=")[2]
            found[f"/{plural}/?{query} page 2"], _answer = cost(client, f"/{plural}/?{query}&after={after}")
    contact = json.loads(client.get("/api/v1/contacts/", headers=token).content)["results"][0]["id"]
    found["/companies/1/"], _answer = cost(client, f"/companies/{company}/")
    found["/contacts/1/"], _answer = cost(client, f"/contacts/{contact}/")
    return found


@pytest.mark.parametrize("who", ["administrator", "manager", "head"])
def test_pages_cost_few_queries_however_much_there_is(who, firm, client_of):
    client, token = client_of(firm[who]), {"Authorization": f"Bearer {ApiToken.make(firm[who], 't')[1]}"}
    company = fill(firm, 40).pk
    few = costs(client, token, company)
    fill(firm, 60)
    many = costs(client, token, company)
    assert {url: n for url, n in many.items() if n > few[url]} == {}
    assert {url: n for url, n in many.items() if n > (RECORD if url.endswith("/1/") else LIST)} == {}
