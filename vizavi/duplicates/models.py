"""What the scan has found, and what people have said of it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vizavi.core.records import Journaled


class Scan(models.Model):
    """One walk over all keys, chunk by chunk; the last finished one is what the work list shows. Derived."""

    RUNNING, FINISHED = "running", "finished"

    state = models.CharField(max_length=10, default=RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    #: The last key that was looked at, and how many rows of keys there were and are done.
    last = models.CharField(max_length=254, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="running"), name="scan_one_at_a_time")
        ]

    def __str__(self) -> str:
        return f"scan #{self.pk}"


class Pair(models.Model):
    """Two records of one entity that share a key, and why they may be the same. Derived."""

    scan = models.ForeignKey(Scan, models.CASCADE, related_name="pairs")
    entity = models.CharField(max_length=40)
    low_id = models.BigIntegerField()
    high_id = models.BigIntegerField()
    strong = models.BooleanField()
    #: Kinds of keys, between spaces.
    reasons = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scan", "entity", "low_id", "high_id"], name="duplicate_pair_once")
        ]


class Group(models.Model):
    """Records that hang together by pairs: by strong ones, or by weak ones only. Derived, but for `later_until`."""

    scan = models.ForeignKey(Scan, models.CASCADE, related_name="groups")
    entity = models.CharField(max_length=40)
    strong = models.BooleanField()
    reasons = models.CharField(max_length=60)
    #: The ids of its members, by which the next scan knows it again.
    mark = models.CharField(max_length=200)
    later_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scan", "entity", "strong", "-id"], name="duplicate_group_list")]


class Member(models.Model):
    """One record of a group. Derived."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="members")
    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["entity", "record_id"], name="duplicate_member_record")]


class Distinct(Journaled):
    """Two records that somebody has said are not the same, however much they resemble each other."""

    entity_name = models.CharField(_("kind of record"), max_length=40, editable=False)
    low_id = models.BigIntegerField(_("one"), editable=False)
    high_id = models.BigIntegerField(_("the other"), editable=False)

    class Meta:
        verbose_name = _("Not a duplicate")
        verbose_name_plural = _("Not duplicates")
        indexes = [models.Index(fields=["entity_name", "low_id", "high_id"], name="distinct_pair")]

    def __str__(self) -> str:
        return f"{self.low_id} ≠ {self.high_id}"
