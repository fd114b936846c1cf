"""Uploaded files."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns
from vizavi.core.records import Record


class File(Record):
    """One upload. Two uploads of the same content share what lies on the disk."""

    name = columns.Text(_("name"), max_length=255, indexed=True)
    size = models.BigIntegerField(_("size, bytes"))
    content_type = models.CharField(_("type of content"), max_length=100, default="application/octet-stream")
    about = columns.About(_("about"))
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)

    class Meta:
        verbose_name = _("File")
        verbose_name_plural = _("Files")
        indexes = [
            models.Index(fields=["name_key", "id"], name="file_name"),
            models.Index(fields=["-created_at", "-id"], name="file_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="file_owner_created"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where the content lies."""
        return Path(settings.FILES_ROOT) / self.sha256[:2] / self.sha256
