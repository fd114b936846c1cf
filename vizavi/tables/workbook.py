"""Workbooks of Excel (XLSX, XLS) and OpenDocument (ODS), read by python-calamine in a process with limits."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from vizavi.tables import unpack
from vizavi.tables.reading import LARGEST_CELL, LARGEST_WORKBOOK, MOST_COLUMNS, Unreadable, no_table

#: Sheets beyond these are not offered.
MOST_SHEETS = 100


def damaged() -> Unreadable:
    return Unreadable(_("The workbook is damaged, locked by a password or was not sent whole."))


def kind_of(path: Path) -> str:
    """xlsx or ods, after a look at what it would unpack to. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(part.file_size for part in archive.infolist())
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise damaged() from None
    if total > LARGEST_WORKBOOK or (total > 10_000_000 and total > path.stat().st_size * 200):
        raise too_much()
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise no_table()


def _ask(path: Path, *sheet: str) -> Iterator[Any]:
    """What `unpack` says, line by line. Raises `Unreadable`."""
    process = subprocess.Popen(
        [sys.executable, "-I", str(Path(unpack.__file__)), str(path), *sheet],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            yield json.loads(line, object_hook=unpack.original)
        status = process.wait()
    finally:
        process.stdout.close()
        process.kill()
        process.wait()
    if status == unpack.DAMAGED:
        raise damaged()
    if status:
        raise too_much()


def too_much() -> Unreadable:
    return Unreadable(_("The workbook unpacks to far too much; save the sheet as CSV."))


def sheets_of(path: Path) -> list[str]:
    """The names of the sheets. Raises `Unreadable`."""
    return [name for names in _ask(path) for name in names][:MOST_SHEETS]


def first_filled(path: Path, names: list[str]) -> str:
    """The first sheet in which anything stands; a cover sheet may be empty."""
    for name in names:
        if next(rows(path, name), None):
            return name
    return names[0] if names else ""


def rows(path: Path, name: str) -> Iterator[list[Any]]:
    """The rows of a sheet: text, numbers, dates, moments. Raises `Unreadable`."""
    # A sheet that is formatted to its last column is no table of 16 384 columns.
    wide = MOST_COLUMNS * 4
    for row in (row for chunk in _ask(path, name) for row in chunk):
        cells = row[:wide]
        while cells and cells[-1] == "":
            cells.pop()
        for cell in cells:
            if isinstance(cell, str) and len(cell) > LARGEST_CELL:
                limit = f"{LARGEST_CELL:,}"
                raise Unreadable(_("A cell holds more than %(limit)s characters.") % {"limit": limit})
        if cells:
            yield cells
