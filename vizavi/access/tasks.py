"""What runs by the clock."""

from __future__ import annotations

from django_tasks import task

from vizavi.access import sessions
from vizavi.jobs.schedule import every


@every(hours=6)
@task()
def forget_old_ways_in() -> None:
    """Sessions and links that open nothing any more."""
    sessions.forget_old()
