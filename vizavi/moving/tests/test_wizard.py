"""The steps of importing: each an address, cells mended in place, what was made in a list, refused rows once more."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vizavi.clients.models import Company, Contact
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import undo
from vizavi.core.models import Operation
from vizavi.exchange import trial
from vizavi.exchange.models import ImportRun, Reject
from vizavi.exchange.runs import table_of
from vizavi.jobs import worker

pytestmark = [pytest.mark.django_db(transaction=True)]

FILE = (
    "Фамилия;Имя;E-mail;Компания;ИНН;Пол\n"
    "Иванов;Пётр;p@example.org;Вектор;7707083893;М\n"
    "Орлова;Анна;anna@example,org;ООО «Вектор»;7707083893;Ж\n"
    "Зуев;Лев;lev@example.org;Полюс;;\n"
    "Зуев;Лев;lev@example.org;Полюс;;\n"
)


def send(client, content=FILE, entity="contacts", name="Клиенты.csv"):
    answer = client.post("/imports/new/", {"entity": entity, "file": SimpleUploadedFile(name, content.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("pk")


def columns_of(run, **changes):
    headers = trial.importer_of(run).table.headers
    data = {f"column-{n}": run.mapping["columns"].get(h, "") for n, h in enumerate(headers)}
    return {**data, "keys": run.mapping["keys"], "duplicates": "fill", "do": "check", **changes}


def run_jobs():
    while worker.run_one("test"):
        pass


def test_a_file_goes_through_all_steps_and_one_undo_takes_all_back(client_of, ann):
    client = client_of(ann)
    run = send(client)
    base = f"/imports/{run.pk}/"
    assert client.get(base).url == f"{base}columns/"
    page = client.get(f"{base}columns/").content.decode()
    assert "Клиенты" in page and "anna@example,org" in page and "companies.name" in page
    assert client.post(f"{base}columns/", columns_of(run)).url == f"{base}check/"
    page = client.get(f"{base}check/").content.decode()
    assert "anna@example.org" in page and "cell-2-2" in page
    report = trial.report_of(ImportRun.objects.get())
    assert (report["created"], report["skipped"], report["rejected"]) == (2, 1, 1) and report["beside"] == {
        "company": 2
    }
    client.post(f"{base}check/", {"do": "hints", "cell-2-2": "anna@example,org"})
    report = trial.report_of(ImportRun.objects.get())
    assert (report["created"], report["rejected"], report["beside"]) == (3, 0, {"company": 2})
    assert not Contact.objects.visible_to(ann).exists() and not Company.objects.visible_to(ann).exists()
    assert client.post(f"{base}start/").url == f"{base}run/"
    assert client.get(f"{base}run/").status_code == 200
    run_jobs()
    assert client.get(f"{base}run/").url == client.get(base).url == f"{base}result/"
    page = client.get(f"{base}result/").content.decode()
    assert f"/contacts/?import={run.pk}.created" in page and f"/contacts/?import={run.pk}.skipped" in page
    people = {c.surname: c for c in Contact.objects.visible_to(ann)}
    assert people["Орлова"].gender == "female" and people["Иванов"].companies == people["Орлова"].companies
    made = client.get(f"/contacts/?import={run.pk}.created").content.decode()
    assert "Орлова" in made and "Клиенты.csv" in made
    assert "Зуев" in client.get(f"/contacts/?import={run.pk}.skipped").content.decode()
    assert client.get(f"/contacts/?import={run.pk}.nonsense").status_code == 422
    undo(ImportRun.objects.get().operation, ann)
    assert not Contact.objects.visible_to(ann).exists() and not Company.objects.visible_to(ann).exists()
    assert "Этот импорт отменён" in client.get(f"{base}result/").content.decode()


def test_refused_rows_are_mended_in_place_and_imported_as_part_of_the_same_act(client_of, ann):
    client = client_of(ann)
    run = send(client)
    base = f"/imports/{run.pk}/"
    client.post(f"{base}columns/", columns_of(run))
    client.post(f"{base}start/")
    run_jobs()
    reject = Reject.objects.get()
    page = client.get(f"{base}result/").content.decode()
    assert f"cell-{reject.pk}-2" in page
    text = b"".join(client.get(f"{base}rejects.csv").streaming_content).decode("utf-8-sig")
    assert "anna@example,org" in text and text.splitlines()[0].endswith("Фамилия;Имя;E-mail;Компания;ИНН;Пол")
    assert client.get(f"{base}rejects.xlsx").status_code == 200
    client.post(f"{base}result/", {f"cell-{reject.pk}-2": "anna@example.org", "do": "again"})
    run_jobs()
    run = ImportRun.objects.get()
    assert not Reject.objects.exists() and run.counts["created"] == 3 and run.counts["rejected"] == 0
    undo(run.operation, ann)
    assert not Contact.objects.visible_to(ann).exists()
    assert client.post(f"{base}result/", {"do": "again"}).status_code == 403


def test_how_a_file_is_read_can_be_told(client_of, ann):
    client = client_of(ann)
    run = send(client, "Фамилия;Имя\nЁжиков;Пётр\n")
    base = f"/imports/{run.pk}/"
    assert "Ёжиков" in client.get(f"{base}file/").content.decode()
    client.post(f"{base}file/", {"entity": "contacts", "encoding": "cp866", "delimiter": ","})
    run = ImportRun.objects.get()
    assert run.options["encoding"] == "cp866" and len(table_of(run).headers) == 1
    client.post(f"{base}file/", {"entity": "leads", "encoding": "", "delimiter": "", "do": "next"})
    assert ImportRun.objects.get().entity == "lead"


def test_a_row_is_left_out_and_values_are_taught(client_of, administrator, ben):
    client = client_of(administrator)
    run = send(client, "Название;Отрасль;Ответственный\nВектор;Айтишка;Бенчик\nПолюс;Айтишка;Ben\n", "companies")
    base = f"/imports/{run.pk}/"
    page = client.get(f"{base}columns/").content.decode()
    assert "Айтишка" in page and "Бенчик" in page
    answer = columns_of(run, **{"value-industry-0": "software", "value-owner-0": str(ben.pk), "save_as": "Наша"})
    client.post(f"{base}columns/", answer)
    client.post(f"{base}check/", {"skip": "2"})
    client.post(f"{base}start/")
    run_jobs()
    company = Company.objects.visible_to(administrator).get()
    assert (company.name, company.industry, company.owner_id) == ("Вектор", "software", ben.pk)
    again = send(client, "Ответственный;Название;Отрасль\nБенчик;Заря;Айтишка\n", "companies")
    assert again.mapping["values"] == {"industry": {"Айтишка": "software"}, "owner": {"Бенчик": str(ben.pk)}}
    assert "Наша" in client.get(f"/imports/{again.pk}/columns/").content.decode()


def test_a_large_file_is_tried_by_a_job(client_of, ann, monkeypatch):
    monkeypatch.setattr(trial, "AT_ONCE", 2)
    client = client_of(ann)
    run = send(client)
    base = f"/imports/{run.pk}/"
    client.post(f"{base}columns/", columns_of(run))
    assert "hx-trigger" in client.get(f"{base}check/").content.decode()
    run_jobs()
    assert "cell-2-2" in client.get(f"{base}check/").content.decode()


def test_the_sample_file_comes_in_by_itself(client_of, ann):
    client = client_of(ann)
    for plural in ("companies", "contacts", "leads"):
        text = b"".join(client.get(f"/imports/sample.csv?entity={plural}").streaming_content).decode("utf-8-sig")
        run = send(client, text, plural)
        headers = trial.importer_of(run).table.headers
        assert [h for h in headers if not run.mapping["columns"].get(h)] == [], plural
        assert trial.importer_of(run).try_out().rejected == 0
    assert client.get("/imports/sample.csv?entity=users").status_code == 404


def test_the_import_of_another_is_not_there(client_of, ann, ben, administrator):
    run = send(client_of(ann))
    for page in ("", "columns/", "check/", "file/", "run/", "result/", "rejects.csv"):
        assert client_of(ben).get(f"/imports/{run.pk}/{page}").status_code == 404
    assert client_of(administrator).get(f"/imports/{run.pk}/columns/").status_code == 200


def test_a_contact_goes_into_a_telephone_and_comes_back(client_of, ann, dan):
    company, _ = actions.create(registry["company"], {"name": "ООО «Вектор, плюс»"}, ann)
    said = {
        "surname": "Лебедева", "name": "Ирина", "position": "Главный бухгалтер; зам", "phones": "+7 916 123-45-67",
        "emails": "irina@vektor.example", "birthday": "1985-04-12", "comment": "две\nстроки",
        "companies": [{"id": company.pk, "role": ""}],
    }  # fmt: skip
    contact, op = actions.create(registry["contact"], said, ann)
    client = client_of(ann)
    answer = client.get(f"/contacts/{contact.pk}/card.vcf")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/vcard")
    many = b"".join(client.get(f"/contacts/export.vcf?version=4.0&ids={contact.pk}").streaming_content)
    assert b"VERSION:4.0" in many
    assert client_of(dan).get(f"/contacts/{contact.pk}/card.vcf").status_code == 404
    undo(op, ann)
    run = send(client, answer.content.decode(), name="card.vcf")
    client.post(f"/imports/{run.pk}/columns/", columns_of(run))
    client.post(f"/imports/{run.pk}/start/")
    run_jobs()
    again = Contact.objects.visible_to(ann).get()
    for name in ("surname", "name", "position", "birthday", "comment", "companies", "emails"):
        assert getattr(again, name) == getattr(contact, name), name
    assert again.phones[0]["e164"] == "+79161234567"


def test_a_selection_goes_out_as_it_was_chosen(client_of, ann):
    made = [actions.create(registry["company"], {"name": n}, ann)[0].pk for n in ("А", "Б", "В")]
    out = client_of(ann).get(f"/companies/export.csv?ids={made[2]},{made[0]}&cols=name")
    assert b"".join(out.streaming_content).decode("utf-8-sig").splitlines()[1:] == ["В", "А"]


def test_a_column_without_a_field_gets_one_and_tags_are_coined(client_of, administrator, ann):
    content = "Название;Категория;Метки\nВектор;А;важные, новые\nПолюс;Б;новые\n"
    client = client_of(administrator)
    run = send(client, content, "companies")
    base = f"/imports/{run.pk}/"
    assert "+choice" in client.get(f"{base}columns/").content.decode()
    client.post(f"{base}columns/", columns_of(run, **{"column-1": "+choice"}))
    run = ImportRun.objects.get()
    assert run.mapping["columns"] == {"Название": "name", "Категория": "x_kategoriya", "Метки": "tags"}
    client.post(f"{base}start/")
    run_jobs()
    entity = registry["company"]
    f, tags = entity.fields["x_kategoriya"], {t.pk: t.name for t in registry["tag"].model.objects.all()}
    made = {
        c.name: (f.label_of(f.value(c)), [tags[t] for t in c.tags]) for c in Company.objects.visible_to(administrator)
    }
    assert made == {"Вектор": ("А", ["важные", "новые"]), "Полюс": ("Б", ["новые"])} and len(tags) == 2
    other = send(client_of(ann), content, "companies")
    assert "+choice" not in client_of(ann).get(f"/imports/{other.pk}/columns/").content.decode()


@pytest.mark.parametrize("then", ["start", "cancel"])
def test_an_import_that_was_cut_off_says_so_and_goes_on_or_stops(then, client_of, ann, monkeypatch):
    client = client_of(ann)
    run = send(client)
    base = f"/imports/{run.pk}/"
    with monkeypatch.context() as broken:
        broken.setattr("vizavi.exchange.importer.Importer.write", fail)
        client.post(f"{base}start/")
        run_jobs()
    run.refresh_from_db()
    assert (run.state, run.operation.state) == (ImportRun.RUNNING, Operation.INTERRUPTED)
    page = client.get(f"{base}run/").content.decode()
    assert f'action="{base}start/"' in page
    client.post(f"{base}{then}/")
    run_jobs()
    run.refresh_from_db()
    assert run.state == ImportRun.DONE
    assert client.get(f"{base}result/").status_code == 200
    assert run.operation.state == (Operation.FINISHED if then == "start" else Operation.CANCELLED)
    assert Contact.objects.visible_to(ann).count() == (2 if then == "start" else 0)


def fail(*_args, **_kwargs):
    raise RuntimeError("no room on the disk")
