"""Where merged records went: derived from the journal, so that their addresses lead to the survivor."""

from __future__ import annotations

from collections.abc import Sequence

from vizavi.core.journal import Changed, Op, on_change
from vizavi.core.journal.operation import MERGED_INTO
from vizavi.core.models import Change, Forward


@on_change
def write_forwards(op: Op, changed: Sequence[Changed]) -> None:
    """What was merged leads to what it was merged into, until it is taken out of the bin again."""
    moved = [c for c in changed if MERGED_INTO in c.diff]
    for c in moved:
        if c.action == Change.RESTORE:
            Forward.objects.filter(entity=c.entity.name, record_id=c.record.pk).delete()
        else:
            Forward.objects.create(entity=c.entity.name, record_id=c.record.pk, into_id=c.diff[MERGED_INTO][1])
