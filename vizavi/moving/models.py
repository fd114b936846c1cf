"""Imports and exports by the clock: the administrator's data."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns
from vizavi.core.entity import registry
from vizavi.core.records import Journaled
from vizavi.exchange.models import ImportRun, SavedMapping
from vizavi.moving.kinds import RecordKind

EVERY = [
    ("15", _("every 15 minutes")),
    ("60", _("every hour")),
    ("360", _("every 6 hours")),
    ("1440", _("every day")),
    ("10080", _("every week")),
]
#: A failed run comes again after so many minutes, four times as many each time, but never later than it would anyway.
FIRST_PAUSE = 1


def folder_of(text: str) -> Path:
    """A folder below the one that is given free for exchange. Raises `ValidationError` for one outside of it."""
    root = Path(settings.EXCHANGE_ROOT).resolve()
    found = (root / text.strip().lstrip("/")).resolve()
    if found != root and root not in found.parents:
        raise ValidationError(_("Folders lie below %(root)s."), params={"root": str(root)})
    return found


class Scheduled(Journaled):
    """What an import and an export by the clock have in common: when, as whom, and how it went."""

    name = columns.Text(_("name"), max_length=200)
    records = RecordKind(_("records"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("as which user"),
        help_text=_("Sees and changes what this person may"),
    )
    every = models.CharField(_("how often"), max_length=6, choices=EVERY, default="1440")
    active = models.BooleanField(_("active"), default=True)
    next_at = models.DateTimeField(null=True, editable=False)
    last_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    told = models.CharField(max_length=500, blank=True, editable=False)

    unjournaled = frozenset({"next_at", "last_at", "failures", "told"})

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """How the last run went, for the list."""
        if self.last_at is None:
            return str(_("has not run yet"))
        failed = str(_("failed"))
        return f"{failed}: {self.told}" if self.failures else self.told or str(_("nothing new"))

    def noted(self, told: str, failed: bool, now: datetime | None = None) -> None:
        """Remember how a run went and when the next one is due: after a failure sooner, with growing pauses."""
        now = now or timezone.now()
        pause = timedelta(minutes=int(self.every))
        self.failures = self.failures + 1 if failed else 0
        if failed:
            pause = min(pause, timedelta(minutes=FIRST_PAUSE * 4 ** min(self.failures - 1, 8)))
        self.last_at, self.next_at, self.told = now, now + pause, told[:500]
        self.save(update_fields=["last_at", "next_at", "failures", "told"])


class ScheduledImport(Scheduled):
    """Files that appear in a folder or at an address are imported, each once."""

    KEEP, MOVE = "keep", "move"
    AFTER = [(KEEP, _("leave them there")), (MOVE, _("move them to the folder “done”"))]
    RULES = [
        ("fill", _("Fill in what is empty")), ("overwrite", _("Overwrite")), ("skip", _("Skip")),
        ("create", _("Create another one")),
    ]  # fmt: skip

    source = models.CharField(
        _("from where"), max_length=1000, help_text=_("An address (https://…), or a folder below the one for exchange")
    )
    mapping = models.CharField(
        _("saved mapping"), max_length=100, blank=True, help_text=_("Its name; without one the columns are recognised")
    )
    duplicates = models.CharField(_("if the record is there"), max_length=10, choices=RULES, default="fill")
    after = models.CharField(_("files that are done"), max_length=10, choices=AFTER, default=KEEP)

    class Meta:
        verbose_name = _("Scheduled import")
        verbose_name_plural = _("Scheduled imports")

    @property
    def is_address(self) -> bool:
        return "://" in self.source

    def clean(self) -> None:
        """A folder inside the one for exchange or a web address; a mapping that is there. Raises `ValidationError`."""
        wrong: dict[str, Any] = {}
        if self.is_address and not self.source.startswith(("http://", "https://")):
            wrong["source"] = _("Only addresses with http:// or https:// and without a password can be fetched.")
        elif not self.is_address:
            try:
                folder_of(self.source)
            except ValidationError as error:
                wrong["source"] = error
        if self.mapping:
            entity = registry.by_plural(self.records)
            rows = SavedMapping.objects.filter(name=self.mapping, entity=entity.name if entity else "")
            if not rows.exists():
                wrong["mapping"] = _("There is no saved mapping of this name.")
        if wrong:
            raise ValidationError(wrong)


class TakenFile(models.Model):
    """A file that a schedule has taken: the same content is not taken twice."""

    schedule = models.ForeignKey(ScheduledImport, models.CASCADE, related_name="taken")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    at = models.DateTimeField(default=timezone.now)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "sha256"], name="taken_once")]

    def __str__(self) -> str:
        return self.name


class ScheduledExport(Scheduled):
    """A list is written to a folder again and again, whole or not at all."""

    FORMATS = [("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("vcf", "vCard")]

    query = models.CharField(
        _("filter"), max_length=2000, blank=True, help_text=_("As in the address of a list: kind=client&sort=name")
    )
    fields = models.CharField(
        _("columns"), max_length=1000, blank=True, help_text=_("Names with commas; without them all that is seen")
    )
    form = models.CharField(_("format"), max_length=5, choices=FORMATS, default="csv")
    folder = models.CharField(_("folder"), max_length=500, blank=True, help_text=_("Below the one for exchange"))
    file_name = models.CharField(
        _("file name"),
        max_length=100,
        blank=True,
        help_text=_("{date} becomes the day; without a name: that of the list"),
    )

    class Meta:
        verbose_name = _("Scheduled export")
        verbose_name_plural = _("Scheduled exports")

    def clean(self) -> None:
        """A folder inside the one for exchange, a name without a path, a filter that makes sense. Raises `ValidationError`."""
        from urllib.parse import parse_qsl

        from vizavi.core import filters
        from vizavi.core.errors import Invalid
        from vizavi.core.reading import Reader

        wrong: dict[str, Any] = {}
        try:
            folder_of(self.folder)
        except ValidationError as error:
            wrong["folder"] = error
        if "/" in self.file_name or "\\" in self.file_name or self.file_name.startswith("."):
            wrong["file_name"] = _("A name without a path.")
        entity = registry.by_plural(self.records)
        if entity is not None and self.by_id:
            try:
                filters.parse(entity, dict(parse_qsl(self.query)), Reader(self.by))
            except Invalid as error:
                wrong["query"] = [m for messages in error.errors.values() for m in messages]
            unknown = [n for n in self.fields.split(",") if n.strip() and n.strip() not in entity.fields]
            if unknown:
                wrong["fields"] = _("There is no field “%(name)s”.") % {"name": unknown[0][:60]}
        if wrong:
            raise ValidationError(wrong)
