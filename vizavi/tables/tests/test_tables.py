"""Encodings, delimiters, sheets; what one library writes is read back; hostile files are said so."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from vizavi.tables import Broken, Unreadable, open_table, writing

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def table_of(folder, content, name="f", **options):
    path = Path(folder) / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_table(path, name, **options)


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_recognised(tmp_path, encoding, mark):
    text = f'название{mark}ИНН\r\n"ООО «Ёж»\nс переносом"{mark}7701234567\r\nРваная\r\n'
    if encoding == "cp1251":
        text = text.replace("«", '""').replace("»", '""')
    table = table_of(tmp_path, text.encode(encoding))
    rows = list(table.rows())
    assert table.headers == ["название", "ИНН"]
    assert rows[0][1] == "7701234567" and "Ёж" in rows[0][0] and "\n" in rows[0][0]
    assert rows[1] == ["Рваная", ""]


def test_what_was_guessed_wrong_can_be_told(tmp_path):
    content = "имя;город\nЁж;Орёл\n".encode("cp866")
    assert table_of(tmp_path, content).encoding == "cp1251"
    table = table_of(tmp_path, content, encoding="cp866")
    assert list(table.rows()) == [["Ёж", "Орёл"]]
    assert table_of(tmp_path, "a,b\n1;2,3\n", delimiter=";").headers == ["a,b"]


@pytest.mark.parametrize(
    "text, mark",
    [
        ("name;comment\nА;one, two, three\nБ;four, five\n", ";"),
        ('"Last, first";city\n"Ivanov, Ivan";Omsk\n', ";"),
        ("a,b;c\n1,2\n3,4\n", ","),
        ("sep=;\na,b;c\n1;2\n", ";"),
        ("one\n1\n2\n", ","),
    ],
)
def test_the_delimiter_is_the_mark_that_splits_evenly(tmp_path, text, mark):
    assert table_of(tmp_path, text).delimiter == mark


def test_headings_of_one_name_are_told_apart_and_ragged_rows_lose_nothing(tmp_path):
    table = table_of(tmp_path, "phone,phone,,phone (2)\n1,2,3,4\n5\n6,7,8,9,ten\n6,7,8,9,,\n")
    assert len(set(table.headers)) == 4 and table.headers[0] == "phone" and table.headers[3] == "phone (2)"
    assert list(table.rows()) == [
        ["1", "2", "3", "4"],
        ["5", "", "", ""],
        ["6", "7", "8", "9", "ten"],
        ["6", "7", "8", "9"],
    ]


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=3, max_size=3),
        max_size=12,
    ),
    mark=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_one_library_writes_is_read_back_equal(rows, mark, encoding, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=mark, quoting=csv.QUOTE_ALL)
        writer.writerow(["a", "b", "c"])
        writer.writerows(rows)
    assert list(open_table(path, "f.csv").rows()) == [row for row in rows if any(row)]


@given(text=st.text(max_size=40))
def test_no_cell_begins_like_a_formula_and_the_guard_comes_off_again(text):
    cell = writing.plain(text)
    assert not cell.startswith(("=", "@", "\t", "\r"))
    assert writing.unquoted(cell) == text


def test_a_workbook_keeps_its_types_and_is_read_back(tmp_path):
    cells = ["=1+1", 7, Decimal("12.5"), date(2001, 2, 3), datetime(2001, 2, 3, 4, 5), True, None, date(1812, 9, 7)]
    with writing.workbook("A/B: [x]", [f"c{n}" for n in range(8)], [cells]) as file:
        table = table_of(tmp_path, file.read(), "f.xlsx")
    assert table.kind == "xlsx" and table.headers[0] == "c0"
    assert list(table.rows()) == [
        ["=1+1", 7.0, 12.5, date(2001, 2, 3), datetime(2001, 2, 3, 4, 5), True, "", "07.09.1812"]
    ]


def test_rows_that_a_sheet_cannot_hold_go_on_on_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SHEET_ROWS", 4)
    for count, sheets in ((0, 1), (3, 1), (4, 2), (7, 3)):
        with writing.workbook("Очень длинное название всех компаний", ["n"], ([n] for n in range(count))) as file:
            content = file.read()
        table = table_of(tmp_path, content, "f.xlsx")
        assert len(table.sheets) == sheets and len(set(table.sheets)) == sheets
        found = []
        for name in table.sheets:
            part = table_of(tmp_path, content, "f.xlsx", sheet=name)
            assert part.headers == ["n"]
            found += [row[0] for row in part.rows()]
        assert found == list(range(count))


def test_a_sheet_is_chosen_and_an_empty_cover_is_passed_over(tmp_path):
    import xlsxwriter

    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Обложка")
        book.add_worksheet("База").write_row(0, 0, ["имя"])
        other = book.add_worksheet("Ещё")
        other.write_row(0, 0, ["город"])
        other.write_row(1, 0, ["Омск"])
    assert open_table(path, "f").sheet == "База"
    assert open_table(path, "f").sheets == ["Обложка", "База", "Ещё"]
    assert list(open_table(path, "f", sheet="Ещё").rows()) == [["Омск"]]


def test_an_opendocument_sheet_is_read(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
    row = "<table:table-row>%s</table:table-row>"
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Лист">{row % (cell % "имя" + cell % "число")}{row % (cell % "Ёж" + number)}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    table = table_of(
        tmp_path, archive({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest}), "f.ods"
    )
    assert (table.kind, table.sheets) == ("ods", ["Лист"])
    assert list(table.rows()) == [["Ёж", 7.0]]


HOSTILE = {
    "empty": b"",
    "blank": b"\n\n",
    "binary": b"\x00\x01\x02\x03" * 500,
    "all bytes": bytes(range(256)) * 40,
    "truncated xlsx": b"PK\x03\x04 not really",
    "docx": archive({"word/document.xml": "x"}),
    "zip bomb": archive({"xl/workbook.xml": "x", "xl/worksheets/sheet1.xml": "0" * 60_000_000}),
    "ods bomb": archive({"mimetype": ODS, "content.xml": "0" * 60_000_000}),
    "broken": archive({"xl/workbook.xml": "<broken"}),
    "entities": archive({"mimetype": ODS, "content.xml": '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}),
    "ole": b"\xd0\xcf\x11\xe0" + b"0" * 2000,
    "10 MB cell": b"name\n" + b"x" * 10_000_000,
    "open quote": b'name,inn\n"never closed, ' + b"y" * 200_000,
    "too wide": ",".join(map(str, range(400))).encode(),
    "bad letters": b"\xff\xfe" + b"a\x00b\x00\n\x00" + b"\x00\xdc",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_table_is_said_so(content, tmp_path):
    with pytest.raises(Unreadable):
        list(table_of(tmp_path, content).rows())


@pytest.mark.parametrize(("language", "sum_"), [("ru", "1250,50"), ("en", "1250.50")])
def test_a_sum_has_the_decimal_mark_of_its_reader(language, sum_):
    with override(language):
        assert writing.plain(Decimal("1250.50")) == sum_


def book_of(rows, shared=""):
    """A workbook of these rows of XML, by hand: no library would write it."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheets = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = '<Relationship Id="%s" Type="' + office + '/%s" Target="%s"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f"{link % ('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{sheets}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f"{link % ('r1', 'worksheet', 'worksheets/sheet1.xml')}{link % ('r2', 'sharedStrings', 'sharedStrings.xml')}"
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{sheets}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{sheets}"><si><t>{shared}</t></si></sst>',
    }
    return archive(parts)


def inline(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_workbook_by_hand_is_read(tmp_path):
    book = book_of(f'<row r="1">{inline("A1", "имя")}</row><row r="2">{inline("A2", "Ёж")}</row>')
    assert list(table_of(tmp_path, book).rows()) == [["Ёж"]]


def test_a_workbook_that_would_fill_the_memory_ends_a_process_of_its_own(tmp_path):
    # One cell in the last corner: sixteen milliards of cells in between.
    far = book_of(f'<row r="1">{inline("A1", "имя")}</row><row r="1048576">{inline("XFD1048576", "x")}</row>')
    # A long text, written once and meant sixty thousand times: more than five gigabytes.
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    for book in (far, book_of(cells, "x" * 90_000)):
        assert len(book) < 400_000
        with pytest.raises(Unreadable):
            list(table_of(tmp_path, book).rows())


def test_a_bomb_that_lies_about_its_size_is_no_table(tmp_path):
    whole = b"0" * 50_000_000
    honest = archive({"xl/workbook.xml": "x", "xl/worksheets/sheet1.xml": whole})
    lying = honest.replace(struct.pack("<I", len(whole)), struct.pack("<I", 1000))
    assert lying != honest
    with pytest.raises(Unreadable):
        list(table_of(tmp_path, lying).rows())


@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_at_all_make_more_than_a_table_or_a_word(content):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for begin in (b"", b"BEGIN:VCARD\n", b"PK\x03\x04"):
            try:
                for row in table_of(folder, begin + content).rows():
                    assert isinstance(row, list)
            except Unreadable:
                pass


def test_a_file_of_cards_is_a_table(tmp_path):
    table = table_of(tmp_path, "begin:vcard\r\nversion:3.0\r\nFN:Ёж\r\nEND:VCARD\r\n")
    (row,) = table.rows()
    assert table.kind == "vcard" and row[0] == "Ёж" and not isinstance(row, Broken)
