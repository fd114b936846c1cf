"""The first steps on "Today", and the demo firm that goes by one button."""

from __future__ import annotations

import pytest

from vizavi.access.models import User
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry

pytestmark = pytest.mark.django_db


def test_the_steps_are_ticked_as_they_are_done_and_can_be_waved_away(client_of, administrator, ann):
    client = client_of(administrator)
    before = client.get("/today/").content.decode().count("is-done")
    actions.create(registry["company"], {"name": "Ромашка"}, administrator)
    page = client.get("/today/").content.decode()
    assert page.count("is-done") == before + 1 and "checklist" in page
    client.post("/settings/_onboarding/")
    assert "checklist" not in client.get("/today/").content.decode()
    assert "checklist" not in client_of(ann).get("/today/").content.decode()


def test_the_start_leads_to_today(client_of, ann):
    assert client_of(ann).get("/")["Location"] == "/today/"
    assert client_of(ann).get("/today/").status_code == 200


def test_the_demo_firm_goes_by_one_button_and_leaves_who_pressed_it(client_of, settings):
    from vizavi.demo import views
    from vizavi.demo.load import load

    views._known = (0.0, False)
    load("ru")
    boss = User.objects.filter(role="administrator").get()
    client = client_of(boss)
    assert "/demo/remove/" in client.get("/today/").content.decode()
    assert client.post("/demo/remove/").status_code == 302
    assert not Company.objects.visible_to(boss).exists()
    assert list(User.objects.alive()) == [boss]
    assert "/demo/remove/" not in client.get("/today/").content.decode()
    assert client.post("/demo/remove/").status_code == 404


def test_only_administrators_remove_the_demo_firm(client_of, ann):
    assert client_of(ann).post("/demo/remove/").status_code == 404


def test_what_went_together_comes_back_together(client_of, ann):
    made = [actions.create(registry["company"], {"name": name}, ann)[0] for name in ("Первая", "Вторая", "Третья")]
    client = client_of(ann)
    client.post("/companies/_bulk/", {"ids": [r.pk for r in made[:2]], "do": "delete"})
    actions.delete(registry["company"], [made[2].pk], ann)
    client.get("/bin/")  # shows the messages of what was just done, with their own ways back
    page = client.get("/bin/?entity=company").content.decode()
    assert page.count('action="/operations/') == 2
    url = page.split('action="/operations/', 1)[1].split('"', 1)[0]
    client.post(f"/operations/{url}", {"next": "/bin/"})
    assert Company.objects.visible_to(ann).count() == 2
