"""What `vizavi doctor` tells of the work in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

#: A job that has been due for so long has nobody who takes it.
LATE = timedelta(minutes=10)


def register(subparsers: Any) -> None:
    """No command of its own: `worker` starts before the packages are asked."""


def doctor() -> Iterator[tuple[str, str, str]]:
    """Is there a worker, has it failed at anything, are letters stuck?"""
    from vizavi.jobs.models import Job, Mail

    late = Job.objects.filter(state=Job.READY, run_after__lt=timezone.now() - LATE).count()
    yield (
        ("warning", "worker", f"{late} jobs wait; is `vizavi serve` running?")
        if late
        else ("ok", "worker", "nothing waits")
    )
    failed = Job.objects.filter(state=Job.FAILED)
    last = failed.order_by("-finished_at").first()
    if last is not None:
        yield "warning", "jobs", f"{failed.count()} were given up, the last one: {last.task}: {last.error[:100]}"
    stuck = Mail.objects.exclude(state=Mail.SENT).exclude(error="")
    if found := stuck.order_by("-pk").first():
        yield "warning", "letters", f"{stuck.count()} could not be sent, the last one to {found.to}: {found.error}"
