"""The process that runs the jobs."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connections, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from vizavi.core.firm import speaking_to
from vizavi.jobs.models import Job
from vizavi.jobs.schedule import enqueue_due

log = logging.getLogger("vizavi.jobs")

LEASE = timedelta(seconds=60)
#: A lease is renewed so often while its job runs, in seconds.
BEAT = 15
#: The pause between looks into an empty queue, in seconds.
IDLE = 1.0
#: The clock is looked at so often, in seconds.
CLOCK = 20
MOST_ATTEMPTS = 6
#: A failed job comes again after this many seconds, each time four times as many.
FIRST_PAUSE = 10


def main() -> int:
    """Run jobs until SIGTERM or SIGINT; the job under way is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loop(stop)
    return 0


def loop(stop: threading.Event) -> None:
    """Take, run, sleep when there is nothing; a database that went away is waited for."""
    name = f"{socket.gethostname()}:{os.getpid()}"[:60]
    looked = 0.0
    while not stop.is_set():
        try:
            now = timezone.now().timestamp()
            if now - looked > CLOCK:
                enqueue_due()
                looked = now
            busy = run_one(name)
        except Exception:
            log.exception("The worker could not take a job")
            close_old_connections()
            busy = False
        if not busy:
            stop.wait(IDLE)


def run_one(worker: str) -> bool:
    """Take one job and run it; was there one?"""
    job = take(worker)
    if job is None:
        return False
    finished = threading.Event()
    beat = threading.Thread(target=keep_lease, args=(job.pk, worker, finished), daemon=True)
    beat.start()
    try:
        with speaking_to(None):
            task_of(job).func(*job.args, **job.kwargs)
    except Exception as error:
        log.exception("Job %s failed", job)
        fail(job, error)
    else:
        end(job, Job.DONE)
    finally:
        finished.set()
        beat.join()
    return True


def take(worker: str) -> Job | None:
    """The next job, leased to this worker: by priority, then by age; those whose lease has run out as well."""
    now = timezone.now()
    due = Q(state=Job.READY, run_after__lte=now) | Q(state=Job.RUNNING, lease_until__lt=now)
    waiting = Job.objects.filter(due).order_by("-priority", "run_after", "pk")
    # A look costs no write lock; taking does.
    if not waiting.exists():
        return None
    with transaction.atomic():
        if connections["default"].features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        job = waiting.first()
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            # Not it has failed but each worker that took it died: one more would die too.
            end(job, Job.FAILED, "its worker died, again and again")
            return None
        job.state, job.worker, job.lease_until = Job.RUNNING, worker, now + LEASE
        job.attempts += 1
        job.save(update_fields=["state", "worker", "lease_until", "attempts"])
    return job


def keep_lease(pk: int, worker: str, finished: threading.Event) -> None:
    """Renew the lease while the job runs."""
    while not finished.wait(BEAT):
        try:
            Job.objects.filter(pk=pk, worker=worker).update(lease_until=timezone.now() + LEASE)
        except Exception:
            log.exception("The lease of job %s could not be renewed", pk)
    connections.close_all()


def task_of(job: Job) -> Task:
    """The task that a row names. Only tasks can be named, whatever a row says."""
    task: Any = import_string(job.task)
    if not isinstance(task, Task):
        raise LookupError(f"{job.task} is no task")
    return task


def end(job: Job, state: str, error: str = "") -> None:
    """Close the job, unless another worker has taken it over meanwhile."""
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, attempts=job.attempts)
    mine.update(state=state, error=error[:2000], finished_at=timezone.now(), lease_until=None)


def fail(job: Job, error: Exception) -> None:
    """Try again later, or give up."""
    text = f"{type(error).__name__}: {error}"
    if job.attempts >= MOST_ATTEMPTS:
        end(job, Job.FAILED, text)
        return
    pause = timedelta(seconds=FIRST_PAUSE * 4 ** (job.attempts - 1))
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, attempts=job.attempts)
    mine.update(state=Job.READY, error=text[:2000], lease_until=None, run_after=timezone.now() + pause)
