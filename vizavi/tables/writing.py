"""Rows of typed cells as CSV that a Russian Excel opens rightly, and as XLSX; both in flat memory."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone

from vizavi.ui import formats

#: Rows that one sheet can have, the headings with them (Microsoft, Excel specifications and limits).
SHEET_ROWS = 1_048_576
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
#: A telephone number begins with a plus and is no formula; neither is a negative number.
_HARMLESS = re.compile(r"[+-]\d[\d ()-]*(?:,\s?\+\d[\d ()-]*)*")


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV with a byte order mark and semicolons, and no cell that is taken for a formula."""
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([plain(heading) for heading in headings])
    for row in rows:
        yield writer.writerow([plain(cell) for cell in row])


def plain(cell: Any) -> str:
    """A cell as text. What begins like a formula gets an apostrophe, as OWASP's page on CSV injection advises."""
    if cell is None:
        return ""
    if isinstance(cell, float | Decimal):
        # A Russian Excel takes 12.50 for the twelfth of May.
        return str(cell).replace(".", formats.decimal_mark())
    if isinstance(cell, bool | int):
        return str(cell)
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%d.%m.%Y %H:%M") if timezone.is_aware(cell) else str(cell)
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    text = str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _HARMLESS.fullmatch(text) else text


def unquoted(text: str) -> str:
    """The text of a cell as it was before `plain` guarded it; spreadsheets put the same apostrophe before numbers."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def workbook(title: str, headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> IO[bytes]:
    """XLSX with numbers as numbers and dates as dates, in a temporary file that is gone when closed.

    What one sheet cannot hold goes on under the same headings on a second one, and so on.
    """
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, {**options, "default_date_format": "dd.mm.yyyy"})
    headings, title = list(headings), re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")
    bold, day, moment = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "dd.mm.yyyy"}),
        book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    )
    sheet = _sheet(book, title, headings, bold)
    for at, row in enumerate(rows):
        part, number = divmod(at, SHEET_ROWS - 1)
        if part and not number:
            sheet = _sheet(book, title, headings, bold, f" {part + 1}")
        number += 1
        for column, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(number, column, cell)
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(number, column, float(cell))
            elif isinstance(cell, datetime):
                local = timezone.localtime(cell).replace(tzinfo=None) if timezone.is_aware(cell) else cell
                _date(sheet, number, column, local, moment)
            elif isinstance(cell, date):
                _date(sheet, number, column, datetime(cell.year, cell.month, cell.day), day)
            elif cell is not None:
                sheet.write_string(number, column, str(cell)[:32767])
    book.close()
    file.seek(0)
    return file


def _sheet(book: Any, title: str, headings: list[str], bold: Any, more: str = "") -> Any:
    """The next sheet with its headings: «Компании», «Компании 2» …"""
    sheet = book.add_worksheet(f"{title[: 31 - len(more)]}{more}".strip() or None)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _date(sheet: Any, row: int, column: int, value: datetime, form: Any) -> None:
    """Excel counts days from 1900: what was before is written as text."""
    if value.year < 1900:
        sheet.write_string(row, column, value.strftime("%d.%m.%Y"))
    else:
        sheet.write_datetime(row, column, value, form)
