"""Many at once against a real server of two processes, on either database: nothing is lost, doubled or left half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection

from vizavi.cli.tests.test_serve import SOON, free_port

pytestmark = pytest.mark.slow
MANY = 12


def fresh_database() -> Iterator[dict[str, str]]:
    """The environment that names a database of its own: a new one on PostgreSQL, the file in the data directory else."""
    if connection.vendor == "sqlite":
        yield {}
        return
    base, name = connection.settings_dict, f"together_{uuid.uuid4().hex[:8]}"
    place = f"host={base['HOST']} port={base['PORT']} user={base['USER']} dbname=postgres"
    with psycopg.connect(place, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield {"DATABASE_URL": f"postgresql://{base['USER']}@/{name}?host={base['HOST']}&port={base['PORT']}"}
    with psycopg.connect(place, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Api:
    """A person with a token, over real HTTP."""

    def __init__(self, base: str, token: str):
        self.base, self.token = base, token

    def send(self, method: str, path: str, data: Any = None, **headers: str) -> tuple[int, Any, Any]:
        request = urllib.request.Request(self.base + path, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if data is not None:
            request.data = json.dumps(data).encode()
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=SOON) as answer:
                return answer.status, json.loads(answer.read() or "null"), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read()), error.headers

    def together(self, calls: list[Callable[[], tuple[int, Any, Any]]]) -> list[tuple[int, Any, Any]]:
        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIZAVI_", "DATABASE_"))}
    data = tmp_path_factory.mktemp("together")
    port = free_port()
    for place in fresh_database():
        env = {**kept, **place, "VIZAVI_TEST": "1", "VIZAVI_DATA": str(data), "VIZAVI_API_PER_MINUTE": "100000"}

        def vizavi(*words: str, said: str = "", env: dict[str, str] = env) -> str:
            command = [sys.executable, "-m", "vizavi.cli", *words]
            return subprocess.run(command, env=env, input=said, capture_output=True, text=True, check=True).stdout

        vizavi(
            "user", "add", "a@example.org", "--role", "administrator", "--password-stdin", said="ein-Kamel-im-Schnee-7"
        )
        token = vizavi("token", "a@example.org").strip()
        command = [sys.executable, "-m", "vizavi.cli", "serve", "--port", str(port), "--no-browser"]
        server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert server.stdout
        while "Ctrl-C" not in (line := server.stdout.readline()):
            assert line
        yield Api(f"http://127.0.0.1:{port}/api/v1/", token)
        server.send_signal(signal.SIGTERM)
        assert server.wait(SOON) == 0
        server.stdout.close()


def make(api: Api, **values: Any) -> int:
    status, found, _headers = api.send("POST", "companies/", {"name": "Ромашка", **values})
    assert status == 201, found
    return int(found["id"])


def history(api: Api, pk: int) -> list[dict[str, Any]]:
    return api.send("GET", f"companies/{pk}/history/?limit=500")[1]["results"]


def test_edits_of_different_fields_all_survive(api):
    pk = make(api)
    edits: list[dict[str, Any]] = [
        {"comment": "важный"}, {"employees": 12}, {"kpp": "770101001"}, {"website": "https://example.org"},
        {"emails": ["a@example.org"]}, {"phones": ["+7 495 123-45-67"]}, {"address": {"city": "Тверь"}}, {"revenue": "10.00"},
    ]  # fmt: skip
    one = f"companies/{pk}/"
    answers = api.together([lambda e=e: api.send("PATCH", one, e, If_Match='"1"') for e in edits])
    assert [status for status, _found, _headers in answers] == [200] * len(edits), answers
    now = api.send("GET", one)[1]
    assert now["version"] == 1 + len(edits)
    assert (now["comment"], now["employees"], now["address"]) == ("важный", 12, {"city": "Тверь"})
    versions = [row["version"] for row in history(api, pk)]
    assert sorted(versions) == list(range(1, len(edits) + 2))


def test_of_many_edits_of_one_field_from_one_version_one_wins(api):
    pk = make(api)
    one = f"companies/{pk}/"
    answers = api.together(
        [lambda n=n: api.send("PATCH", one, {"employees": n}, If_Match='"1"') for n in range(1, MANY + 1)]
    )
    assert Counter(status for status, _f, _h in answers) == {200: 1, 409: MANY - 1}
    [won] = [found for status, found, _headers in answers if status == 200]
    now = api.send("GET", one)[1]
    assert now["employees"] == won["employees"] and now["version"] == 2 and len(history(api, pk)) == 2
    for status, found, headers in answers:
        assert status == 200 or (headers["ETag"] == '"2"' and set(found["error"]["fields"]) == {"employees"})


def test_a_request_sent_many_times_under_one_key_acts_once(api):
    body = {"name": f"Один раз {uuid.uuid4().hex}"}
    answers = api.together([lambda: api.send("POST", "companies/", body, Idempotency_Key="once")] * MANY)
    assert {status for status, _f, _h in answers} <= {201, 409}
    assert len({found["id"] for status, found, _headers in answers if status == 201}) == 1
    again = api.send("POST", "companies/", body, Idempotency_Key="once")
    assert again[0] == 201 and again[2]["Idempotent-Replayed"] == "true"
    assert len(api.send("GET", f"companies/?name={urllib.request.quote(body['name'])}")[1]["results"]) == 1


def test_an_undo_pressed_many_times_undoes_once(api):
    pk = make(api)
    one = f"companies/{pk}/"
    _status, _found, headers = api.send("PATCH", one, {"employees": 5})
    undo = f"operations/{headers['Operation-Id']}/undo/"
    answers = api.together([lambda: api.send("POST", undo)] * MANY)
    # Who comes when it is over is told that it has been undone already.
    assert {status for status, _f, _h in answers} <= {200, 403, 409}
    now = api.send("GET", one)[1]
    assert now["employees"] is None and now["version"] == 3 and len(history(api, pk)) == 3


def test_deletions_and_edits_at_once_leave_one_story(api):
    pk = make(api)
    one = f"companies/{pk}/"
    calls = [lambda: api.send("DELETE", one)] * 4 + [
        lambda n=n: api.send("PATCH", one, {"employees": n}) for n in range(4)
    ]
    answers = api.together(calls)
    assert {status for status, _f, _h in answers} <= {200, 204, 404}
    assert api.send("GET", one)[0] == 404
    operations = api.send("GET", "operations/?limit=200")[1]["results"]
    deleted = [o for o in operations if o["record"] == pk and o["verb"] == "company.delete"]
    assert len(deleted) == 1
    assert api.send("POST", f"operations/{deleted[0]['id']}/undo/")[0] == 200
    versions = [row["version"] for row in history(api, pk)]
    assert len(versions) == len(set(versions)) == max(versions)
