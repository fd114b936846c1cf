"""Calling the API as one of the cast."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from vizavi.api import throttle, tokens

BASE = "/api/v1/"


class Caller:
    """One person with one token: `ann.get("companies/")`."""

    def __init__(self, secret: str, language: str = "en"):
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": language}

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {} if data is None else {"data": data if isinstance(data, str) else json.dumps(data)}
        return self.client.generic(
            method, BASE + path, **body, content_type="application/json", headers={**self.headers, **named}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, data: Any, **headers: str) -> Any:
        return self.send("POST", path, data, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        return self.send("PATCH", path, data, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)

    def upload(self, path: str, file: Any, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(BASE + path, {"file": file}, headers={**self.headers, **named})


@pytest.fixture
def known_tokens(monkeypatch: Any) -> Iterator[dict[str, tuple[Any, set[str]]]]:
    """Tokens of this test: {secret: (user, scopes)}."""
    found: dict[str, tuple[Any, set[str]]] = {}
    monkeypatch.setattr(tokens, "_lookup", found.get)
    for fence in (throttle.requests, throttle.failures):
        fence.forget()
    cache.clear()
    yield found


@pytest.fixture
def api_of(known_tokens: Any) -> Callable[..., Caller]:
    """The API in the hands of this user, with all scopes unless said otherwise."""

    def call(user: Any, *scopes: str, language: str = "en") -> Caller:
        secret = f"secret-of-{user.pk}-{'-'.join(scopes)}"
        known_tokens[secret] = (user, set(scopes or ("read", "write")))
        return Caller(secret, language)

    return call
