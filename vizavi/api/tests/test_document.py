"""The OpenAPI document and its page; and schemathesis, which believes the document and tries everything."""

from __future__ import annotations

import json
import time

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from vizavi.api import throttle
from vizavi.api.records import served
from vizavi.core.entity import registry

pytestmark = pytest.mark.django_db(transaction=True)

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Seconds for all addresses together.
BUDGET = 40


def document(client, language="en"):
    response = client.get("/api/v1/openapi.json", headers={"Accept-Language": language})
    assert response.status_code == 200 and response["Content-Type"] == "application/json"
    return response.json()


def test_every_entity_and_field_is_described(client, db):
    found = document(client)
    assert found["openapi"].startswith("3.1")
    for entity in filter(served, registry):
        schema = found["components"]["schemas"][entity.name.capitalize()]
        assert set(schema["properties"]) == {"id", "version", "warnings", *entity.fields}
        assert f"/{entity.plural}/" in found["paths"] and f"/{entity.plural}/{{pk}}/" in found["paths"]
    create = found["components"]["schemas"]["CompanyCreate"]
    assert create["required"] == ["name"] and "created_by" not in create["properties"]
    assert create["properties"]["kind"]["enum"][0] == "client"


def test_every_address_names_its_errors_and_wants_a_token(client, db):
    found = document(client)
    identifiers = []
    for methods in found["paths"].values():
        for operation in methods.values():
            identifiers.append(operation["operationId"])
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"])
            assert operation["security"] == [{"bearer": []}] and operation["summary"]
    assert len(identifiers) == len(set(identifiers))
    for reference in set(json.dumps(found).split('"$ref": "#/')[1:]):
        part = found
        for step in reference.partition('"')[0].split("/"):
            part = part[step]


def test_the_page_is_for_people_who_are_signed_in(client, client_of, ann):
    assert client.get("/api/docs/").status_code == 302
    page = client_of(ann).get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200 and "/api/v1/companies/" in text and "<script>" not in text
    assert "style=" not in text and "curl" in text


@pytest.mark.slow
def test_schemathesis_finds_every_answer_as_documented(api_of, ann, administrator, monkeypatch):
    monkeypatch.setattr(throttle.requests, "limit", 10**6)
    api = api_of(administrator)
    for n in range(3):
        company = api.post("companies/", {"name": f"Фирма {n}", "owner": ann.pk}).json()["id"]
        api.post("contacts/", {"name": f"Имя {n}", "companies": [{"id": company, "role": "директор"}]})
        api.post("leads/", {"name": f"Имя {n}", "company": company})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 25
    started = time.monotonic()
    tried = 0
    for index, operation in enumerate(operations, 1):
        ends = started + BUDGET * index / len(operations)
        tried += _try(operation, api, ends)
    assert tried >= len(operations) * 5


def _try(operation, api, ends):
    count = 0

    @settings(
        max_examples=25, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(data=st.data())
    def attempt(data):
        nonlocal count
        mode = data.draw(st.sampled_from(list(schemathesis.GenerationMode)))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        known, pk = data.draw(st.booleans()), data.draw(st.integers(1, 8))
        # After all is drawn: what hypothesis draws may not depend on the clock.
        if time.monotonic() > ends and count >= 5:
            return
        if known and "pk" in case.path_parameters:
            case.path_parameters["pk"] = pk
        case.call_and_validate(headers=api.headers, checks=CHECKS)
        count += 1

    attempt()
    return count
