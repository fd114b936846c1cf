"""A file sent by the API: looked at, tried, run, its refused rows mended; nobody sees another's import."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vizavi.clients.models import Company
from vizavi.jobs import worker

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "Название;Сотрудников;ИНН\nВектор;25;7707083893\nПолюс;много;7728168971\n"


def send(client, api, content=FILE, **fields):
    data = {"file": SimpleUploadedFile("f.csv", content.encode()), "entity": "companies", **fields}
    return client.post("/api/v1/imports/", data, headers=api.headers)


def run_jobs():
    while worker.run_one("test"):
        pass


def test_a_file_is_sent_tried_run_mended_and_run_again(api_of, ann, client):
    api = api_of(ann)
    answer = send(client, api)
    assert answer.status_code == 201, answer.content
    run = answer.json()
    assert run["rows"] == 2 and run["state"] == "new" and run["mapping"]["columns"]["Название"] == "name"
    at = f"imports/{run['id']}/"
    assert api.get("imports/").json()["results"][0]["id"] == run["id"]
    wrong = api.patch(at, {"mapping": {"columns": {"Название": "nonsense"}}})
    assert wrong.status_code == 422 and "mapping" in wrong.json()["error"]["fields"]
    mapping = {"columns": {"Название": "name", "Сотрудников": "employees", "ИНН": "inn"}, "keys": ["inn"]}
    assert api.patch(at, {"mapping": mapping}).status_code == 200
    report = api.post(f"{at}check/", {}).json()
    assert (report["created"], report["rejected"]) == (1, 1) and report["problems"][0]["problems"][0]["column"] == 1
    assert not Company.objects.visible_to(ann).exists()
    assert api.post(f"{at}start/", {}).status_code == 202
    assert api.post(f"{at}start/", {}).status_code == 409
    run_jobs()
    done = api.get(at).json()
    assert (done["state"], done["created"], done["rejected"]) == ("done", 1, 1)
    (reject,) = api.get(f"{at}rejects/").json()["results"]
    assert reject["cells"][1] == "много"
    assert api.post(f"{at}rejects/again/", {"cells": {reject["id"]: {"1": "12"}}}).status_code == 202
    run_jobs()
    done = api.get(at).json()
    assert (done["created"], done["rejected"]) == (2, 0) and api.get(f"{at}rejects/").json()["results"] == []
    assert sorted(c.employees for c in Company.objects.visible_to(ann)) == [12, 25]
    assert api.post(f"operations/{done['operation']}/undo/", {}).status_code == 200
    assert not Company.objects.visible_to(ann).exists()


def test_what_is_no_table_or_no_mapping_is_said_by_the_field(api_of, ann, cat, client):
    api = api_of(ann)
    assert "file" in send(client, api, "").json()["error"]["fields"]
    assert "file" in send(client, api, "\0\1\2" * 99).json()["error"]["fields"]
    assert "entity" in send(client, api, entity="users").json()["error"]["fields"]
    assert "mapping" in send(client, api, mapping="{").json()["error"]["fields"]
    assert "mapping" in send(client, api, mapping=json.dumps({"columns": {"Кто": "name"}})).json()["error"]["fields"]
    assert send(client, api_of(cat)).status_code == 403


def test_nobody_sees_the_import_of_another(api_of, ann, ben, administrator, client):
    at = f"imports/{send(client, api_of(ann)).json()['id']}/"
    other = api_of(ben)
    assert other.get(at).status_code == other.post(f"{at}start/", {}).status_code == 404
    assert other.get("imports/").json()["results"] == []
    assert api_of(administrator).get(at).status_code == 200
