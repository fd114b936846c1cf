"""Files that people send, as rows of text and numbers. All of it is hostile until it is read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

#: Limits on what is read: bytes of a file, of one cell, of an unpacked workbook; columns; rows.
LARGEST = 200 * 1024 * 1024
LARGEST_CELL = 100_000
LARGEST_WORKBOOK = 500 * 1024 * 1024
MOST_COLUMNS = 300
MOST_ROWS = 2_000_000
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """The file cannot be read, in words for the person who sent it."""


@dataclass
class Table:
    """A file that has been looked at: its headings, and its rows as often as they are asked for."""

    path: Path
    name: str
    headers: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""

    def rows(self) -> Iterator[list[Any]]:
        """Rows under the headings, as wide as these; rows of nothing are left out. Raises `Unreadable`."""
        width = len(self.headers)
        for number, row in enumerate(islice(_read(self), 1, None)):
            if number >= MOST_ROWS:
                raise Unreadable(_("The file has more than %(most)s rows; split it.") % {"most": f"{MOST_ROWS:,}"})
            # What stands beyond the headings belongs to no column.
            cells = [*row[:width], *[""] * (width - len(row))]
            if any(c not in ("", None) for c in cells):
                yield cells


def open_table(path: Path, name: str) -> Table:
    """Look at a file: kind by its first bytes, not by its name. Raises `Unreadable`."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_("The file is empty."))
    if size > LARGEST:
        raise Unreadable(_("The file is larger than %(limit)s MB; split it.") % {"limit": LARGEST // 1024 // 1024})
    table = Table(path, name)
    with path.open("rb") as file:
        start = file.read(64 * 1024)
    if start.startswith(_ZIP):
        _check_workbook(path)
        table.encoding = "xlsx"
    elif start.startswith(_OLD_EXCEL):
        raise Unreadable(_("This is an old Excel file (XLS). Save it as XLSX or CSV."))
    else:
        table.encoding = _encoding_of(path, start)
        table.delimiter = _delimiter_of(start.decode(table.encoding, "ignore"))
    first = next(_read(table), None)
    if not first or not any(str(c).strip() for c in first):
        raise Unreadable(_("The first row must hold the names of the columns; it is empty."))
    if len(first) > MOST_COLUMNS:
        raise Unreadable(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    table.headers = _unique([" ".join(str(c if c is not None else "").split())[:200] for c in first])
    return table


def _unique(names: list[str]) -> list[str]:
    """Two columns of one name must be told apart; a column without a name gets its number."""
    seen: dict[str, int] = {}
    result = []
    for number, name in enumerate(names, 1):
        name = name or _("Column %(number)s") % {"number": number}
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _read(table: Table) -> Iterator[list[Any]]:
    return _read_workbook(table.path) if table.encoding == "xlsx" else _read_text(table)


def _encoding_of(path: Path, start: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if start.startswith(mark):
            return name
    zeros = start.count(0)
    if zeros:
        # UTF-16 without a mark has a zero in nearly every second byte; anything else with zeros is no text.
        if zeros > len(start) * 0.2 and len(start) > 3:
            return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        raise Unreadable(_("This is not a table: CSV and XLSX files can be read."))
    controls = sum(start.count(bytes([n])) for n in range(32) if n not in (9, 10, 12, 13, 26))
    if controls > len(start) * 0.01:
        raise Unreadable(_("This is not a table: CSV and XLSX files can be read."))
    decoder = io.TextIOWrapper(path.open("rb"), encoding="utf-8")
    try:
        while decoder.read(1024 * 1024):
            pass
    except UnicodeDecodeError:
        return "cp1251"
    finally:
        decoder.close()
    return "utf-8"


def _delimiter_of(text: str) -> str:
    line = text.splitlines()[0] if text.strip() else ""
    counts = {mark: _outside_quotes(line, mark) for mark in (";", "\t", ",", "|")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def _read_text(table: Table) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_CELL)
    with table.path.open(encoding=table.encoding, newline="", errors="strict") as file:
        reader = csv.reader((line.replace("\x00", "") for line in file), delimiter=table.delimiter)
        try:
            for row in reader:
                if row:
                    yield row
        except csv.Error as error:
            words = {"line": reader.line_num, "limit": f"{LARGEST_CELL:,}"}
            if "limit" in str(error):
                raise Unreadable(_("Line %(line)s holds a cell of more than %(limit)s characters.") % words) from None
            raise Unreadable(_("Line %(line)s cannot be read as CSV.") % words) from None
        except UnicodeError:
            raise Unreadable(_("The file is damaged: its letters cannot be read.")) from None


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(part.file_size for part in archive.infolist())
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable(_("The Excel file is damaged or was not sent whole.")) from None
    if total > LARGEST_WORKBOOK or (total > 10_000_000 and total > path.stat().st_size * 200):
        raise Unreadable(_("The Excel file unpacks to far too much."))
    if "xl/workbook.xml" not in names:
        raise Unreadable(_("This is not a table: CSV and XLSX files can be read."))


def _read_workbook(path: Path) -> Iterator[list[Any]]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.iter_rows()
        for row in rows:
            for cell in row:
                if isinstance(cell, str) and len(cell) > LARGEST_CELL:
                    limit = f"{LARGEST_CELL:,}"
                    raise Unreadable(_("A cell holds more than %(limit)s characters.") % {"limit": limit})
            yield list(row)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(_("The Excel file is damaged or was not sent whole.")) from error
