"""Every address there is, as the resolver knows them: a new view is tried here before anybody writes a test for it.

A stranger learns and changes nothing by any of them, nobody is let in without signing in, and no GET writes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver

from vizavi.access.middleware import PUBLIC
from vizavi.access.models import ApiToken, SignInLink
from vizavi.api import throttle
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.models import Change, Operation
from vizavi.exchange.models import ImportRun
from vizavi.files.store import attach

pytestmark = pytest.mark.django_db

MARK = "Незабудкина"
#: Words by which the mark is looked for; an answer may repeat them, but never the whole mark.
QUERY = "незабудк"
PARTIAL = {"HX-Request": "true"}
#: Doors that everybody may look at, without a word about the firm's records.
OPEN = ("/login/", "/logout/", "/password/", "/in/", "/settings/_prefs/", "/api/v1/openapi.json")


@pytest.fixture
def secrets(ann, cat, monkeypatch) -> Iterator[dict[str, Any]]:
    """One record of everything that Ann owns, each with the mark in it, an import of hers and a file."""
    monkeypatch.setattr(throttle.requests, "limit", 10**6)
    monkeypatch.setattr(throttle.failures, "limit", 10**6)
    made: dict[str, Any] = {}
    for entity in registry:
        if entity.has_owner and entity.pages:
            named = [n for n in entity.search if entity.fields[n].editable][:1]
            named += [f.name for f in entity.fields.values() if f.needed and f.name not in named]
            record, _op = actions.create(entity, dict.fromkeys(named, MARK), ann)
            actions.update(entity, record.pk, {named[0]: f"{MARK}-2"}, ann)
            made[entity.plural] = record
    company = registry["company"]
    made["files"], _op = attach(company, made["companies"], f"{MARK}.txt", [MARK.encode()], ann)
    binned, _op = actions.create(company, {"name": f"{MARK} в корзине"}, ann)
    actions.delete(company, [binned.pk], ann)
    made["binned"] = binned
    table = SimpleUploadedFile(f"{MARK}.csv", f"name\n{MARK}\n".encode())
    client = Client()
    client.force_login(ann)
    assert client.post("/imports/new/", {"entity": "companies", "file": table}).status_code == 302
    made["run"] = ImportRun.objects.get()
    yield made
    throttle.requests.forget()
    throttle.failures.forget()


def patterns() -> Iterator[tuple[str, list[str]]]:
    """Every address as a text with `{name}` for its variable parts."""

    def below(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, list[str]]]:
        for part in resolver.url_patterns:
            pattern: Any = part.pattern
            if isinstance(part, URLResolver):
                yield from below(part, prefix + str(pattern))
            elif hasattr(pattern, "_route"):
                text = pattern._route
                for name, converter in pattern.converters.items():
                    kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
                    text = text.replace(f"<{kind}:{name}>", f"{{{name}}}")
                assert "<" not in text, text
                yield "/" + prefix + text, list(pattern.converters)

    return below(get_resolver(), "")


def addresses(ids: list[int]) -> list[str]:
    """Every address with every kind of record, every field and these ids in its variable parts."""
    values: dict[str, list[Any]] = {
        "pk": ids,
        "plural": [e.plural for e in registry],
        "kind": [e.name for e in registry],
        "what": ["combo", "dialog", "field"],
        "secret": ["nobody-knows"],
        "dictionary": ["industry"],
        "way": ["next", "previous"],
        "at": [0],
    }
    found: dict[str, None] = {}
    for text, names in patterns():
        free = [n for n in names if n != "name"]
        for combination in itertools.product(*(values[n] for n in free)):
            chosen = dict(zip(free, combination, strict=True))
            fields = ["name"] if "name" not in names else _fields(chosen["plural"])
            for field in fields:
                found[text.format(**chosen, name=field)] = None
    assert len(found) > 200
    return list(found)


def _fields(plural: str) -> list[str]:
    """One field of each kind, and one that is none."""
    entity = registry.by_plural(plural)
    return ["nothing", *{f.kind: f.name for f in entity.fields.values()}.values()] if entity else []


def ids_of(made: dict[str, Any]) -> list[int]:
    """The ids of all these, and of Ann's last operation."""
    return sorted({*(r.pk for r in made.values()), Operation.objects.latest("pk").pk})


def body_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    words = " ".join(f"{k}: {v}" for k, v in response.headers.items())
    return content.decode("utf-8", "replace") + words.encode("ascii", "ignore").decode("unicode_escape", "ignore")


def changes() -> int:
    return Change.objects.count()


def test_a_stranger_learns_nothing_by_any_address(secrets, dan, client_of):
    client = client_of(dan)
    token = {"Authorization": f"Bearer {ApiToken.make(dan, 't')[1]}"}
    for url in addresses(ids_of(secrets)):
        for headers in ({**token}, {**token, **PARTIAL}):
            response = client.get(
                url, {"q": QUERY, "entity": "companies"} if "api/v1" not in url else {}, headers=headers
            )
            assert response.status_code < 500, url
            assert MARK not in body_of(response), url
    for url in (f"/api/v1/search/?q={QUERY}", f"/api/v1/companies/?q={QUERY}", f"/api/v1/companies/?name={MARK}-2"):
        assert client.get(url, headers=token).json()["results"] == []


def test_a_stranger_and_a_reader_change_nothing_by_any_address(secrets, dan, cat, client_of):
    for who in (dan, cat):
        client = client_of(who)
        token = {"Authorization": f"Bearer {ApiToken.make(who, 't')[1]}"}
        before = changes()
        for url in addresses(ids_of(secrets)):
            if url.startswith(("/logout/", "/settings/profile/")):
                continue
            for method in ("post", "patch", "delete"):
                data: Any = {"name": "Иначе", "ids": ids_of(secrets), "do": "delete", "version": 1}
                if "/api/v1/" in url:
                    response = getattr(client, method)(
                        url, {"name": "Иначе"}, content_type="application/json", headers=token
                    )
                elif method == "post":
                    response = client.post(url, data, headers=PARTIAL)
                else:
                    continue
                assert response.status_code < 500, (method, url)
                if who is dan:
                    assert MARK not in body_of(response), (method, url)
        # Of one's own making one may change what one likes.
        theirs = [(c.entity, c.record_id) for c in Change.objects.order_by("pk")[before:] if c.action == "create"]
        later = Change.objects.order_by("pk")[before:]
        assert [(c.entity, c.record_id) for c in later if (c.entity, c.record_id) not in theirs] == [], who


def test_nobody_comes_in_without_signing_in(secrets, client):
    for url in addresses(ids_of(secrets)):
        for send in (client.get, client.post):
            response = send(url)
            if response.status_code == 302 and not url.startswith(OPEN):
                assert response["Location"].startswith("/login/"), url
            elif not url.startswith(OPEN):
                assert response.status_code in (401, 404, 405), (url, response.status_code)
            assert MARK not in body_of(response), url
    assert all(url.startswith((*OPEN, "/static/", "/api/v1/", "/healthz/")) for url in PUBLIC)


def writes(sql: str) -> bool:
    word, _space, rest = sql.lstrip().partition(" ")
    # The cache holds the counts of rate limits; it is no table of ours.
    return word.upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE") and "vizavi_cache" not in rest


@pytest.mark.parametrize("way", ["page", "part"])
def test_no_get_writes(secrets, administrator, ann, client_of, way):
    client = client_of(administrator)
    token = {"Authorization": f"Bearer {ApiToken.make(administrator, 't')[1]}"}
    found: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if writes(sql):
            found.append(f"{url}: {sql[:120]}")
        return execute(sql, params, many, context)

    link = SignInLink.make(ann, "invite")
    UserSession.objects.create(user=administrator, ip="192.0.2.1", session_key="gone", user_agent="")
    with connection.execute_wrapper(watch):
        for url in [*addresses(ids_of(secrets)), link]:
            if url == "/logout/":
                continue
            headers = {**token, **(PARTIAL if way == "part" else {})}
            query = {} if "/api/v1/" in url else {"q": QUERY}
            assert client.get(url, query, headers=headers).status_code < 500, url
    assert not found
