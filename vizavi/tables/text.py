"""CSV: which encoding, which delimiter, and the rows (RFC 4180, and what spreadsheets make of it)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from vizavi.tables.reading import LARGEST_CELL, Unreadable, no_table

#: What a person may choose when the guess is wrong.
ENCODINGS = ("utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be", "cp866", "koi8-r", "cp1252")
DELIMITERS = (";", ",", "\t", "|")
#: So many rows are looked at to tell the delimiter.
_LOOKED_AT = 30
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path, start: bytes) -> str:
    """The encoding by its mark, by its zeros, or by whether it is valid UTF-8; else it is Windows-1251.

    Raises `Unreadable` for what is no text.
    """
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if start.count(0):
        # UTF-16 without a mark has a zero in nearly every second byte; anything else with zeros is no text.
        name = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        if start.count(0) <= len(start) * 0.2 or _controls(start.decode(name, "replace")) > 0.01:
            raise no_table()
        return name
    if _controls(start.decode("latin-1")) > 0.01:
        raise no_table()
    decoder = io.TextIOWrapper(path.open("rb"), encoding="utf-8")
    try:
        while decoder.read(1024 * 1024):
            pass
    except UnicodeDecodeError:
        return "cp1251"
    finally:
        decoder.close()
    return "utf-8"


def _controls(text: str) -> float:
    """The share of characters that no text has."""
    return sum(c < " " and c not in "\t\n\f\r\x1a" for c in text) / len(text)


def delimiter_of(begin: str, cut: bool) -> str:
    """The mark that splits the first rows most evenly; Excel may say it in a first line `sep=;`."""
    if begin.startswith("sep=") and begin[4:5] in DELIMITERS:
        return begin[4]
    best, most = ",", 0.0
    for mark in DELIMITERS:
        try:
            rows = [r for r in islice(csv.reader(io.StringIO(begin, newline=""), delimiter=mark), _LOOKED_AT) if r]
        except csv.Error:
            continue
        # The last row may be half there.
        rows = rows[:-1] if cut and 1 < len(rows) < _LOOKED_AT else rows
        width = len(rows[0]) if rows else 0
        under = rows[1:] or rows
        score = width * (0.1 + sum(len(row) == width for row in under) / max(1, len(under)))
        if width > 1 and score > most:
            best, most = mark, score
    return best


def rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """The rows, the headings first; blank lines are left out. Raises `Unreadable` by the line."""
    csv.field_size_limit(LARGEST_CELL)
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        lines = (line.replace("\x00", "") for line in file)
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            for number, row in enumerate(reader):
                if number == 0 and delimiter.join(row).startswith("sep="):
                    continue
                if row:
                    yield row
        except csv.Error as error:
            words = {"line": reader.line_num, "limit": f"{LARGEST_CELL:,}"}
            if "limit" in str(error):
                raise Unreadable(_("Line %(line)s holds a cell of more than %(limit)s characters.") % words) from None
            raise Unreadable(_("Line %(line)s cannot be read as CSV.") % words) from None
        except UnicodeError:
            raise Unreadable(_("The file is damaged: its letters cannot be read.")) from None
