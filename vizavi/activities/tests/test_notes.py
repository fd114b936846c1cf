"""Notes: written on the page of a record, seen by whoever sees it."""

from __future__ import annotations

import pytest

from vizavi.activities.models import Note
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import history, undo
from vizavi.core.models import Operation
from vizavi.core.reading import Reader

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company(ann):
    return actions.create(registry["company"], {"name": "Ромашка"}, ann)[0]


def test_a_note_is_written_on_the_record_and_stands_in_its_history(client_of, ann, company):
    client = client_of(ann)
    answer = client.post(f"/companies/{company.pk}/_notes/", {"text": "Просят скидку\nи доставку"}, headers=HTMX)
    assert answer.status_code == 200 and "Просят скидку" in answer.content.decode()
    note = Note.objects.visible_to(ann).get()
    assert (str(note), note.about) == ("Просят скидку", [{"entity": "company", "id": company.pk}])
    assert "и доставку" in client.get(f"/companies/{company.pk}/").content.decode()
    undo(Operation.objects.latest("pk"), ann)
    assert "и доставку" not in client.get(f"/companies/{company.pk}/").content.decode()


def test_an_empty_note_is_refused_and_a_stranger_finds_nothing(client_of, ann, dan, company):
    answer = client_of(ann).post(f"/companies/{company.pk}/_notes/", {"text": "  "}, headers=HTMX)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.content.decode()
    assert client_of(dan).post(f"/companies/{company.pk}/_notes/", {"text": "x"}).status_code == 404
    assert not Note.objects.visible_to(ann).exists()


def test_whoever_sees_the_record_sees_the_note_and_only_its_author_changes_it(client_of, ann, dan, company, head):
    actions.update(registry["company"], company.pk, {"owner": dan.pk}, head)
    client_of(dan).post(f"/companies/{company.pk}/_notes/", {"text": "от Дана"})
    actions.update(registry["company"], company.pk, {"owner": ann.pk}, dan)
    note = Note.objects.visible_to(ann).get()
    page = client_of(ann).get(f"/companies/{company.pk}/").content.decode()
    assert "от Дана" in page and f"/notes/{note.pk}/_pin/" not in page
    assert client_of(ann).post(f"/notes/{note.pk}/_pin/").status_code == 403
    assert client_of(ann).get(f"/notes/{note.pk}/").status_code == 200


def test_a_note_about_a_person_stands_in_the_history_of_the_company_too(ann, company):
    contact, _op = actions.create(registry["contact"], {"name": "Иван", "companies": [company.pk]}, ann)
    about = [{"entity": "contact", "id": contact.pk}]
    actions.create(registry["note"], {"text": "звонил", "about": about}, ann)
    entries, _older = history(registry["company"], company, Reader(ann))
    assert entries[0].source.entity == "note"


def test_what_is_pinned_stands_first_and_what_is_removed_goes_to_the_bin(client_of, ann, company):
    client, on = client_of(ann), {"on": f"company:{company.pk}"}
    for text in ("первая", "вторая"):
        client.post(f"/companies/{company.pk}/_notes/", {"text": text})
    note = Note.objects.visible_to(ann).order_by("pk")[0]
    shown = client.post(f"/notes/{note.pk}/_pin/", on, headers=HTMX).content.decode()
    assert "ev--pin" in shown and shown.index("первая") < shown.index("вторая")
    shown = client.post(f"/notes/{note.pk}/_remove/", on, headers=HTMX).content.decode()
    assert "ev--pin" not in shown
    assert client.get("/bin/?entity=note").content.decode().count(f"/notes/{note.pk}/restore/") == 1


def test_the_history_costs_the_same_queries_however_many_notes(client_of, ann, company, django_assert_max_num_queries):
    client = client_of(ann)
    for n in range(12):
        client.post(f"/companies/{company.pk}/_notes/", {"text": f"заметка {n}"})
    client.get(f"/companies/{company.pk}/")
    with django_assert_max_num_queries(14):
        client.get(f"/companies/{company.pk}/")


def test_a_note_sent_again_because_its_answer_was_lost_is_written_once(client_of, ann, company):
    client, path = client_of(ann), f"/companies/{company.pk}/_notes/"
    client.post(path, {"text": "Не отвечает"}, headers=HTMX)
    again = client.post(path, {"text": "Не отвечает"}, headers={**HTMX, "X-Resent": "60"})
    assert again.status_code == 200 and again.content.decode().count("Не отвечает") == 1
    assert Note.objects.visible_to(ann).count() == 1
    # The same words on purpose, another text, and what had never come are notes of their own.
    client.post(path, {"text": "Не отвечает"}, headers=HTMX)
    client.post(path, {"text": "Ответил"}, headers={**HTMX, "X-Resent": "60"})
    client.post(path, {"text": "Перезвонит"}, headers={**HTMX, "X-Resent": "nonsense"})
    assert Note.objects.visible_to(ann).count() == 4
