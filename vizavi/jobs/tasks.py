"""The firm's housekeeping."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import ForeignKey
from django.utils import timezone
from django_tasks import task

from vizavi.core.entity import Entity, registry
from vizavi.core.journal import interrupt_stale, operation
from vizavi.core.models import Link, ReachKey
from vizavi.core.records import unrestricted, writing
from vizavi.jobs import mail
from vizavi.jobs.backend import enqueue_once
from vizavi.jobs.models import Job, Mail
from vizavi.jobs.schedule import every

#: Days in the recycle bin, and days for which finished jobs and letters are remembered.
BIN_DAYS, KEPT_DAYS = 30, 14
#: Days during which a letter is tried to be sent.
MAIL_DAYS = 3
CHUNK = 200


@every(minutes=1)
@task()
def mark_interrupted() -> None:
    """Operations whose process has died are offered for undo."""
    interrupt_stale()


@every(minutes=15)
@task()
def send_waiting() -> None:
    """Letters whose job has given up: a mail server may be away for longer than a job is patient."""
    waiting = Mail.objects.filter(state=Mail.WAITING)
    waiting.filter(created_at__lt=timezone.now() - timedelta(days=MAIL_DAYS)).update(
        state=Mail.FAILED, text="", html=""
    )
    for pk in waiting.values_list("pk", flat=True):
        enqueue_once(mail.send, mail.key_of(pk), pk)


@every(hours=6)
@task()
def forget_finished() -> None:
    """Old jobs and sent letters."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    Job.objects.filter(finished_at__lt=before).delete()
    Mail.objects.filter(created_at__lt=before).exclude(state=Mail.WAITING).delete()


@every(hours=6)
@task()
def empty_bin() -> None:
    """Delete for ever what has been in the recycle bin for `BIN_DAYS` days."""
    before = timezone.now() - timedelta(days=BIN_DAYS)
    for entity in registry:
        if entity.many and entity.has_owner:
            while purge_some(entity, before):
                pass


def purge_some(entity: Entity, before: object) -> int:
    """One chunk: what points there lets go first (the journal does not keep that: there is no way back)."""
    with unrestricted("the bin is emptied for everybody"), operation("purge", by=None, via="job") as op:
        records = list(entity.model.objects.filter(deleted_at__lt=before).order_by("pk")[:CHUNK])
        ids = [record.pk for record in records]
        with writing():
            for other in registry:
                for column in other.model._meta.fields:
                    if isinstance(column, ForeignKey) and column.remote_field.model is entity.model:
                        pointing = other.model.objects.filter(**{f"{column.name}__in": ids})
                        pointing.update(**{column.attname: None})
                for f in other.relations:
                    for record in other.model.objects.filter(f.any_of(ids)) if f.custom and f.target is entity else ():
                        f.assign(record, None)
                        record.save(update_fields=["custom", "custom_keys"])
        unlink(entity, ids)
        Link.objects.filter(entity=entity.name, record_id__in=ids).delete()
        ReachKey.objects.filter(entity=entity.name, record_id__in=ids).delete()
        op.purge(records)
    return len(records)


def unlink(entity: Entity, ids: list[int]) -> None:
    """Take these records out of all lists of links."""
    there = Link.objects.filter(target_entity=entity.name, target_id__in=ids)
    for name in there.values_list("entity", flat=True).distinct():
        other = registry[name]
        rows = there.filter(entity=name)
        with writing():
            for record in other.model.objects.filter(pk__in=rows.values("record_id")):
                for f in other.linked:
                    gone = [
                        item for item in f.value(record) if (t := f.target_of(item)) and t[1] in ids and t[0] is entity
                    ]  # type: ignore[attr-defined]
                    f.assign(record, [item for item in f.value(record) if item not in gone])
                record.save(update_fields=[f.column.attname for f in other.linked])
    there.delete()
