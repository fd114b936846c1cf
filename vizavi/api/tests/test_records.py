"""The contract of the addresses of records: lists, one record, errors, conflicts, history, the door."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db(transaction=True)

JSON = "application/json"


def error_of(response):
    assert response["Content-Type"] == JSON
    error = response.json()["error"]
    assert set(error) == {"code", "message", "fields"} and error["message"]
    return error


def make(api, **values):
    response = api.post("companies/", {"name": "Ромашка", **values})
    assert response.status_code == 201, response.content
    return response.json()


def test_a_record_is_created_read_changed_and_deleted(api_of, ann):
    api = api_of(ann)
    created = api.post("companies/", {"name": "Ромашка", "phones": "8 (912) 345-67-89", "revenue": 12.5})
    record = created.json()
    assert created.status_code == 201 and created["ETag"] == '"1"' and created["Operation-Id"].isdigit()
    assert created["Location"].endswith(f"/api/v1/companies/{record['id']}/")
    assert record["owner"] == ann.pk and record["revenue"] == "12.50"
    assert record["phones"] == [{"kind": "work", "value": "8 (912) 345-67-89"}]
    one = f"companies/{record['id']}/"
    changed = api.patch(one, {"comment": "важный"})
    assert changed.status_code == 200 and changed["ETag"] == '"2"'
    assert api.get(one).json() == changed.json() == {**record, **changed.json()}
    deleted = api.delete(one)
    assert deleted.status_code == 204 and deleted.content == b""
    assert api.get(one).status_code == 404


def test_lists_filter_search_sort_and_page(api_of, ann):
    api = api_of(ann)
    for n in range(7):
        make(api, name=f"Фирма {n}", kind="client" if n % 2 else "partner")
    assert {c["name"] for c in api.get("companies/?kind=partner").json()["results"]} == {
        f"Фирма {n}" for n in (0, 2, 4, 6)
    }
    assert len(api.get("companies/?q=фирма+3").json()["results"]) == 1
    seen, path = [], "companies/?sort=-name&limit=3"
    while path:
        page = api.get(path).json()
        assert set(page) == {"results", "next", "previous"}
        seen += [c["name"] for c in page["results"]]
        back, path = page["previous"], page["next"] and page["next"].partition("/api/v1/")[2]
    assert seen == [f"Фирма {n}" for n in reversed(range(7))]
    before = api.get(back.partition("/api/v1/")[2]).json()
    assert [c["name"] for c in before["results"]] == seen[3:6]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nonsense=1", "nonsense"), ("kind=martian", "kind"), ("limit=501", "limit"), ("limit=0", "limit"),
        ("limit=x", "limit"), ("sort=nonsense", "sort"), ("after=%21%21", "after"),
        ("employees__like=1", "employees__like"),
    ],
)  # fmt: skip
def test_a_senseless_query_is_refused_by_parameter(api_of, ann, query, name):
    response = api_of(ann).get(f"companies/?{query}")
    assert response.status_code == 422 and set(error_of(response)["fields"]) == {name}


def test_a_list_takes_the_same_number_of_queries_whatever_its_length(api_of, ann, ben, administrator):
    api, boss = api_of(ann), api_of(administrator)
    parents = [make(api, name="Голова")["id"]]
    counts = []
    api.get("companies/?kind=client")
    for _round in range(2):
        for n in range(6):
            owner = ann if n % 2 else ben
            parents.append(make(boss, name=f"Фирма {n}", parent=parents[n // 2], owner=owner.pk)["id"])
        with CaptureQueriesContext(connection) as captured:
            assert len(api.get("companies/?limit=500&kind=client").json()["results"]) == len(parents)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8, captured.captured_queries


def test_errors_come_by_field_in_the_language_of_the_request(api_of, ann):
    wrong = {"name": "", "founded_on": "32.13.2020", "employees": "много", "nonsense": 1, "created_by": 3}
    english = api_of(ann).post("companies/", wrong)
    russian = api_of(ann, language="ru").post("companies/", wrong)
    assert english.status_code == russian.status_code == 422
    assert set(error_of(english)["fields"]) == set(wrong) == set(error_of(russian)["fields"])
    assert english["Content-Language"] == "en" and russian["Content-Language"] == "ru"
    assert error_of(english)["fields"]["name"] == ["This field is required."]


@pytest.mark.parametrize("body", [" ", "{", "[]", "null", '{"name": NaN}', '"x"', "[" * 100_000, '{"name": "\xff'])
def test_what_is_no_json_object_is_refused_as_such(api_of, ann, body):
    response = api_of(ann).post("companies/", body)
    assert response.status_code == 400 and error_of(response)["code"] == "malformed_json"


def test_another_type_of_content_is_refused(api_of, ann):
    api = api_of(ann)
    response = api.client.post("/api/v1/companies/", {"name": "x"}, headers=api.headers)
    assert response.status_code == 415
    error_of(response)


def test_a_body_that_is_too_large_is_refused(api_of, ann, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = api_of(ann).post("companies/", {"name": "x" * 2000})
    assert response.status_code == 413 and error_of(response)["code"] == "too_large"


@pytest.mark.parametrize(
    "path", ["", "companies", "nothing/", "companies/x/", "companies/1/2/", "companies/99999999999999999999/"]
)
def test_what_is_not_there_is_json_too(api_of, ann, path):
    response = api_of(ann).get(path)
    assert response.status_code == 404 and error_of(response)["code"] == "not_found"


def test_a_method_that_an_address_does_not_know_is_named(api_of, ann):
    response = api_of(ann).send("PUT", "companies/", {})
    assert response.status_code == 405 and set(response["Allow"].split(", ")) == {"GET", "POST"}
    error_of(response)


def test_the_same_field_changed_meanwhile_is_a_conflict_and_another_field_is_none(api_of, ann, head):
    one = f"companies/{make(api_of(ann))['id']}/"
    assert api_of(head).patch(one, {"name": "Василёк"}, If_Match='"1"').status_code == 200
    refused = api_of(ann).patch(one, {"name": "Лютик"}, If_Match='"1"')
    assert refused.status_code == 409 and set(error_of(refused)["fields"]) == {"name"}
    assert "Head" in error_of(refused)["fields"]["name"][0] and refused["ETag"] == '"2"'
    merged = api_of(ann).patch(one, {"comment": "важный"}, If_Match='"1"')
    assert merged.status_code == 200 and merged.json()["name"] == "Василёк"


def test_a_record_changed_meanwhile_is_not_deleted_by_who_has_not_seen_it(api_of, ann):
    api = api_of(ann)
    one = f"companies/{make(api)['id']}/"
    api.patch(one, {"comment": "не удалять!"})
    refused = api.delete(one, If_Match='"1"')
    assert refused.status_code == 409 and set(error_of(refused)["fields"]) == {"comment"}
    assert api.delete(one, If_Match='"2"').status_code == 204


def test_an_if_match_that_is_none_is_refused(api_of, ann):
    api = api_of(ann)
    response = api.patch(f"companies/{make(api)['id']}/", {"name": "x"}, If_Match="yesterday")
    assert response.status_code == 400
    error_of(response)


def test_history_names_operations_and_undo_brings_back(api_of, ann):
    api = api_of(ann)
    one = f"companies/{make(api)['id']}/"
    done = api.patch(one, {"name": "Василёк"})["Operation-Id"]
    rows = api.get(f"{one}history/?limit=1").json()
    [row] = rows["results"]
    assert str(row["operation"]) == done and row["via"] == "api" and row["by"] == ann.pk
    assert row["changes"] == [{"field": "name", "before": "Ромашка", "after": "Василёк"}]
    older = api.get(rows["next"].partition("/api/v1/")[2]).json()
    assert [r["action"] for r in older["results"]] == ["create"] and older["next"] is None
    assert api.get(f"operations/{done}/").json()["can_undo"] is True
    undone = api.post(f"operations/{done}/undo/", {})
    assert undone.status_code == 200 and undone.json()["undone"] == 1
    assert api.get(one).json()["name"] == "Ромашка"
    again = api.post(f"operations/{done}/undo/", {})
    assert again.status_code == 409 and error_of(again)["code"] == "cannot_undo"


def test_an_undo_that_finds_everything_changed_since_is_a_conflict(api_of, ann):
    api = api_of(ann)
    one = f"companies/{make(api)['id']}/"
    done = api.patch(one, {"name": "Василёк"})["Operation-Id"]
    api.patch(one, {"name": "Лютик"})
    refused = api.post(f"operations/{done}/undo/", {})
    assert refused.status_code == 409 and set(error_of(refused)["fields"]) == {"name"}


def test_operations_are_ones_own_and_an_administrators_are_everybodys(api_of, ann, ben, administrator):
    make(api_of(ann))
    [own] = api_of(ann).get("operations/").json()["results"]
    assert api_of(ben).get("operations/").json()["results"] == []
    assert api_of(ben).get(f"operations/{own['id']}/").status_code == 404
    assert api_of(ben).post(f"operations/{own['id']}/undo/", {}).status_code == 404
    assert own["id"] in [o["id"] for o in api_of(administrator).get("operations/").json()["results"]]


def test_the_door_stands_here_too(api_of, ann, ben, head, cat, dan, administrator):
    record = make(api_of(ann), inn="7701234567")
    one = f"companies/{record['id']}/"
    for user in (ann, ben, head, cat, administrator):
        assert api_of(user).get(one).status_code == 200, user
        assert len(api_of(user).get("companies/").json()["results"]) == 1
    stranger = api_of(dan)
    for response in (
        stranger.get(one), stranger.patch(one, {"name": "x"}), stranger.delete(one), stranger.get(f"{one}history/"),
        stranger.get(f"{one}files/"),
    ):  # fmt: skip
        assert response.status_code == 404
    assert stranger.get("companies/").json()["results"] == []
    assert stranger.get("search/?q=7701234567").json()["results"] == []
    for response in (
        api_of(cat).patch(one, {"name": "x"}), api_of(cat).delete(one), api_of(cat).post("companies/", {"name": "x"}),
    ):  # fmt: skip
        assert response.status_code == 403 and error_of(response)["message"]


def test_a_relation_to_what_is_hidden_is_null_and_cannot_be_made(api_of, ann, dan, administrator):
    hidden = make(api_of(ann))
    values = {"name": "Пётр", "company": hidden["id"], "owner": dan.pk}
    lead = api_of(administrator).post("leads/", values).json()
    one = f"leads/{lead['id']}/"
    assert api_of(dan).get(one).json()["company"] is None
    assert api_of(dan).get(f"leads/?company={hidden['id']}").json()["results"] == []
    refused = api_of(dan).post("leads/", {"name": "Олег", "company": hidden["id"]})
    assert refused.status_code == 422 and set(error_of(refused)["fields"]) == {"company"}


def test_search_finds_best_first(api_of, ann):
    api = api_of(ann)
    record = make(api)
    [hit] = api.get("search/?q=ромаш").json()["results"]
    assert set(hit) == {"entity", "id", "title", "snippet", "url"}
    assert (hit["entity"], hit["id"], hit["url"]) == ("company", record["id"], f"/companies/{record['id']}/")
    assert api.get("search/").json() == {"results": []}


def test_people_and_departments_are_read_by_all_and_changed_by_administrators(api_of, ann, administrator):
    names = {u["name"] for u in api_of(ann).get("users/").json()["results"]}
    assert {"Ann", "Admin"} <= names
    assert "password" not in api_of(ann).get(f"users/{ann.pk}/").json()
    assert api_of(ann).patch(f"users/{ann.pk}/", {"role": "administrator"}).status_code == 403
    assert api_of(ann).post("departments/", {"name": "x"}).status_code == 403
    made = api_of(administrator).post("departments/", {"name": "Склад"})
    assert made.status_code == 201 and made.json()["name"] == "Склад"
