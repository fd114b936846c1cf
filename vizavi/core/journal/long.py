"""Long operations: written in chunks, each a transaction with its checkpoint, so that no chunk is ever half there."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from vizavi.core.dialect import is_sqlite
from vizavi.core.errors import OutsideOperation
from vizavi.core.journal.operation import Op, _current
from vizavi.core.models import Operation

log = logging.getLogger("vizavi.journal")

#: A chunk may hold the write lock for 100 ms; its size is steered towards this.
AIM_SECONDS = 0.04
PAUSE_SECONDS = 0.01
#: A running operation that has not given a sign of life for so long has been killed.
STALE = timedelta(seconds=60)


class Cancelled(Exception):
    """Somebody asked the running operation to stop; what is done is done and can be undone."""


class Overtaken(Exception):
    """Another process has gone on with this operation; whatever this one would write, it has written or will."""


class LongOp:
    """A long operation: make chunks of `size` rows; the size follows the time that chunks take."""

    def __init__(self, row: Operation, smallest: int = 10, largest: int = 2000):
        self.row = row
        self.smallest, self.largest = smallest, largest
        self.size = max(smallest, min(50, largest))
        self.held: list[float] = []

    @property
    def checkpoint(self) -> dict[str, Any]:
        return self.row.checkpoint

    @contextmanager
    def chunk(self, **checkpoint: Any) -> Iterator[Op]:
        """One chunk: its changes and the new checkpoint are committed together, or neither is.

        Raises `Cancelled` before anything is done when somebody asked for it, `Overtaken` when somebody else does it.
        """
        if _current.get() is not None:
            raise OutsideOperation("a chunk inside another operation would be a second act")
        with ExitStack() as after, transaction.atomic():
            # A full garbage collection takes longer than all else that a chunk does under the write lock.
            gc.disable()
            after.callback(gc.enable)
            started = time.perf_counter()
            # A process that was taken for dead and is not must not write a chunk twice.
            now = Operation.objects.select_for_update(of=("self",)).get(pk=self.row.pk)
            if now.cancel or (now.changes, now.checkpoint) != (self.row.changes, self.row.checkpoint):
                raise Cancelled if now.cancel else Overtaken("Another process is at work on this already.")
            op = Op(self.row)
            before = (self.row.changes, dict(self.row.checkpoint), self.row.record_id, self.row.entity)
            token = _current.set(op)
            try:
                yield op
                self.row.checkpoint = {**self.row.checkpoint, **checkpoint}
                self.row.beat_at = timezone.now()
                op.flush()
            except BaseException:
                self.row.changes, self.row.checkpoint, self.row.record_id, self.row.entity = before
                raise
            finally:
                _current.reset(token)
        seconds = time.perf_counter() - started
        self.held.append(seconds * 1000)
        factor = min(2.0, max(0.3, AIM_SECONDS / max(seconds, 1e-4)))
        # Rows that were only passed over tell nothing of those that will be written.
        largest = self.largest if self.row.changes > before[0] else min(self.largest, 150)
        self.size = max(self.smallest, min(largest, int(self.size * factor)))
        if is_sqlite():
            # Whoever waits for the one write lock looks for it now and then; without a pause it is never free then.
            time.sleep(max(PAUSE_SECONDS, seconds / 3))

    def close(self, state: str) -> None:
        Operation.objects.filter(pk=self.row.pk).update(state=state, beat_at=timezone.now(), changes=self.row.changes)
        self.row.state = state
        told = (len(self.held), max(self.held, default=0), sum(self.held) / max(1, len(self.held)))
        log.debug("%s: %d chunks, longest %.0f ms, %.0f ms on average", self.row, *told)


def begin(
    verb: str, *, by: Any, via: str, title: str = "", total: int | None = None, undoes: Operation | None = None,
    **checkpoint: Any,
) -> Operation:  # fmt: skip
    """The row of a long operation that has not done anything yet; joins the caller's transaction."""
    return Operation.objects.create(
        verb=verb, by=by, via=via, title=title[:300], state=Operation.RUNNING, total=total, undoes=undoes,
        beat_at=timezone.now(), checkpoint=checkpoint,
    )  # fmt: skip


@contextmanager
def long_operation(
    verb: str, *, by: Any, via: str = "page", title: str = "", total: int | None = None, undoes: Operation | None = None
) -> Iterator[LongOp]:
    """A new long operation, closed as finished, cancelled or interrupted by the way in which the block ends."""
    with resume(begin(verb, by=by, via=via, title=title, total=total, undoes=undoes)) as op:
        yield op


@contextmanager
def resume(row: Operation) -> Iterator[LongOp]:
    """Go on with a long operation from its checkpoint. `Cancelled` ends it quietly."""
    op = LongOp(row)
    Operation.objects.filter(pk=row.pk).update(state=Operation.RUNNING, beat_at=timezone.now())
    row.state = Operation.RUNNING
    try:
        yield op
    except Cancelled:
        op.close(Operation.CANCELLED)
    except Overtaken:
        raise
    except BaseException:
        op.close(Operation.INTERRUPTED)
        raise
    else:
        op.close(Operation.FINISHED)


def interrupt_stale() -> int:
    """Mark running operations whose process has died; they are resumed by their job or offered for undo."""
    dead = Operation.objects.filter(state=Operation.RUNNING, beat_at__lt=timezone.now() - STALE)
    return dead.update(state=Operation.INTERRUPTED)
