"""The scan as a job: by night, and when somebody asks for it."""

from __future__ import annotations

from django.db import transaction
from django_tasks import task

from vizavi.duplicates import scanning
from vizavi.duplicates.models import Scan
from vizavi.jobs.backend import enqueue_once
from vizavi.jobs.schedule import every


def scan_soon() -> Scan:
    """Put a scan into the queue, unless one is running; its row tells how far it is."""
    with transaction.atomic():
        scan = scanning.begin()
        enqueue_once(run_scan, "duplicates.scan")
    return scan


@every(hours=24)
@task()
def scan_by_night() -> None:
    """Everybody's records, once a day."""
    scan_soon()


@task()
def run_scan() -> None:
    """Scan from the last key on: a worker that died is continued by the next."""
    scan = Scan.objects.filter(state=Scan.RUNNING).first()
    if scan is not None:
        scanning.carry_out(scan)
