"""What people do with clients: so far, what they write down about them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.core import columns
from vizavi.core.records import Record

#: So much of the first line of a text makes its title.
TITLE_LENGTH = 120


class Note(Record):
    """Something written down about one or more records."""

    title = columns.Text(_("title"), max_length=200, blank=True, indexed=True)
    text = columns.LongText(pgettext_lazy("note", "text"))
    about = columns.About(_("about"))
    pinned = models.BooleanField(_("pinned"), default=False)

    class Meta:
        verbose_name = _("Note")
        verbose_name_plural = _("Notes")
        indexes = [
            models.Index(fields=["title_key", "id"], name="note_title"),
            models.Index(fields=["-created_at", "-id"], name="note_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="note_owner_created"),
            models.Index(fields=["deleted_at"], name="note_bin", condition=models.Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """A note without a title is called by its first line."""
        if not self.title:
            first = self.text.strip().split("\n", 1)[0]
            self.title = first if len(first) <= TITLE_LENGTH else f"{first[: TITLE_LENGTH - 1].rstrip()}…"
