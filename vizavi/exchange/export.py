"""A list as on screen, as a file, in flat memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone

from vizavi import search
from vizavi.core import door, filters, pages
from vizavi.core.actions import permit
from vizavi.core.entity import Entity
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled

CHUNK = 500


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def chosen(entity: Entity, reader: Reader, names: str = "") -> list[Field]:
    """The columns that were asked for, else all that this person sees."""
    wanted = [n for n in names.split(",") if n in entity.fields]
    return reader.fields(entity, wanted or None)


def records(entity: Entity, reader: Reader, params: Any) -> Iterator[list[Journaled]]:
    """The rows of a list by its filter and order, in chunks, through the door. Raises `Refused`, `Invalid`."""
    permit(reader.user, door.EXPORT, entity)
    found = filters.parse(entity, params, reader)
    where = found.where(reader)
    if found.text:
        where &= search.condition(entity, found.text, reader)
    may = door.union(door.branches(reader.user, entity, door.EXPORT))
    after = ""
    while True:
        page = pages.page(entity, reader, where & may, sort=params.get("sort", ""), limit=CHUNK, after=after)
        yield page.records
        after = page.next or ""
        if not after:
            return


def lines(
    entity: Entity, fields: list[Field], reader: Reader, chunks: Iterable[list[Journaled]]
) -> Iterator[list[Any]]:
    """Typed cells, row by row; related names of a chunk are looked up together."""
    for chunk in chunks:
        fresh = Reader(reader.user)
        fresh.prefetch(chunk, fields)
        for record in chunk:
            yield [f.export(record, fresh) for f in fields]


def csv_text(entity: Entity, fields: list[Field], reader: Reader, chunks: Iterable[list[Journaled]]) -> Iterator[str]:
    """CSV that a Russian Excel opens rightly: BOM, semicolons, and no cell that is taken for a formula."""
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([f.label for f in fields])
    for row in lines(entity, fields, reader, chunks):
        yield writer.writerow([plain(cell) for cell in row])


def plain(cell: Any) -> str:
    """A cell as text. What begins like a formula gets an apostrophe, as OWASP's page on CSV injection advises."""
    if cell is None:
        return ""
    if isinstance(cell, bool | int | float | Decimal):
        return str(cell)
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%d.%m.%Y %H:%M") if timezone.is_aware(cell) else str(cell)
    if isinstance(cell, date):
        return cell.strftime("%d.%m.%Y")
    text = str(cell)
    starts = text.startswith(("=", "-", "+", "@", "\t", "\r"))
    # A telephone number begins with a plus and is no formula.
    harmless = text[1:].replace(" ", "").replace("-", "").replace("(", "").replace(")", "").replace(",+", "").isdigit()
    return f"'{text}" if starts and not harmless else text


def workbook(entity: Entity, fields: list[Field], reader: Reader, chunks: Iterable[list[Journaled]]) -> IO[bytes]:
    """The same as XLSX with numbers as numbers and dates as dates, in a temporary file that is gone when closed."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "dd.mm.yyyy",
    }
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(entity.label_plural[:31])
    bold, day, moment = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "dd.mm.yyyy"}),
        book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    )
    for column, f in enumerate(fields):
        sheet.write_string(0, column, f.label, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(lines(entity, fields, reader, chunks), 1):
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, bool):
                sheet.write_boolean(number, column, cell)
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(number, column, float(cell))
            elif isinstance(cell, datetime):
                local = timezone.localtime(cell).replace(tzinfo=None) if timezone.is_aware(cell) else cell
                sheet.write_datetime(number, column, local, moment)
            elif isinstance(cell, date):
                sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), day)
            else:
                sheet.write_string(number, column, str(cell)[:32767])
    book.close()
    file.seek(0)
    return file
