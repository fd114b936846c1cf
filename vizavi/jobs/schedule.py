"""What runs by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from django_tasks.base import Task

from vizavi.jobs.backend import enqueue_once, path_of
from vizavi.jobs.models import Job

_periodic: list[tuple[Task, timedelta]] = []


def every(**interval: int) -> Callable[[Task], Task]:
    """Decorator of a task: run it again so long after it last ended: `@every(minutes=5)`."""

    def remember(task: Task) -> Task:
        _periodic.append((task, timedelta(**interval)))
        return task

    return remember


def enqueue_due() -> int:
    """Enqueue what is due; several workers may ask at once, the unique key lets one of them win."""
    now = timezone.now()
    count = 0
    for task, interval in _periodic:
        key = f"every:{path_of(task)}"
        mine = Job.objects.filter(unique_key=key)
        if mine.filter(state__in=[Job.READY, Job.RUNNING]).exists():
            continue
        if mine.filter(finished_at__gt=now - interval).exists():
            continue
        count += enqueue_once(task, key)
    return count
