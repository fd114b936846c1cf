"""Imports and what they could not take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vizavi.core.models import Operation


class ImportRun(models.Model):
    """One file on its way in. The records that it makes are journaled; the run itself is no data of the firm."""

    NEW, WAITING, RUNNING, DONE, FAILED = "new", "waiting", "running", "done", "failed"
    STATES = {NEW: _("not started"), WAITING: _("waiting"), RUNNING: _("running"), DONE: _("done"), FAILED: _("failed")}

    entity = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, default=NEW)
    #: See `mapping.Mapping`.
    mapping = models.JSONField(default=dict)
    operation = models.ForeignKey(Operation, models.SET_NULL, null=True, related_name="+")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-id"], name="import_by")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return Path(settings.FILES_ROOT) / self.sha256[:2] / self.sha256

    @property
    def counts(self) -> dict[str, Any]:
        """created, updated, skipped, rejected, row (how far), total."""
        return self.operation.checkpoint if self.operation else {}


class Reject(models.Model):
    """A row that was not taken, with the reasons; written in the transaction of its chunk."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    cells = models.JSONField()

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"
