"""Undoing what is too much for one request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django_tasks import task

from vizavi.core.errors import Refused
from vizavi.core.firm import speaking_to
from vizavi.core.journal import can_undo
from vizavi.core.journal.long import begin, resume
from vizavi.core.journal.undo import UndoResult, undo_chunks
from vizavi.core.models import Operation


def undo_later(row: Operation, by: Any, via: str = "page") -> Operation:
    """Begin the undo of a large operation as a job; its row shows the progress. Raises `Refused`."""
    verdict = can_undo(row, by)
    if not verdict:
        raise Refused(verdict.reason)
    with transaction.atomic():
        verb = "redo" if row.undoes_id else "undo"
        long = begin(verb, by=by, via=via, title=row.title, total=row.changes, undoes=row)
        run_undo.enqueue(long.pk, by.pk)
    return long


@task()
def run_undo(pk: int, user_id: int) -> None:
    """Undo chunk by chunk from the checkpoint on: a worker that died is continued by the next."""
    row = Operation.objects.select_related("undoes").filter(pk=pk).first()
    if row is None or row.state in (Operation.FINISHED, Operation.CANCELLED):
        return
    by = get_user_model().objects.get(pk=user_id)
    with speaking_to(by), resume(row) as long:
        undo_chunks(long, by, UndoResult())
