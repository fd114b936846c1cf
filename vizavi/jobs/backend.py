"""The backend of Django's Tasks API over our own table (docs/adr/ says why)."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from vizavi.jobs.models import Job

STATES = {
    Job.READY: TaskResultStatus.READY,
    Job.RUNNING: TaskResultStatus.RUNNING,
    Job.DONE: TaskResultStatus.SUCCESSFUL,
    Job.FAILED: TaskResultStatus.FAILED,
}


class JobBackend(BaseTaskBackend):
    """`task.enqueue(…)` writes a row in the caller's transaction; the worker runs it after the commit."""

    supports_defer = True
    supports_priority = True
    supports_get_result = True

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        self.validate_task(task)
        job = Job.objects.create(
            task=path_of(task),
            args=list(args),
            kwargs=dict(kwargs),
            priority=task.priority,
            run_after=task.run_after or timezone.now(),
        )
        return self._result(task, job)

    def get_result(self, result_id: str) -> TaskResult:
        job = Job.objects.filter(pk=int(result_id)).first() if str(result_id).isdigit() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        from vizavi.jobs.worker import task_of

        return self._result(task_of(job), job)

    def _result(self, task: Task, job: Job) -> TaskResult:
        return TaskResult(
            task=task,
            id=str(job.pk),
            status=STATES[job.state],
            enqueued_at=job.enqueued_at,
            started_at=None,
            last_attempted_at=None,
            finished_at=job.finished_at,
            args=job.args,
            kwargs=job.kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[job.worker] if job.worker else [],
        )


def path_of(task: Task) -> str:
    """The dotted name under which the worker finds the task."""
    return f"{task.func.__module__}.{task.func.__qualname__}"


def enqueue_once(task: Task, key: str, *args: Any, **kwargs: Any) -> bool:
    """Enqueue unless a job of this key waits or runs already; joins the caller's transaction. Was it enqueued?"""
    try:
        with transaction.atomic():
            Job.objects.create(
                task=path_of(task), args=list(args), kwargs=kwargs, priority=task.priority, unique_key=key[:200]
            )
    except IntegrityError:
        return False
    return True
