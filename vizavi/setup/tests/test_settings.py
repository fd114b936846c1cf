"""Profile, firm, tokens, sessions, invitations: by the people they are meant for."""

from __future__ import annotations

import re

import pytest

from vizavi.access.models import ApiToken, SignInLink, User
from vizavi.core.firm import firm, forget
from vizavi.core.models import Change
from vizavi.dictionaries.lists import dictionary

pytestmark = pytest.mark.django_db
PAGES = ("", "profile/", "password/", "sessions/", "tokens/", "users/", "departments/")


def test_every_page_of_the_settings_answers(client_of, ann, administrator):
    for user in (ann, administrator):
        for page in PAGES:
            assert client_of(user).get(f"/settings/{page}").status_code == 200, page
    assert client_of(administrator).get("/settings/firm/").status_code == 200
    assert client_of(ann).get("/settings/firm/").status_code == 403
    assert client_of(ann).get("/settings/invite/").status_code == 403


def test_the_firm_is_changed_through_the_journal(client_of, administrator):
    client = client_of(administrator)
    client.get("/settings/firm/")
    data = {
        "name": "Северный ветер",
        "base_currency": "RUB",
        "time_zone": "Asia/Omsk",
        "phone_country": "RU",
        "language": "ru",
    }
    assert client.post("/settings/firm/", data).status_code == 302
    forget()
    assert firm().name == "Северный ветер"
    assert Change.objects.filter(entity="firm").count() == 1
    wrong = client.post("/settings/firm/", {**data, "time_zone": "Mars/North"})
    assert wrong.status_code == 422 and "Mars/North" in wrong.content.decode()
    for name, value in (("phone_country", "QQ"), ("language", "xx"), ("base_currency", "ZZZ")):
        assert client.post("/settings/firm/", {**data, name: value}).status_code == 422, name


def test_preferences_are_remembered_and_nonsense_is_not(client_of, ann, client):
    mine = client_of(ann)
    mine.post("/settings/_prefs/", {"theme": "dark", "density": "huge", "language": "en"})
    ann.refresh_from_db()
    assert ann.preferences == {"theme": "dark", "language": "en"}
    assert 'data-theme="dark"' in mine.get("/settings/").content.decode()
    assert "Settings" in mine.get("/settings/").content.decode()
    assert client.post("/settings/_prefs/", {"language": "en"}).cookies["vizavi_language"].value == "en"


def test_a_token_is_shown_once_and_opens_nothing_after_it_is_revoked(client_of, ann, ben):
    text = client_of(ann).post("/settings/tokens/", {"name": "1C", "scope": "read"}).content.decode()
    secret = re.search(r"viz_[\w-]+", text)[0]
    assert ApiToken.lookup(secret) == (ann, frozenset({"read"}))
    assert secret not in client_of(ann).get("/settings/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert client_of(ben).post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert client_of(ann).post(f"/settings/tokens/{token.pk}/revoke/").status_code == 302
    assert ApiToken.lookup(secret) is None


def test_an_invited_colleague_chooses_a_password_and_is_in(client_of, administrator, client):
    data = {"name": "Игорь", "email": "igor@example.org", "role": "manager"}
    page = client_of(administrator).post("/settings/invite/", data).content.decode()
    path = re.search(r"/in/[\w-]+/", page)[0]
    assert client.get(path).status_code == 200 and client.get(path).status_code == 200
    assert client.post(path, {"password": "12345"}).status_code == 422
    assert client.post(path, {"password": "Dvenadcat-stulev"}).status_code == 302
    assert client.get("/companies/").status_code == 200
    assert client.get(path).status_code == 404
    assert User.objects.get(email="igor@example.org").check_password("Dvenadcat-stulev")
    twice = client_of(administrator).post("/settings/invite/", data)
    assert twice.status_code == 422 and "igor@example.org" in twice.content.decode()


def test_a_password_signs_in_and_a_wrong_one_keeps_the_address(client, ann):
    from tests.cast import PASSWORD

    wrong = client.post("/login/", {"login": "ann@example.org", "password": "nonsense"})
    assert wrong.status_code == 200 and "ann@example.org" in wrong.content.decode()
    assert client.post("/login/", {"login": "ANN@example.org", "password": PASSWORD}).status_code == 302
    assert client.get("/companies/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/companies/").status_code == 302


def test_guessing_passwords_is_slowed_down(client, ann):
    from django.core.cache import cache

    cache.clear()
    answers = [client.post("/login/", {"login": "ann@example.org", "password": f"no-{n}"}) for n in range(12)]
    assert any(
        a.status_code == 429 or "слишком" in a.content.decode().lower() or "too many" in a.content.decode().lower()
        for a in answers
    )


def test_a_blocked_or_deleted_person_is_out_at_once(client_of, ann, administrator):
    client = client_of(ann)
    assert client.get("/companies/").status_code == 200
    from vizavi.core import actions
    from vizavi.core.entity import registry

    actions.update(registry["user"], ann.pk, {"is_active": False}, administrator)
    assert client.get("/companies/").status_code == 302


def test_a_link_of_the_first_run_works_once(client, db):
    from vizavi.access.commands import one_time_link

    url = one_time_link("http://localhost:8000")
    path = url.removeprefix("http://localhost:8000")
    assert client.post(path).status_code == 302
    assert client.get("/settings/").status_code == 200
    assert client.post(path).status_code == 404
    assert SignInLink.objects.get().used_at is not None


def test_blocking_is_one_button_that_can_be_undone(client_of, ann, ben, administrator):
    page = f"/settings/users/{ben.pk}/"
    chief, theirs = client_of(administrator), client_of(ben)
    assert f"{page}block/" in chief.get(page).content.decode()
    assert f"{page}block/" not in client_of(ann).get(page).content.decode()
    assert client_of(ann).post(f"{page}block/").status_code == 403
    assert client_of(ann).post(f"{page}link/").status_code == 403
    assert theirs.get("/companies/").status_code == 200
    assert chief.post(f"{page}block/").status_code == 302
    assert theirs.get("/companies/").status_code == 302
    ben.refresh_from_db()
    assert not ben.is_active
    assert chief.post(f"{page}block/").status_code == 302
    ben.refresh_from_db()
    assert ben.is_active
    assert [c.diff["is_active"][1] for c in Change.objects.filter(entity="user", action="update")] == [False, True]


def test_a_new_link_lets_somebody_choose_a_password_anew(client_of, ben, administrator, client):
    shown = client_of(administrator).post(f"/settings/users/{ben.pk}/link/").content.decode()
    path = re.search(r"/in/[\w-]+/", shown)[0]
    assert client.post(path, {"password": "Dvenadcat-stulev"}).status_code == 302
    ben.refresh_from_db()
    assert ben.check_password("Dvenadcat-stulev")


def test_whoever_is_created_by_hand_gets_a_way_in(client_of, administrator, ann):
    data = {"name": "Игорь", "email": "igor@example.org", "role": "manager"}
    page = client_of(administrator).post("/settings/users/new/", data).content.decode()
    assert "/in/" in page
    assert client_of(ann).post("/settings/users/new/", data).status_code == 403


def test_the_profile_keeps_the_look_and_the_language(client_of, ann):
    mine = client_of(ann)
    data = {"name": "Анна", "time_zone": "Asia/Omsk", "theme": "dark", "density": "compact", "language": "en"}
    assert mine.post("/settings/profile/", data).status_code == 302
    ann.refresh_from_db()
    assert ann.name == "Анна"
    assert ann.preferences == {"time_zone": "Asia/Omsk", "theme": "dark", "density": "compact", "language": "en"}
    text = mine.get("/settings/profile/").content.decode()
    assert 'data-theme="dark"' in text and 'data-density="compact"' in text and 'lang="en"' in text
    wrong = mine.post("/settings/profile/", {**data, "name": "Аня", "time_zone": "Mars/North"})
    assert wrong.status_code == 422 and "Mars/North" in wrong.content.decode() and "Аня" in wrong.content.decode()


def test_the_menu_stands_beside_every_page_of_the_settings(client_of, ann, administrator):
    for url in ("/settings/", "/settings/profile/", "/settings/users/", "/settings/departments/new/", "/bin/"):
        text = client_of(administrator).get(url).content.decode()
        assert 'class="snav"' in text and "/settings/firm/" in text, url
    assert "/settings/firm/" not in client_of(ann).get("/settings/").content.decode()
    assert 'class="snav"' not in client_of(ann).get("/companies/").content.decode()


def test_two_who_change_the_firm_at_once_are_asked(client_of, administrator):
    client = client_of(administrator)
    data = {"name": "А", "base_currency": "RUB", "time_zone": "Asia/Omsk", "phone_country": "RU", "language": "ru"}
    client.post("/settings/firm/", data)
    assert client.post("/settings/firm/", {**data, "name": "Б", "version": "1"}).status_code == 302
    late = client.post("/settings/firm/", {**data, "name": "В", "version": "1"})
    assert late.status_code == 409 and "В" in late.content.decode()
    forget()
    assert firm().name == "Б"


def test_a_dictionary_is_put_in_order_archived_and_renamed_on_its_page(client_of, ann, administrator):
    client, url = client_of(administrator), "/settings/dictionaries/company_kind/"
    found = dictionary("company_kind")
    assert client.get("/settings/dictionaries/").status_code == client.get(url).status_code == 200
    assert client_of(ann).get(url).status_code == client_of(ann).post(url, {"archive": "other"}).status_code == 403
    assert client.get("/settings/dictionaries/nothing/").status_code == 404
    client.post(url, {"keys": ["other", "client"]})
    client.post(url, {"move": "up.client", "keys": []})
    assert [o.key for o in found.options()][:3] == ["client", "other", "partner"]
    client.post(url, {"archive": "other"})
    assert "other" not in [o.key for o in found.options()]
    client.post(url, {"archive": "other"})
    assert "other" in [o.key for o in found.options()]
    option = found.get("partner")
    form = client.get(f"{url}{option.pk}/").content.decode()
    assert option.shipped_label in form
    assert client.post(f"{url}{option.pk}/", {"name": found.get("client").label, "tone": "red"}).status_code == 422
    # The shipped label, sent back unchanged, is no name of one's own.
    client.post(f"{url}{option.pk}/", {"name": option.shipped_label, "tone": "red"})
    assert (found.get("partner").name, found.get("partner").tone) == ("", "red")
    client.post(f"{url}{option.pk}/", {"name": "Друг", "tone": "red"})
    assert found.get("partner").label == "Друг"
    assert client.post(f"{url}new/", {"name": "Банк", "tone": ""}).status_code == 302
    bank = found.get("bank")
    assert client.post(f"{url}{bank.pk}/", {"do": "delete"}).status_code == 302
    assert "bank" not in [o.key for o in found.options()]
