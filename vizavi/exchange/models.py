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
    #: encoding, delimiter, sheet, where a person chose them.
    options = models.JSONField(default=dict)
    #: Corrections by row and column, see `importer.Importer`.
    fixes = models.JSONField(default=dict)
    #: What the last trial said, and of which mapping: see `trial`.
    report = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
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
        """created, updated, skipped, rejected, doubtful, row (how far), total."""
        return self.operation.checkpoint if self.operation else {}


class Reject(models.Model):
    """A row that was not taken, with the reasons; written in the transaction of its chunk.

    `problems` are the same reasons by column: `[[2, "…"], [null, "…"]]`.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    cells = models.JSONField()
    problems = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"


class Skipped(models.Model):
    """A row that was left alone because its record was there."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="left")
    row = models.PositiveIntegerField()
    record_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return str(self.row)


class Doubt(models.Model):
    """A row that was taken although something in it looks wrong: what, and in which record it is now."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="doubts")
    row = models.PositiveIntegerField()
    record_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.row}: {self.text}"


class Origin(models.Model):
    """By what an imported record is known when its file comes again: see `rows.RowReader.know`."""

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    key = models.CharField(max_length=100)

    class Meta:
        indexes = [models.Index(fields=["key", "entity", "record_id"], name="origin_key")]

    def __str__(self) -> str:
        return self.key


class SavedMapping(models.Model):
    """How columns were matched, for the next file: without a name it is remembered by the headings for its person, with
    one it is there for everybody who may import."""

    entity = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, blank=True)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "by", "name", "fingerprint"], name="mapping_once")]
        indexes = [models.Index(fields=["entity", "fingerprint"], name="mapping_headings")]

    def __str__(self) -> str:
        return self.name or self.fingerprint[:12]
