"""Reads a workbook in a process of its own: `python -I unpack.py FILE [SHEET]`, JSON to the standard output.

A workbook of some kilobytes may ask for any amount of memory: one cell in the last corner of a sheet, or a long text that
every cell points to. Here that ends this process and not the server. Imports nothing of ours: it starts in a moment.
"""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

#: What the process may use: bytes of memory, seconds of work.
MEMORY, SECONDS = 1536 * 1024**2, 300
#: Rows in one line of output.
CHUNK = 200
#: Exit statuses: it cannot be read; it wants more than it may have.
DAMAGED, TOO_MUCH = 3, 4


def plain(value: Any) -> dict[str, Any]:
    """What JSON has no form for; no cell is an object by itself."""
    if isinstance(value, timedelta):
        return {"timedelta": value.total_seconds()}
    return {type(value).__name__: value.isoformat()}


def original(found: dict[str, Any]) -> Any:
    """The way back, for `json.loads(…, object_hook=original)`."""
    [(kind, value)] = found.items()
    kinds: dict[str, Any] = {"datetime": datetime, "date": date, "time": time}
    return timedelta(seconds=value) if kind == "timedelta" else kinds[kind].fromisoformat(value)


def main(path: str, sheet: str = "") -> int:
    """Print the names of the sheets, or the rows of one of them in chunks."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        import python_calamine as calamine

        book = calamine.CalamineWorkbook.from_path(path)
        if not sheet:
            print(json.dumps(book.sheet_names))
            return 0
        rows = iter(book.get_sheet_by_name(sheet).iter_rows())
        while chunk := list(islice(rows, CHUNK)):
            print(json.dumps(chunk, default=plain), flush=True)
    except MemoryError:
        return TOO_MUCH
    except BrokenPipeError:  # whoever asked has read enough
        sys.stderr.close()
    except BaseException:  # a panic of the library is no Exception
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
