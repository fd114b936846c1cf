"""Uploads: the door, hostile names and contents, undo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import undo
from vizavi.core.models import Operation
from vizavi.core.records import writing
from vizavi.files import store
from vizavi.files.models import File

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(ann):
    return actions.create(registry["company"], {"name": "Ромашка"}, ann)[0]


def send(client, company, name, content):
    return client.post(f"/companies/{company.pk}/_files/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_seen_by_those_who_see_its_record(client_of, company, ann, ben, cat, dan):
    assert send(client_of(ann), company, "Договор.txt", b"text").status_code == 302
    [file] = store.files_of(registry["company"], company)
    assert file.name == "Договор.txt" and file.size == 4
    for user, status in ((ann, 200), (ben, 200), (cat, 200), (dan, 404)):
        assert client_of(user).get(f"/files/{file.pk}/").status_code == status
    assert send(client_of(ben), company, "x.txt", b"x").status_code == 403
    assert send(client_of(dan), company, "x.txt", b"x").status_code == 404
    assert client_of(ben).post(f"/files/{file.pk}/delete/").status_code == 403


@pytest.mark.parametrize(
    "name, kept",
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\счёт.pdf", "счёт.pdf"),
        ("a\x00b\r\nSet-Cookie: x.txt", "a_b__Set-Cookie_ x.txt"),
        ("gpj.\u202eexe", "gpj._exe"),
        ("...", "file"),
        ("я" * 300 + ".docx", "я" * 195 + ".docx"),
    ],
)
def test_hostile_names_become_harmless(name, kept, settings):
    from django.utils.translation import override

    with override("en"):
        assert store.clean_name(name) == kept


def test_what_calls_itself_a_picture_is_judged_by_its_bytes(client_of, company, ann):
    client = client_of(ann)
    send(client, company, "photo.png", b"<script>alert(1)</script>")
    file = store.files_of(registry["company"], company)[0]
    response = client.get(f"/files/{file.pk}/")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff" and "sandbox" in response["Content-Security-Policy"]
    send(client, company, "real.png", b"\x89PNG\r\n\x1a\n0000")
    file = store.files_of(registry["company"], company)[0]
    assert client.get(f"/files/{file.pk}/")["Content-Type"] == "image/png"


def test_the_same_content_lies_on_the_disk_once_and_an_empty_file_is_a_file(client_of, company, ann, settings):
    from pathlib import Path

    for name in ("a.txt", "b.txt", "empty.txt"):
        send(client_of(ann), company, name, b"" if name == "empty.txt" else b"same")
    assert File.objects.unrestricted("a test").count() == 3 or len(store.files_of(registry["company"], company)) >= 2
    kept = [p for p in Path(settings.FILES_ROOT).rglob("*") if p.is_file()]
    assert len({p.name for p in kept}) == len(kept) <= 2


def test_too_large_is_said_and_nothing_is_left(company, ann, monkeypatch, settings):
    from pathlib import Path

    monkeypatch.setattr(store, "LARGEST", 10)
    with pytest.raises(store.Invalid) as caught:
        store.attach(registry["company"], company, "big.bin", [b"x" * 8, b"x" * 8], ann)
    assert "file" in caught.value.errors
    assert [p for p in Path(settings.FILES_ROOT).rglob("*") if p.is_file()] == []


def test_attaching_can_be_undone(company, ann):
    store.attach(registry["company"], company, "a.txt", [b"x"], ann)
    undo(Operation.objects.get(verb="file.attach"), ann)
    assert store.files_of(registry["company"], company) == []


def test_contents_leave_the_disk_when_no_row_names_them_any_more(company, ann):
    kept, _op = store.attach(registry["company"], company, "kept.txt", [b"kept"], ann)
    binned, _op = store.attach(registry["company"], company, "binned.txt", [b"binned"], ann)
    gone, _op = store.attach(registry["company"], company, "gone.txt", [b"gone"], ann)
    store.remove(binned.pk, ann)
    store.remove(gone.pk, ann)
    with writing():
        File.objects.filter(pk=gone.pk).delete()
    assert store.drop_unused(timezone.now() - timedelta(days=1)) == 0
    assert store.drop_unused(timezone.now() + timedelta(minutes=1)) >= 1
    assert [f.path.exists() for f in (kept, binned, gone)] == [True, True, False]
