"""The queue and the outbox."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One call to come, or that has been made. Not journaled: it is no data of the firm."""

    READY, RUNNING, DONE, FAILED = "ready", "running", "done", "failed"

    task = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, default=READY)
    #: While a job with this key waits or runs, no second one is enqueued.
    unique_key = models.CharField(max_length=200, null=True, blank=True)
    enqueued_at = models.DateTimeField(default=timezone.now)
    run_after = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["run_after"], name="job_ready", condition=models.Q(state="ready")),
            models.Index(fields=["lease_until"], name="job_running", condition=models.Q(state="running")),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"], condition=models.Q(state__in=["ready", "running"]), name="job_unique_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class Mail(models.Model):
    """A letter in the outbox: written in the transaction of what caused it, sent by a job."""

    WAITING, SENT, FAILED = "waiting", "sent", "failed"

    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=8, default=WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
