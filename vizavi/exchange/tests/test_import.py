"""The real file by wizard and by command; hostile files; resuming; the door; what goes out comes back."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from vizavi.cli import main
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import undo
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.exchange import export, mapping, tasks
from vizavi.exchange.importer import Importer
from vizavi.exchange.models import ImportRun, Reject
from vizavi.exchange.readers import open_table
from vizavi.jobs import worker

ACCOUNTS = Path(__file__).resolve().parents[4] / "shared/data/crm-sales-opportunities/accounts.csv"
HEADINGS = ["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"]
pytestmark = pytest.mark.django_db(transaction=True)
needs_data = pytest.mark.skipif(not ACCOUNTS.exists(), reason="the shared data set is not beside the checkout")


def table_of(tmp_path, content, name="f.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_table(path, name)


def seen(user):
    return Company.objects.visible_to(user)


@needs_data
def test_the_real_file_by_the_wizard_found_edited_exported_and_undone(client_of, ann):
    client = client_of(ann)
    upload = SimpleUploadedFile("accounts.csv", ACCOUNTS.read_bytes())
    page = client.post("/imports/new/", {"entity": "companies", "file": upload})
    assert page.status_code == 302
    url = page.url
    text = client.get(url).content.decode()
    assert "technolgy" in text and "subsidiary_of" in text
    run = ImportRun.objects.get()
    assert set(run.mapping["columns"].values()) >= {
        "name",
        "industry",
        "founded_on",
        "revenue",
        "employees",
        "address",
        "parent",
    }
    assert run.mapping["values"]["industry"]["technolgy"] == "technology"
    data = {f"column-{n}": run.mapping["columns"][h] for n, h in enumerate(HEADINGS) if h in run.mapping["columns"]}
    check = client.post(url, {**data, "key": "name", "duplicates": "skip", "value-industry-0": "technology"})
    assert check.status_code == 200 and "85" in check.content.decode()
    assert seen(ann).count() == 0
    assert client.post(f"{url}start/").status_code == 302
    while worker.run_one("test"):
        pass
    assert seen(ann).count() == 85
    assert seen(ann).filter(industry="technology").count() == 12
    assert seen(ann).exclude(parent=None).count() == 15
    acme = seen(ann).get(name="Acme Corporation")
    assert (acme.founded_on.year, str(acme.revenue), acme.employees) == (1996, "1100.04", 2822)
    assert client.get(url).status_code == 200
    found = client.get("/companies/?industry=medical&sort=name&q=corp").content.decode()
    assert "Condax" not in found or "corp" in found
    out = b"".join(client.get("/companies/export.csv?industry=medical&columns=name,industry").streaming_content)
    assert len(out.decode("utf-8-sig").splitlines()) == 1 + seen(ann).filter(industry="medical").count()
    operation = Operation.objects.get(verb="import")
    undo(operation, ann)
    assert seen(ann).count() == 0


@needs_data
def test_the_real_file_by_the_command_twice_changes_nothing_the_second_time(administrator, capsys, tmp_path):
    file = tmp_path / "accounts.csv"
    file.write_bytes(ACCOUNTS.read_bytes())
    assert main(["import", "companies", str(file), "--dry-run"]) == 0
    assert "85 created" in capsys.readouterr().out and seen(administrator).count() == 0
    assert main(["import", "companies", str(file)]) == 0
    assert "85 created" in capsys.readouterr().out
    assert main(["import", "companies", str(file)]) == 0
    assert "0 created, 0 updated, 85 skipped" in capsys.readouterr().out
    assert seen(administrator).count() == 85
    assert main(["import", "nonsense", str(file)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["export", "companies"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 86


def workbook(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\x00\x01\x02\x03" * 500,
        bytes(range(256)) * 40,
        b"PK\x03\x04 not really",
        workbook({"word/document.xml": "x"}),
        workbook({"xl/workbook.xml": "x", "xl/worksheets/sheet1.xml": "0" * 60_000_000}),
        workbook({"xl/workbook.xml": "<broken"}),
        b"\xd0\xcf\x11\xe0" + b"0" * 100,
        b"name\n" + b"x" * 10_000_000,
        b'name,inn\n"never closed, ' + b"y" * 200_000,
    ],
    ids=[
        "empty",
        "blank",
        "binary",
        "all bytes",
        "truncated xlsx",
        "docx",
        "zip bomb",
        "broken",
        "xls",
        "10 MB cell",
        "open quote",
    ],
)
def test_a_file_that_is_no_table_is_said_so_and_changes_nothing(content, client_of, ann):
    response = client_of(ann).post(
        "/imports/new/", {"entity": "companies", "file": SimpleUploadedFile("f.csv", content)}
    )
    if response.status_code == 302:
        response = client_of(ann).get(response.url + "?step=check")
    assert response.status_code == 422
    assert "note--danger" in response.content.decode()
    assert seen(ann).count() == 0 and not Operation.objects.filter(verb="import").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_delimiters_are_recognised(tmp_path, encoding, mark):
    text = f'название{mark}ИНН\r\n"ООО «Ёж»\nс переносом"{mark}7701234567\r\nРваная\r\n'
    if encoding == "cp1251":
        text = text.replace("«", '""').replace("»", '""')
    table = table_of(tmp_path, text.encode(encoding))
    rows = list(table.rows())
    assert table.headers == ["название", "ИНН"]
    assert rows[0][1] == "7701234567" and "Ёж" in rows[0][0] and "\n" in rows[0][0]
    assert rows[1] == ["Рваная", ""]


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=3, max_size=3),
        max_size=12,
    )
)
def test_what_one_library_writes_is_read_back_equal(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["a", "b", "c"])
        writer.writerows(rows)
    assert list(open_table(path, "f.csv").rows()) == [row for row in rows if any(row)]


def run_for(ann, tmp_path, settings, text, **changes):
    from vizavi.files.store import keep

    sha256, _size, _kind = keep([text.encode()])
    run = ImportRun(entity="company", file_name="f.csv", sha256=sha256, by=ann, state=ImportRun.WAITING)
    table = open_table(run.path, "f.csv")
    run.mapping = {**mapping.guess(registry["company"], table, Reader(ann)).json(), **changes}
    run.save()
    return run


def test_a_bad_row_goes_to_the_rejects_and_the_rest_goes_on(ann, tmp_path, settings, client_of):
    text = "name;employees;phones\nПервая;10;+7 912 000-00-01\n;5;\nВторая;много;\nТретья;7;\n"
    run = run_for(ann, tmp_path, settings, text)
    tasks.carry_out(run)
    assert sorted(c.name for c in seen(ann)) == ["Первая", "Третья"]
    assert [r.row for r in Reject.objects.order_by("row")] == [2, 3]
    file = b"".join(client_of(ann).get(f"/imports/{run.pk}/rejects.csv").streaming_content).decode("utf-8-sig")
    assert "много" in file and "employees" in file


def test_duplicates_are_updated_only_where_one_may_edit(ann, ben, tmp_path, settings):
    actions.create(registry["company"], {"name": "Моя", "inn": "7701234567"}, ann)
    actions.create(registry["company"], {"name": "Бена", "inn": "7701234568"}, ben)
    text = "name;inn\nМоя новая;7701234567\nЧужая новая;7701234568\nСвежая;7701234569\n"
    run = run_for(ann, tmp_path, settings, text, key="inn", duplicates="update")
    tasks.carry_out(run)
    assert {c.inn: c.name for c in seen(ann)} == {
        "7701234567": "Моя новая",
        "7701234568": "Бена",
        "7701234569": "Свежая",
    }
    assert run.counts["updated"] == 1 and run.counts["rejected"] == 1


def test_an_import_that_is_cut_off_goes_on_without_losing_or_doubling_a_row(ann, tmp_path, settings, monkeypatch):
    text = "name;inn\n" + "".join(f"Фирма {n};77{n:08}\n" for n in range(400))
    run = run_for(ann, tmp_path, settings, text, duplicates="create", key="")
    real, calls = Importer.sort_out, []

    def dies(self, rows, known):
        calls.append(len(rows))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, rows, known)

    monkeypatch.setattr(Importer, "sort_out", dies)
    with pytest.raises(KeyboardInterrupt):
        tasks.carry_out(run)
    monkeypatch.setattr(Importer, "sort_out", real)
    assert 0 < seen(ann).count() < 400
    run = ImportRun.objects.select_related("operation").get()
    tasks.carry_out(run)
    assert sorted(c.inn for c in seen(ann)) == [f"77{n:08}" for n in range(400)]
    assert Operation.objects.filter(verb="import").count() == 1


def test_who_may_not_import_or_export_is_refused(client_of, cat, ann):
    assert client_of(cat).get("/imports/new/").status_code == 403
    assert client_of(cat).get("/companies/export.csv").status_code == 403
    assert client_of(ann).get("/companies/export.csv?nonsense=1").status_code == 422
    assert client_of(ann).get("/users/export.csv").status_code == 404


def test_an_export_neutralises_formulas_and_types_its_cells(client_of, ann):
    actions.create(registry["company"], {"name": "=HYPERLINK(1)", "employees": 7, "phones": "+7 912 000-00-01"}, ann)
    text = b"".join(client_of(ann).get("/companies/export.csv").streaming_content).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text and ";7;" in text
    book = b"".join(client_of(ann).get("/companies/export.xlsx").streaming_content)
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r"<v>7</v>", sheet) and "<f>" not in sheet


@given(text=st.text(max_size=40))
def test_no_cell_begins_like_a_formula(text):
    cell = export.plain(text)
    assert not cell.startswith(("=", "@", "\t", "\r"))


def test_what_was_exported_comes_back_equal(ann, ben, tmp_path, settings):
    parent, _ = actions.create(registry["company"], {"name": "Голова"}, ann)
    data = {
        "name": "ООО «Ёж»",
        "kind": "partner",
        "inn": "7701234567",
        "phones": "+7 912 345-67-89",
        "emails": "a@example.org",
        "revenue": "12345.67",
        "founded_on": "2001-02-03",
        "parent": parent.pk,
        "comment": "две\nстроки",
    }
    company, op = actions.create(registry["company"], data, ann)
    reader = Reader(ann)
    fields = [f for f in export.chosen(registry["company"], reader) if f.editable]
    text = "".join(export.csv_text(registry["company"], fields, reader, [[company]]))
    undo(op, ann)
    run = run_for(ann, tmp_path, settings, text)
    tasks.carry_out(run)
    assert not Reject.objects.exists(), [r.reason for r in Reject.objects.all()]
    again = seen(ann).get(name="ООО «Ёж»")
    for f in fields:
        if f.name not in ("phones", "emails"):
            assert f.to_json(f.value(again)) == f.to_json(f.value(company)), f.name
    assert [p["e164"] for p in again.phones] == ["+79123456789"]
