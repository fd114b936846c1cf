"""Tokens, scopes, throttling, idempotency, files."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from vizavi.access.models import ApiToken, User
from vizavi.api import idempotency, throttle
from vizavi.api.models import KeptAnswer
from vizavi.api.tests.calls import Caller
from vizavi.clients.models import Company
from vizavi.core.journal import operation
from vizavi.core.models import Operation

pytestmark = pytest.mark.django_db(transaction=True)


def count(user):
    return Company.objects.visible_to(user).count()


def test_without_a_token_nothing_opens(api_of, ann, client_of):
    api = api_of(ann)
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
    ):
        response = api.client.get("/api/v1/companies/", headers=headers)
        assert response.status_code == 401 and response.json()["error"]["code"] == "unauthorized"
        assert response["WWW-Authenticate"].startswith("Bearer")
    # A browser's session is no way in: no other site can make a signed-in browser act here.
    assert client_of(ann).get("/api/v1/companies/").status_code == 401


def test_a_revoked_token_opens_nothing(api_of, ann, known_tokens):
    api = api_of(ann)
    assert api.get("companies/").status_code == 200
    known_tokens.clear()
    assert api.get("companies/").status_code == 401


def test_a_token_of_the_firm_opens_until_it_is_revoked_or_its_person_blocked(ann, ben):
    token, secret = ApiToken.make(ann, "warehouse")
    _token, reading = ApiToken.make(ben, "screen", "read")
    api = Caller(secret)
    assert api.post("companies/", {"name": "Ромашка"}).status_code == 201
    assert Caller(reading).get("companies/").status_code == 200
    assert Caller(reading).post("companies/", {"name": "x"}).status_code == 403
    token.revoked_at = timezone.now()
    token.save()
    assert api.get("companies/").status_code == 401
    with operation("user.edit", by=None, via="command") as op:
        op.update(op.lock(User, [ben.pk])[ben.pk], {"is_active": False})
    assert Caller(reading).get("companies/").status_code == 401


def test_scopes_narrow_what_a_token_may_do(api_of, ann):
    reading = api_of(ann, "read")
    assert reading.get("companies/").status_code == 200
    refused = reading.post("companies/", {"name": "x"})
    assert refused.status_code == 403 and "write" in refused.json()["error"]["message"]
    contacts = api_of(ann, "write:contacts")
    assert contacts.post("contacts/", {"name": "x"}).status_code == 201
    assert contacts.get("contacts/").status_code == 200
    for path in ("companies/", "operations/", "search/?q=x"):
        assert contacts.get(path).status_code == 403
    assert api_of(ann, "nonsense").get("companies/").status_code == 403


def test_too_many_requests_wait(api_of, ann, ben, monkeypatch):
    monkeypatch.setattr(throttle.requests, "limit", 5)
    api = api_of(ann)
    answers = [api.get("departments/") for _n in range(7)]
    assert [r.status_code for r in answers] == [200] * 5 + [429] * 2
    assert 1 <= int(answers[-1]["Retry-After"]) <= 61 and answers[-1].json()["error"]["code"] == "too_many_requests"
    assert api_of(ben).get("departments/").status_code == 200


def test_the_count_is_shared_by_processes(monkeypatch):
    one, other = throttle.Fence("shared", 4), throttle.Fence("shared", 4)
    assert [one.hit("k") for _n in range(3)] == [0, 0, 0]
    assert other.hit("k") == 0 and other.hit("k") > 0


def test_guessing_tokens_is_slowed_down_and_a_right_token_still_works(api_of, ann, monkeypatch):
    monkeypatch.setattr(throttle.failures, "limit", 3)
    api = api_of(ann)
    wrong = {"Authorization": "Bearer guess"}
    codes = [api.client.get("/api/v1/companies/", headers=wrong).status_code for _n in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    assert api.get("companies/").status_code == 200


def test_the_same_key_acts_once_and_gives_the_same_answer(api_of, ann, ben):
    api = api_of(ann)
    first = api.post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1")
    again = api.post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1")
    assert (first.status_code, first.content) == (again.status_code, again.content) and first.status_code == 201
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert "Idempotent-Replayed" in again and "Idempotent-Replayed" not in first
    assert count(ann) == 1
    # Keys are a person's own.
    api_of(ben).post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1")
    assert count(ann) == 2


def test_a_key_used_for_another_request_is_refused(api_of, ann):
    api = api_of(ann)
    api.post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1")
    for path, body in (("companies/", {"name": "Лютик"}), ("contacts/", {"name": "Ромашка"})):
        refused = api.post(path, body, Idempotency_Key="k1")
        assert refused.status_code == 422 and refused.json()["error"]["code"] == "key_reused"
    assert count(ann) == 1


def test_a_refused_request_can_be_mended_under_its_key(api_of, ann):
    api = api_of(ann)
    assert api.post("companies/", {"name": ""}, Idempotency_Key="k1").status_code == 422
    assert api.post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1").status_code == 201


def test_two_requests_at_once_under_one_key_act_once(api_of, ann):
    results, ready = [], threading.Barrier(4)

    def send():
        try:
            api = api_of(ann)
            ready.wait(10)
            results.append(api.post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [r.status_code for r in results] == [201] * 4
    assert len({r.content for r in results}) == 1
    assert count(ann) == 1 and Operation.objects.filter(verb="company.create").count() == 1


def test_kept_answers_are_forgotten_after_a_day(api_of, ann):
    api = api_of(ann)
    api.post("companies/", {"name": "Ромашка"}, Idempotency_Key="k1")
    api.post("companies/", {"name": "Лютик"}, Idempotency_Key="k2")
    old = KeptAnswer.objects.get(key="k1")
    KeptAnswer.objects.filter(pk=old.pk).update(at=old.at - idempotency.KEEP * 2)
    assert idempotency.purge() == 1 and KeptAnswer.objects.get().key == "k2"
    KeptAnswer.objects.update(at=old.at - idempotency.KEEP * 2)
    assert api.post("companies/", {"name": "Мак"}, Idempotency_Key="k2").status_code == 201


def test_files_are_attached_listed_given_out_and_removed(api_of, ann, cat, dan):
    api = api_of(ann)
    company = api.post("companies/", {"name": "Ромашка"}).json()["id"]
    path = f"companies/{company}/files/"
    attached = api.upload(path, SimpleUploadedFile("договор.txt", b"text"), Idempotency_Key="f")
    assert attached.status_code == 201 and attached.json()["name"] == "договор.txt" and attached["Operation-Id"]
    again = api.upload(path, SimpleUploadedFile("договор.txt", b"text"), Idempotency_Key="f")
    assert again.content == attached.content
    [file] = api.get(path).json()["results"]
    assert file == attached.json() and file["size"] == 4
    content = api.get(f"files/{file['id']}/content/")
    assert b"".join(content.streaming_content) == b"text"
    for one in (f"files/{file['id']}/", f"files/{file['id']}/content/", path):
        assert api_of(dan).get(one).status_code == 404
    assert api_of(cat).upload(path, SimpleUploadedFile("x", b"x")).status_code == 403
    assert api_of(cat).delete(f"files/{file['id']}/").status_code == 403
    assert api_of(dan).delete(f"files/{file['id']}/").status_code == 404
    assert api.delete(f"files/{file['id']}/").status_code == 204
    assert api.get(path).json()["results"] == []


def test_an_upload_without_a_file_or_of_too_much_is_refused(api_of, ann, monkeypatch):
    api = api_of(ann)
    path = f"companies/{api.post('companies/', {'name': 'Ромашка'}).json()['id']}/files/"
    assert api.post(path, {}).status_code == 415
    assert set(api.upload(path, "text").json()["error"]["fields"]) == {"file"}
    monkeypatch.setattr("vizavi.files.store.LARGEST", 10)
    monkeypatch.setattr("vizavi.api.attachments.WRAPPING", 0)
    assert api.upload(path, SimpleUploadedFile("x", b"x" * 20)).status_code == 413
