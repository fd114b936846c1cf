"""The tables of core: the firm, the journal, the timeline, tags, links, the keys by which people are reached."""

from __future__ import annotations

import zoneinfo

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns
from vizavi.core.records import Journaled
from vizavi.ui.html import ALL_TONES, TONE_NAMES


class Firm(Journaled):
    """The one firm whose data this is, and what it has decided once for everybody."""

    name = models.CharField(_("name"), max_length=200, default="Vizavi")
    base_currency = columns.Currency(_("base currency"), blank=False, default="RUB")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    phone_country = models.CharField(_("country of phone numbers"), max_length=2, default="RU")
    language = models.CharField(_("language"), max_length=5, default="ru", choices=settings.LANGUAGES)
    #: Kinds of keys (`search.keys`) that no two live records of an entity may share, where the entity allows that.
    unique = columns.Choices(
        _("refuse duplicates by"),
        options=[("inn", _("INN and KPP of a company")), ("email", _("e-mail of a contact"))],
        help_text=_("Others are only pointed out: whoever saves decides."),
    )

    class Meta:
        verbose_name = _("firm")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A zone of the IANA database and a country that has a numbering plan. Raises `ValidationError` by field."""
        wrong = {}
        if self.time_zone not in zoneinfo.available_timezones():
            wrong["time_zone"] = _("Choose from the list.")
        if self.phone_country.upper() not in phonenumbers.SUPPORTED_REGIONS:
            wrong["phone_country"] = _("There is no such country code.")
        if wrong:
            raise ValidationError(wrong)


class Operation(models.Model):
    """One act of a person or a process: who, when, through what, the domain verb, and (in `Change`) what it did."""

    RUNNING, INTERRUPTED, FINISHED, CANCELLED = "running", "interrupted", "finished", "cancelled"
    STATES = {RUNNING: _("running"), INTERRUPTED: _("interrupted"), FINISHED: _("finished"), CANCELLED: _("cancelled")}

    at = models.DateTimeField(default=timezone.now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    via = models.CharField(max_length=20)
    verb = models.CharField(max_length=60)
    entity = models.CharField(max_length=40, blank=True)
    record_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, default=FINISHED)
    changes = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    checkpoint = models.JSONField(default=dict)
    beat_at = models.DateTimeField(null=True)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undoings")
    cancel = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["by", "-id"], name="operation_by")]

    def __str__(self) -> str:
        return f"{self.verb} #{self.pk}"


class Change(models.Model):
    """What one operation did to one record: `{field: [before, after]}` in JSON form, and the version that it made."""

    CREATE, UPDATE, DELETE, RESTORE, PURGE = "create", "update", "delete", "restore", "purge"

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="rows")
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    action = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    diff = models.JSONField(default=dict)
    #: Done in consequence, whatever the door says of that record (what pointed to a merged one); undone likewise.
    implied = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["entity", "record_id", "version"], name="change_record")]


class Skipped(models.Model):
    """A record that an operation on many left alone, and why; written in the transaction of its chunk."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="skipped")
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    reason = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["operation", "record_id"], name="skipped_operation")]


class Forward(models.Model):
    """A record that was merged into another: where its address leads now, and whose history holds its own. Derived."""

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    into_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["entity", "into_id"], name="forward_into")]
        constraints = [models.UniqueConstraint(fields=["entity", "record_id"], name="forward_once")]


class TimelineRow(models.Model):
    """A change, once per record whose history shows it: the record itself and those it hung on at that moment."""

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    change = models.ForeignKey(Change, models.CASCADE, related_name="+")
    source_entity = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    #: It stands here for the sake of another record that has become this one, and goes when that is undone.
    borrowed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["entity", "record_id", "-at", "-id"], name="timeline_record")]


class Link(models.Model):
    """One record that stands in a list of links (`contact.companies`, `file.about`, `tags`): derived, for the way back."""

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    target_entity = models.CharField(max_length=40)
    target_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["target_entity", "target_id", "entity", "field", "record_id"], name="link_target"),
            models.Index(fields=["entity", "record_id"], name="link_record"),
        ]


class Tag(Journaled):
    """A word that people put on records of any kind."""

    name = columns.Text(_("name"), max_length=60, indexed=True)
    tone = models.CharField(_("tone"), max_length=10, choices=TONE_NAMES, blank=True, default="slate")

    tones = {"tone": {tone: tone for tone in ALL_TONES}}

    class Meta:
        verbose_name = _("Tag")
        verbose_name_plural = _("Tags")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], condition=models.Q(deleted_at__isnull=True), name="tag_once",
                violation_error_message=_("There is such a tag already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class ReachKey(models.Model):
    """What a live record is reached or recognised by: a phone in E.164, an e-mail, a name, an INN (`search.keys`).

    For filters, duplicates and calls. Derived.
    """

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, blank=True, default="")
    key = models.CharField(max_length=254)
    detail = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["key", "entity", "record_id"], name="reach_key"),
            models.Index(fields=["entity", "record_id"], name="reach_record"),
        ]
