"""The real file by wizard and by command; hostile files; resuming; the door; what goes out comes back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vizavi.cli import main
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import undo
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.exchange import export, mapping, tasks, trial
from vizavi.exchange.importer import Importer
from vizavi.exchange.models import ImportRun, Reject
from vizavi.exchange.runs import begin
from vizavi.jobs import worker
from vizavi.tables import open_table

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
    assert url.endswith("/columns/")
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
    answer = {**data, "keys": "name", "duplicates": "skip", "value-industry-0": "technology", "do": "check"}
    check = client.post(url, answer)
    assert check.status_code == 302 and check.url == f"/imports/{run.pk}/check/"
    assert ">85<" in client.get(check.url).content.decode()
    assert seen(ann).count() == 0
    url = f"/imports/{run.pk}/"
    assert client.post(f"{url}start/").status_code == 302
    while worker.run_one("test"):
        pass
    assert seen(ann).count() == 85
    assert seen(ann).filter(industry="technology").count() == 12
    assert seen(ann).exclude(parent=None).count() == 15
    acme = seen(ann).get(name="Acme Corporation")
    assert (acme.founded_on.year, str(acme.revenue), acme.employees) == (1996, "1100.04", 2822)
    assert client.get(f"{url}result/").status_code == 200
    assert len(re.findall(r"<tr data-row", client.get(f"/companies/?import={run.pk}.created").content.decode())) == 50
    found = client.get("/companies/?industry=medical&sort=name&q=corp").content.decode()
    assert "Condax" not in found or "corp" in found
    out = b"".join(client.get("/companies/export.csv?industry=medical&cols=name,industry").streaming_content)
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


def test_a_dry_run_by_the_command_tells_what_looks_wrong(administrator, capsys, tmp_path):
    file = tmp_path / "firms.csv"
    file.write_text("name,inn\nРомашка,7707083893\nЛютик,7707083894\n", encoding="utf-8")
    assert main(["import", "companies", str(file), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "2 created, 0 updated, 0 skipped, 0 rejected, 1 doubtful" in told.out
    assert told.err.splitlines()[-1].startswith("row 2: doubtful: inn: ") and seen(administrator).count() == 0


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\x03" * 500, b"PK\x03\x04 not really", b"name\n" + b"x" * 200_000]
)
def test_a_file_that_is_no_table_is_said_so_and_changes_nothing(content, client_of, ann):
    upload = SimpleUploadedFile("f.csv", content)
    response = client_of(ann).post("/imports/new/", {"entity": "companies", "file": upload})
    assert response.status_code == 422
    assert "note--danger" in response.content.decode() or "aria-invalid" in response.content.decode()
    assert seen(ann).count() == 0 and not ImportRun.objects.exists()


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
    run = run_for(ann, tmp_path, settings, text, keys=["inn"], duplicates="overwrite")
    tasks.carry_out(run)
    assert {c.inn: c.name for c in seen(ann)} == {
        "7701234567": "Моя новая",
        "7701234568": "Бена",
        "7701234569": "Свежая",
    }
    assert run.counts["updated"] == 1 and run.counts["rejected"] == 1


def test_an_import_that_is_cut_off_goes_on_without_losing_or_doubling_a_row(ann, tmp_path, settings, monkeypatch):
    text = "name;inn\n" + "".join(f"Фирма {n};77{n:08}\n" for n in range(400))
    run = run_for(ann, tmp_path, settings, text, duplicates="create", keys=[])
    real, calls = Importer.sort_out, []

    def dies(self, rows):
        calls.append(len(rows))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, rows)

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


def test_an_import_reads_and_an_export_writes_in_the_zone_of_its_person(ann, client_of, tmp_path):
    ann.preferences = {"time_zone": "Asia/Vladivostok", "language": "en"}
    ann.save(update_fields=["preferences"])
    client = client_of(ann)
    client.post("/imports/new/", {"entity": "companies", "file": SimpleUploadedFile("f.csv", TABLE)})
    run = ImportRun.objects.get()
    run.mapping = {"columns": {"name": "name", "made": "created_at", "revenue": "revenue"}, "duplicates": "create"}
    run.save()
    tasks.start(run)
    while worker.run_one("test"):
        pass
    made = Company.objects.visible_to(ann).get()
    assert made.created_at == datetime(2026, 3, 4, 23, 30, tzinfo=UTC) and made.revenue == 1250
    text = b"".join(client.get("/companies/export.csv").streaming_content).decode()
    assert "2026-03-05 09:30" in text and "1250.00" in text


TABLE = "name;made;revenue\nРомашка;05.03.2026 09:30;1,250\n".encode()


def test_what_looks_wrong_is_taken_counted_and_listed(ann, client_of):
    content = (
        "Название;ИНН;КПП;Телефон\n"
        "Полюс;7707083893;773601001;8 (343) 222-10-10\n"
        "Балт;780123456;;8 (343) 222-10-11\n"
        "Гид;7707083894;12;8 921 33\n"
        ";7728168971;;\n"
    )
    company = registry["company"]
    run = begin(company, ann, "f.csv", [content.encode()])
    client = client_of(ann)
    client.post(f"/imports/{run.pk}/check/")
    run.refresh_from_db()
    report = trial.report_of(run)
    assert (report["created"], report["rejected"], report["doubtful"]) == (3, 1, 2)
    assert [(d["row"], [p[0] for p in d["problems"]]) for d in report["doubts"]] == [(2, [1]), (3, [1, 2, 3])]
    text = client.get(f"/imports/{run.pk}/check/").content.decode()
    assert 'name="cell-2-1"' in text and "780123456" in text
    # A doubtful cell is mended like a wrong one.
    client.post(f"/imports/{run.pk}/check/", {"cell-2-1": "7802345671", "do": "save"})
    run.refresh_from_db()
    assert run.fixes == {"2": {"1": "7802345671"}}
    run.state = ImportRun.WAITING
    run.save()
    run = tasks.carry_out(run)
    # 7802345671 has a wrong check digit as well.
    assert (run.counts["created"], run.counts["doubtful"]) == (3, 2)
    assert sorted(d.row for d in run.doubts.all()) == [2, 3]
    listed = client.get(f"/companies/?import={run.pk}.doubtful").content.decode()
    assert "Балт" in listed and "Гид" in listed and "Полюс" not in listed
    assert f"?import={run.pk}.doubtful" in client.get(f"/imports/{run.pk}/result/").content.decode()


def test_a_colleague_who_is_not_known_leaves_the_record_to_whoever_imports(ben):
    content = "Название;Тип;Ответственный\nПолюс;Неведомый;Зуев\n"
    run = begin(registry["company"], ben, "f.csv", [content.encode()])
    assert run.mapping["values"] == {"owner": {"Зуев": ""}, "kind": {"Неведомый": ""}}
    run.state = ImportRun.WAITING
    run.save()
    run = tasks.carry_out(run)
    assert run.counts["created"] == 1 and not Reject.objects.exists()
    company = seen(ben).get()
    assert (company.owner_id, company.kind) == (ben.pk, "client")
