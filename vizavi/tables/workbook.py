"""Workbooks of Excel (XLSX, XLS) and OpenDocument (ODS), read by python-calamine."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

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
        raise Unreadable(_("The workbook unpacks to far too much."))
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    raise no_table()


def _open(path: Path) -> Any:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise damaged() from error


def sheets_of(path: Path) -> list[str]:
    """The names of the sheets. Raises `Unreadable`."""
    return list(_open(path).sheet_names)[:MOST_SHEETS]


def first_filled(path: Path, names: list[str]) -> str:
    """The first sheet in which anything stands; a cover sheet may be empty."""
    for name in names:
        if next(rows(path, name), None):
            return name
    return names[0] if names else ""


def rows(path: Path, name: str) -> Iterator[list[Any]]:
    """The rows of a sheet: text, numbers, dates, moments. Raises `Unreadable`."""
    book = _open(path)
    try:
        sheet = book.get_sheet_by_name(name)
        # A sheet that is formatted to its last column is no table of 16 384 columns.
        wide = MOST_COLUMNS * 4
        for row in sheet.iter_rows():
            cells = list(islice(row, wide))
            while cells and cells[-1] == "":
                cells.pop()
            for cell in cells:
                if isinstance(cell, str) and len(cell) > LARGEST_CELL:
                    limit = f"{LARGEST_CELL:,}"
                    raise Unreadable(_("A cell holds more than %(limit)s characters.") % {"limit": limit})
            if cells:
                yield cells
    except Unreadable:
        raise
    except Exception as error:
        raise damaged() from error
