"""The queue: transactions, leases, retries, unique keys, the clock; the outbox against a real server."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django_tasks import task

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import NotThere
from vizavi.core.firm import forget
from vizavi.core.journal import operation
from vizavi.core.models import Firm, Operation
from vizavi.core.records import unrestricted
from vizavi.jobs import schedule, worker
from vizavi.jobs.backend import enqueue_once
from vizavi.jobs.commands import doctor
from vizavi.jobs.mail import send_later
from vizavi.jobs.models import Job, Mail
from vizavi.jobs.tasks import MAIL_DAYS, empty_bin, send_waiting
from vizavi.jobs.undo import undo_later
from vizavi.ui import formats

pytestmark = pytest.mark.django_db(transaction=True)
done: list[object] = []


@pytest.fixture(autouse=True)
def _nothing_done():
    done.clear()


@task()
def note(what):
    done.append(what)


@task(priority=10)
def urgent():
    done.append("urgent")


@task()
def broken():
    raise ValueError("no")


def work():
    while worker.run_one("test"):
        pass


def test_a_job_is_part_of_the_callers_transaction():
    with pytest.raises(RuntimeError), transaction.atomic():
        note.enqueue("lost")
        raise RuntimeError
    note.enqueue("kept")
    work()
    assert done == ["kept"]


def test_priority_comes_before_age():
    note.enqueue(1)
    urgent.enqueue()
    work()
    assert done == ["urgent", 1]


def test_a_failed_job_comes_again_with_growing_pauses_and_is_given_up_in_the_end():
    broken.enqueue()
    pauses = []
    for _ in range(worker.MOST_ATTEMPTS):
        worker.run_one("test")
        job = Job.objects.get()
        pauses.append((job.run_after - timezone.now()).total_seconds())
        Job.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    assert job.state == Job.FAILED and job.error == "ValueError: no" and job.attempts == worker.MOST_ATTEMPTS
    assert pauses[:3] == pytest.approx([10, 40, 160], abs=2)
    assert not worker.run_one("test")


def test_a_job_whose_worker_died_is_run_by_another_and_the_dead_one_cannot_close_it():
    note.enqueue("again")
    first = worker.take("dead")
    assert worker.take("alive") is None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    assert done == ["again"]
    worker.end(first, Job.FAILED, "late words")
    assert Job.objects.get().state == Job.DONE


def test_a_job_of_which_every_worker_dies_is_given_up():
    note.enqueue("deadly")
    for _ in range(worker.MOST_ATTEMPTS):
        assert worker.take("dies")
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert worker.take("another") is None
    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.FAILED, worker.MOST_ATTEMPTS) and "died" in job.error and not done


def test_only_one_job_of_a_key_waits():
    assert enqueue_once(note, "k", 1)
    assert not enqueue_once(note, "k", 2)
    work()
    assert enqueue_once(note, "k", 3)
    work()
    assert done == [1, 3]


def test_the_clock_runs_each_task_once_per_interval():
    count = schedule.enqueue_due()
    assert count >= 3 and schedule.enqueue_due() == 0
    work()
    assert schedule.enqueue_due() == 0
    Job.objects.update(finished_at=timezone.now() - timedelta(days=1))
    assert schedule.enqueue_due() == count


def test_a_row_can_name_nothing_but_a_task():
    Job.objects.create(task="os.system", args=["true"])
    worker.run_one("test")
    assert Job.objects.get().error.startswith("LookupError")


class Inbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope)
        return "250 OK"


def test_a_letter_leaves_after_the_commit_and_only_once(settings):
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False
    try:
        mail = send_later("anna@example.org", "Приглашение\nBcc: evil@example.org", "Здравствуйте!")
        assert not inbox.letters
        work()
        Job.objects.update(state=Job.READY)
        work()
    finally:
        server.stop()
    [letter] = inbox.letters
    assert letter.rcpt_tos == ["anna@example.org"]
    mail.refresh_from_db()
    assert mail.state == Mail.SENT and mail.text == ""


def test_a_letter_waits_for_a_mail_server_that_comes_back_and_is_given_up_in_the_end(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    letter = send_later("anna@example.org", "Здравствуйте", "Текст")
    for _ in range(worker.MOST_ATTEMPTS):
        work()
        Job.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    assert Job.objects.get().state == Job.FAILED
    send_waiting.func()
    send_waiting.func()
    assert Job.objects.filter(state=Job.READY).count() == 1
    found = {subject: (level, words) for level, subject, words in doctor()}
    assert found["letters"][0] == "warning" and "ConnectionRefusedError" in found["letters"][1]
    assert "given up" in found["jobs"][1] and found["worker"][0] == "ok"
    Mail.objects.update(created_at=timezone.now() - timedelta(days=MAIL_DAYS, hours=1))
    send_waiting.func()
    letter.refresh_from_db()
    assert letter.state == Mail.FAILED


def test_the_bin_is_emptied_after_its_days_and_what_pointed_there_lets_go(ann):
    company, _ = actions.create(registry["company"], {"name": "Ромашка"}, ann)
    contact, _ = actions.create(registry["contact"], {"name": "Пётр", "companies": [company.pk]}, ann)
    lead, _ = actions.create(registry["lead"], {"name": "Пётр", "company": company.pk}, ann)
    actions.delete(registry["company"], [company.pk], ann)
    empty_bin.func()
    assert actions.fetch(registry["company"], company.pk, ann, deleted=True)
    with connection.cursor() as cursor:
        past = timezone.now() - timedelta(days=31)
        cursor.execute("UPDATE clients_company SET deleted_at = %s WHERE id = %s", [past, company.pk])
    empty_bin.func()
    with pytest.raises(NotThere):
        actions.fetch(registry["company"], company.pk, ann, deleted=True)
    with unrestricted("a test"):
        contact.refresh_from_db()
        lead.refresh_from_db()
    assert contact.companies == [] and lead.company_id is None


def test_a_large_undo_runs_as_a_job(ann):
    with operation("import", by=ann) as op:
        op.create([actions.build(registry["company"], {"name": f"Фирма {n}"}, ann) for n in range(250)])
    long = undo_later(Operation.objects.get(verb="import"), ann)
    assert long.state == Operation.RUNNING
    work()
    long.refresh_from_db()
    assert (long.state, long.changes) == (Operation.FINISHED, 250)
    assert registry["company"].model.objects.visible_to(ann).count() == 0


def test_what_stood_in_the_way_of_a_large_undo_is_shown_when_it_is_over(ann, client_of):
    with operation("import", by=ann) as op:
        op.create([actions.build(registry["company"], {"name": f"Фирма {n}"}, ann) for n in range(250)])
    worked_on = registry["company"].model.objects.visible_to(ann).get(name="Фирма 7")
    actions.update(registry["company"], worked_on.pk, {"employees": "5"}, ann)
    long = undo_later(Operation.objects.get(verb="import"), ann)
    work()
    long.refresh_from_db()
    assert (long.state, long.changes, long.skipped.count()) == (Operation.FINISHED, 249, 1)
    page = client_of(ann).get(f"/operations/{long.pk}/").content.decode()
    assert "Фирма 7" in page and long.skipped.get().reason in page


def test_a_deletion_says_until_when_it_can_be_undone(ann, client_of):
    company, _ = actions.create(registry["company"], {"name": "Ромашка"}, ann)
    done = actions.delete(registry["company"], [company.pk], ann)
    until = formats.date(done.at + timedelta(days=30))
    assert until in client_of(ann).get(f"/operations/{done.pk}/").content.decode()


@task()
def tell():
    done.append((get_language(), timezone.get_current_timezone_name()))


def test_a_job_speaks_the_language_of_the_firm_in_its_time_zone():
    with operation("firm.create", by=None) as op:
        op.create([Firm(language="en", time_zone="Asia/Yekaterinburg")])
    forget()
    tell.enqueue()
    work()
    assert done == [("en", "Asia/Yekaterinburg")]
