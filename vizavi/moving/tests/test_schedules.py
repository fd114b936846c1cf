"""Imports from a folder or an address and exports to a folder by the clock, through the door and without a way inside."""

from __future__ import annotations

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.exchange.models import ImportRun
from vizavi.jobs import worker
from vizavi.jobs.models import Job
from vizavi.moving import fetching, tasks
from vizavi.moving.models import ScheduledExport, ScheduledImport, TakenFile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(settings, tmp_path):
    settings.EXCHANGE_ROOT = tmp_path / "exchange"
    (settings.EXCHANGE_ROOT / "in").mkdir(parents=True)
    return settings.EXCHANGE_ROOT


def put(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


def schedule(by, administrator, kind="scheduledimport", **data):
    said = {"name": "Из склада", "records": "companies", "by": by.pk, **data}
    return actions.create(registry[kind], said, administrator)[0]


def run_due():
    tasks.look_for_due.func()
    while worker.run_one("test"):
        pass


def test_new_files_of_a_folder_come_in_once_each(root, ann, administrator, client_of):
    planned = schedule(ann, administrator, source="in", after="move")
    put(root / "in", "a.csv", "Название;ИНН\nВектор;7707083893\n")
    put(root / "in", ".hidden.csv", "Название\nНикто\n")
    run_due()
    company = Company.objects.visible_to(ann).get()
    assert company.owner_id == ann.pk and company.created_by_id == ann.pk
    assert [p.name for p in (root / "in" / "done").iterdir()] == ["a.csv"]
    put(root / "in", "again.csv", "Название;ИНН\nВектор;7707083893\n")
    ScheduledImport.objects.get().noted("", False)
    tasks.run_scheduled_import.func(planned.pk)
    assert ImportRun.objects.count() == 1 and TakenFile.objects.count() == 1
    put(root / "in", "b.csv", "Название;ИНН\nПолюс;7728168971\nВектор новый;7707083893\n")
    tasks.run_scheduled_import.func(planned.pk)
    assert sorted(c.name for c in Company.objects.visible_to(ann)) == ["Вектор", "Полюс"]
    assert "b.csv" in ScheduledImport.objects.get().state
    # What was taken stays on the page, also after a run that found nothing.
    put(root / "in", "bad.csv", "\0\1\2\3")
    tasks.run_scheduled_import.func(planned.pk)
    tasks.run_scheduled_import.func(planned.pk)
    page = client_of(administrator).get(f"/settings/scheduled_imports/{planned.pk}/").content.decode()
    last = ImportRun.objects.latest("pk")
    assert "a.csv" in page and "bad.csv" in page and f'href="/imports/{last.pk}/"' in page


def test_what_fails_is_told_on_the_page_and_comes_again_with_growing_pauses(root, ann, administrator, client_of):
    planned = schedule(ann, administrator, source="in", after="move")
    put(root / "in", "bad.csv", "\0\1\2\3")
    run_due()
    first = ScheduledImport.objects.get()
    assert first.failures == 1 and "bad.csv" in first.told
    assert (first.next_at - first.last_at).total_seconds() == 60
    assert [p.name for p in (root / "in" / "failed").iterdir()] == ["bad.csv"]
    page = client_of(administrator).get(f"/settings/scheduled_imports/{planned.pk}/").content.decode()
    assert "bad.csv" in page
    (root / "in" / "failed" / "bad.csv").unlink()
    (root / "in" / "failed").rmdir()
    (root / "in").rmdir()
    tasks.run_scheduled_import.func(planned.pk)
    second = ScheduledImport.objects.get()
    assert second.failures == 2 and (second.next_at - second.last_at).total_seconds() == 240
    (root / "in").mkdir()
    tasks.run_scheduled_import.func(planned.pk)
    assert ScheduledImport.objects.get().failures == 0


def test_a_schedule_is_the_administrators_and_stays_in_its_folder(root, ann, administrator):
    for source in ("../..", "in/../../x", "ftp://example.org/x", "file:///etc/passwd"):
        with pytest.raises(Invalid) as caught:
            schedule(ann, administrator, source=source)
        assert "source" in caught.value.errors
    with pytest.raises(Invalid) as caught:
        schedule(ann, administrator, "scheduledexport", folder="../..")
    assert "folder" in caught.value.errors
    with pytest.raises(Invalid):
        schedule(ann, administrator, "scheduledexport", query="nonsense=1")
    with pytest.raises(Invalid):
        schedule(ann, administrator, source="in", mapping="Такого нет")
    with pytest.raises(Refused):
        schedule(ann, ann, source="in")


def test_a_list_is_written_whole_and_only_what_its_person_may_see(root, ann, dan, administrator):
    actions.create(registry["company"], {"name": "Наша"}, ann)
    actions.create(registry["company"], {"name": "Чужая"}, dan)
    planned = schedule(
        ann, administrator, "scheduledexport", folder="out/daily", query="sort=name", fields="name, inn", file_name="c"
    )
    run_due()
    path = root / "out" / "daily" / "c.csv"
    assert path.read_text("utf-8-sig").splitlines()[1:] == ["Наша;"]
    assert [p.name for p in path.parent.iterdir()] == ["c.csv"]
    actions.update(registry["scheduledexport"], planned.pk, {"form": "xlsx"}, administrator)
    tasks.run_scheduled_export.func(planned.pk)
    assert sorted(p.name for p in path.parent.iterdir()) == ["c.csv", "c.xlsx"]
    actions.update(registry["user"], ann.pk, {"is_active": False}, administrator)
    tasks.run_scheduled_export.func(planned.pk)
    assert ScheduledExport.objects.get().failures == 1


def test_a_schedule_that_is_off_or_not_due_does_nothing(root, ann, administrator):
    planned = schedule(ann, administrator, source="in", active=False)
    tasks.look_for_due.func()
    assert not Job.objects.filter(task__contains="scheduled").exists()
    actions.update(registry["scheduledimport"], planned.pk, {"active": True}, administrator)
    ScheduledImport.objects.get().noted("", False)
    tasks.look_for_due.func()
    assert not Job.objects.filter(task__contains="scheduled").exists()


@pytest.fixture
def web():
    """A web server of this machine."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path[4:])
                self.end_headers()
                return
            body = b"x" * 3_000_000 if self.path == "/big" else "Название\nВектор\n".encode()
            self.send_response(404 if self.path == "/none" else 200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()


def test_a_file_at_an_address_comes_in_when_it_has_changed(root, web, ann, administrator, settings):
    settings.PRIVATE_ADDRESSES = True
    planned = schedule(ann, administrator, source=f"http://127.0.0.1:{web}/to//list.csv")
    for _round in range(2):
        tasks.run_scheduled_import.func(planned.pk)
        assert not ScheduledImport.objects.get().failures, ScheduledImport.objects.get().told
    assert Company.objects.visible_to(ann).count() == ImportRun.objects.count() == 1


def test_no_address_leads_into_the_local_network(root, web, ann, administrator, monkeypatch):
    planned = schedule(ann, administrator, source=f"http://127.0.0.1:{web}/list.csv")
    tasks.run_scheduled_import.func(planned.pk)
    assert ScheduledImport.objects.get().failures == 1 and not ImportRun.objects.exists()
    for ip in (
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1%eth0",
        "224.0.0.1",
        "0.0.0.0",
    ):
        assert not fetching.allowed(ip), ip
    assert fetching.allowed("93.184.216.34")
    # A redirect is looked at like any other address: here the first host passes, that to which it sends does not.
    monkeypatch.setattr(fetching, "resolve", lambda host, port: ["127.0.0.1"] if host == "good.test" else ["127.0.0.2"])
    monkeypatch.setattr(fetching, "allowed", lambda ip: ip == "127.0.0.1")
    with pytest.raises(fetching.NotFetched):
        fetching.fetch(f"http://good.test:{web}/to/http://evil.test:{web}/x", 10**6)
    assert b"".join(fetching.fetch(f"http://good.test:{web}/x", 10**6)[1])
    for url in ("file:///etc/passwd", "ftp://good.test/x", "http://user:word@good.test/", "http://good.test:x/"):
        with pytest.raises(fetching.NotFetched):
            fetching.fetch(url, 10**6)


def test_what_is_too_large_endless_or_not_there_is_not_fetched(web, settings, monkeypatch):
    settings.PRIVATE_ADDRESSES = True
    at = f"http://127.0.0.1:{web}"
    with pytest.raises(fetching.NotFetched):
        b"".join(fetching.fetch(f"{at}/big", 10**6)[1])
    with pytest.raises(fetching.NotFetched):
        fetching.fetch(f"{at}/none", 10**6)
    with pytest.raises(fetching.NotFetched):
        fetching.fetch(f"{at}/to/" * 9 + "x", 10**6)
    monkeypatch.setattr(fetching, "LONGEST", -1)
    with pytest.raises(fetching.NotFetched):
        b"".join(fetching.fetch(f"{at}/x", 10**6)[1])
