"""Files that people send, as rows of text and numbers. All of it is hostile until it is read."""

from __future__ import annotations

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
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """The file cannot be read, in words for the person who sent it."""


class Broken(list):
    """A row that cannot be read, with the reason; its cells are what could be made out."""

    def __init__(self, cells: list[Any], reason: str):
        super().__init__(cells)
        self.reason = reason


def no_table() -> Unreadable:
    return Unreadable(_("This is not a table: CSV, Excel, OpenDocument and vCard files can be read."))


@dataclass
class Table:
    """A file that has been looked at: its headings, and its rows as often as they are asked for.

    `kind` is text, xlsx, xls, ods or vcard. Encoding and delimiter are those of text, `sheet` and `sheets` of a workbook.
    """

    path: Path
    name: str
    kind: str = "text"
    headers: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[list[Any]]:
        """Rows under the headings, at least as wide as these; rows of nothing are left out. Raises `Unreadable`.

        A row is wider only when something stands beyond the headings: which cell belongs where is then uncertain.
        """
        width = len(self.headers)
        for number, row in enumerate(islice(_read(self), 1, None)):
            if number >= MOST_ROWS:
                raise Unreadable(_("The file has more than %(most)s rows; split it.") % {"most": f"{MOST_ROWS:,}"})
            end = len(row)
            while end > width and row[end - 1] in ("", None):
                end -= 1
            cells = row if end == len(row) and end >= width else [*row[:end], *[""] * (width - end)]
            if isinstance(row, Broken) or any(c not in ("", None) for c in cells):
                yield cells


def open_table(path: Path, name: str, encoding: str = "", delimiter: str = "", sheet: str = "") -> Table:
    """Look at a file: its kind by its first bytes, not by its name; what is not told is guessed. Raises `Unreadable`."""
    from vizavi.tables import text, vcard, workbook

    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_("The file is empty."))
    if size > LARGEST:
        raise Unreadable(_("The file is larger than %(limit)s MB; split it.") % {"limit": LARGEST // 1024 // 1024})
    table = Table(path, name)
    with path.open("rb") as file:
        start = file.read(64 * 1024)
    if start.startswith((_ZIP, _OLE)):
        table.kind = workbook.kind_of(path) if start.startswith(_ZIP) else "xls"
        table.sheets = workbook.sheets_of(path)
        table.sheet = sheet if sheet in table.sheets else workbook.first_filled(path, table.sheets)
    else:
        table.encoding = encoding if encoding in text.ENCODINGS else text.encoding_of(path, start)
        # One byte less may cut a letter in half, which is no reason to refuse the file.
        begin = start.decode(table.encoding, "ignore")
        if vcard.looks_like(begin):
            table.kind = "vcard"
        else:
            table.delimiter = delimiter if delimiter in text.DELIMITERS else text.delimiter_of(begin, len(start) < size)
    first = next(_read(table), None)
    if not first or not any(str(c).strip() for c in first):
        raise Unreadable(_("The first row must hold the names of the columns; it is empty."))
    if len(first) > MOST_COLUMNS:
        raise Unreadable(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    table.headers = _unique([" ".join(str(c if c is not None else "").split())[:200] for c in first])
    return table


def _unique(names: list[str]) -> list[str]:
    """Two columns of one name must be told apart; a column without a name gets its number."""
    used: set[str] = set()
    result = []
    for number, name in enumerate(names, 1):
        name = name or _("Column %(number)s") % {"number": number}
        unique, count = name, 1
        while unique in used or (count > 1 and unique in names):
            count += 1
            unique = f"{name} ({count})"
        used.add(unique)
        result.append(unique)
    return result


def _read(table: Table) -> Iterator[list[Any]]:
    from vizavi.tables import text, vcard, workbook

    if table.kind == "text":
        return text.rows(table.path, table.encoding, table.delimiter)
    if table.kind == "vcard":
        return vcard.rows(table.path, table.encoding)
    return workbook.rows(table.path, table.sheet)
