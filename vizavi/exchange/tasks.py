"""Running an import, by a job or by the command line; a killed one goes on from its checkpoint."""

from __future__ import annotations

import logging

from django.db import transaction
from django_tasks import task

from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.journal.long import begin, resume
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.exchange import mapping
from vizavi.exchange.importer import Importer, Row
from vizavi.exchange.models import ImportRun, Reject
from vizavi.exchange.readers import Unreadable, open_table

log = logging.getLogger("vizavi.exchange")


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
        carry_out(run)


def carry_out(run: ImportRun, via: str = "import") -> ImportRun:
    """Import, or go on importing. What is wrong with the file as a whole ends as `failed` with the reason."""
    entity = registry[run.entity]
    try:
        table = open_table(run.path, run.file_name)
        settled = mapping.read(entity, run.mapping, table.headers, Reader(run.by))
        importer = Importer(entity, table, settled, run.by)
        if run.operation is None:
            with transaction.atomic():
                total = sum(1 for _row in table.rows())
                run.operation = begin("import", by=run.by, via=via, title=run.file_name, total=total)
                Operation.objects.filter(pk=run.operation.pk).update(entity=entity.name)
                run.operation.entity = entity.name
                run.state = ImportRun.RUNNING
                run.save(update_fields=["operation", "state"])
        with resume(run.operation) as long:
            importer.run(long, lambda rows: keep(run, table.headers, rows))
        run.state = ImportRun.DONE
    except (Unreadable, Invalid, Refused) as error:
        run.state, run.error = ImportRun.FAILED, str(error)[:500]
    run.save(update_fields=["state", "error"])
    return run


def keep(run: ImportRun, headers: list[str], rows: list[Row]) -> None:
    """Remember rows that were not taken."""
    Reject.objects.bulk_create(
        [
            Reject(run=run, row=row.number, reason="; ".join(row.errors)[:500], cells=[text_of(c) for c in row.cells])
            for row in rows
        ],
        batch_size=500,
    )


def text_of(cell: object) -> str:
    """A cell as it stood, in so far as JSON can keep it."""
    return "" if cell is None else str(cell)[:5000].replace("\x00", "")
