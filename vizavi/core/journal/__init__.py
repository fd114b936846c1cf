"""The one journal: every write to a Record or to administrator's data happens inside an operation.

From it derive the history of a record, undo and redo, the recycle bin, conflict detection and (later) webhooks, process
triggers and notifications.
"""

from vizavi.core.journal.history import Entry, history, subjects
from vizavi.core.journal.long import interrupt_stale, long_operation, resume
from vizavi.core.journal.operation import Changed, Op, on_change, operation
from vizavi.core.journal.undo import UndoResult, can_undo, undo

__all__ = [
    "Changed", "Entry", "Op", "UndoResult", "can_undo", "history", "interrupt_stale", "long_operation", "on_change",
    "operation", "resume", "subjects", "undo",
]  # fmt: skip
