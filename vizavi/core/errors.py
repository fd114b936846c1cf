"""The errors that every layer speaks: view, API, import and command line turn them into their own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class CommandError(Exception):
    """A user's mistake at the command line: printed in one line, exit status 1, no traceback."""


class OutsideOperation(RuntimeError):
    """A journaled row was about to be written outside an operation: a programmer's mistake."""


class Unguarded(RuntimeError):
    """A Record queryset was evaluated without `visible_to` or `unrestricted(reason)`: a programmer's mistake."""


class Refused(Exception):
    """The door said no to somebody who may know that the record exists; carries the reason in words, and whose record
    it is, for that is who can help."""

    def __init__(self, reason: str, owner_id: int | None = None):
        super().__init__(reason)
        self.reason = str(reason)
        self.owner_id = owner_id


class NotThere(Exception):
    """No such record for this person: it does not exist, or the door hides it. The two are never told apart."""


class Merged(NotThere):
    """It was merged into another record, which this person may see."""

    def __init__(self, into: int):
        super().__init__()
        self.into = into


class Invalid(Exception):
    """Input that cannot be accepted: messages by field name, `""` for the record as a whole."""

    def __init__(self, errors: dict[str, list[str]]):
        self.errors = {name: [str(m) for m in messages] for name, messages in errors.items()}
        super().__init__("; ".join(f"{k}: {', '.join(v)}" if k else ", ".join(v) for k, v in self.errors.items()))


@dataclass(frozen=True)
class Clash:
    """One field that somebody else changed after the version the writer saw."""

    field: str
    theirs: Any
    by: Any = None
    at: datetime | None = None


@dataclass
class Conflict(Exception):
    """The same field was changed meanwhile; nothing was written. `clashes` says by whom and to what (JSON form)."""

    clashes: list[Clash] = field(default_factory=list)
    version: int = 0

    def __str__(self) -> str:
        return "changed meanwhile: " + ", ".join(c.field for c in self.clashes)
