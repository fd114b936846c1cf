"""Running an import, by a job or by the command line; a killed one goes on from its checkpoint. The disk kept tidy."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from vizavi.core.errors import Invalid, Refused
from vizavi.core.firm import speaking_to
from vizavi.core.journal.long import begin, resume
from vizavi.core.models import Operation
from vizavi.exchange import remember
from vizavi.exchange.models import ImportRun
from vizavi.exchange.rejects import keep
from vizavi.exchange.runs import importer_of
from vizavi.files.store import drop_unused
from vizavi.jobs.schedule import every
from vizavi.tables import Unreadable


@every(hours=24)
@task()
def drop_unused_files() -> None:
    """What was emptied out of the recycle bin, and uploads that came to nothing, leave the disk after a day."""
    drop_unused(timezone.now() - timedelta(days=1))


def start(run: ImportRun) -> None:
    """Put the import into the queue, in the caller's transaction."""
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.WAITING)
        run_import.enqueue(run.pk)


@task()
def run_import(pk: int) -> None:
    """The job: does nothing for an import that has ended."""
    run = ImportRun.objects.select_related("operation", "by").filter(pk=pk).first()
    if run is not None and run.state in (ImportRun.WAITING, ImportRun.RUNNING):
        with speaking_to(run.by):
            carry_out(run)


def carry_out(run: ImportRun, via: str = "import") -> ImportRun:
    """Import, or go on importing. What is wrong with the file as a whole ends as `failed` with the reason."""
    try:
        importer = importer_of(run)
        if run.operation is None:
            with transaction.atomic():
                total = sum(1 for _row in importer.table.rows())
                run.operation = begin("import", by=run.by, via=via, title=run.file_name, total=total)
                Operation.objects.filter(pk=run.operation.pk).update(entity=run.entity)
                run.operation.entity = run.entity
                run.state, run.started_at = ImportRun.RUNNING, timezone.now()
                run.save(update_fields=["operation", "state", "started_at"])
                remember.save(importer.entity, run.by, importer.table.headers, importer.mapping)
        with resume(run.operation) as long:
            importer.run(long, lambda op, found, bad: keep(run, found, bad))
        run.state = ImportRun.DONE
    except (Unreadable, Invalid, Refused) as error:
        run.state, run.error = ImportRun.FAILED, str(error)[:500]
    run.save(update_fields=["state", "error"])
    return run
