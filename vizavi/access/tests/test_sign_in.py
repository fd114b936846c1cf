"""Signing in, being thrown out, coming back: what a person meets at the door of the house."""

from __future__ import annotations

import argparse
import io
import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from tests.cast import PASSWORD
from vizavi.access import commands
from vizavi.access.models import ApiToken, SignInLink, User
from vizavi.access.sessions import sessions_of
from vizavi.access.tasks import forget_old_ways_in
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import CommandError
from vizavi.jobs.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    cache.clear()


def sign_in(client, email="ann@example.org", password=PASSWORD):
    return client.post("/login/", {"login": email, "password": password})


@pytest.mark.parametrize("how", ["blocked", "deleted"])
def test_who_is_out_cannot_come_in_by_any_way(client, client_of, ann, administrator, how):
    mine, link = client_of(ann), SignInLink.make(ann, "invite")
    _token, secret = ApiToken.make(ann, "1C")
    if how == "blocked":
        actions.update(registry["user"], ann.pk, {"is_active": False}, administrator)
    else:
        actions.delete(registry["user"], [ann.pk], administrator)
    assert mine.get("/companies/").status_code == 302
    assert mine.get("/login/").status_code == 200  # and not sent in a circle
    sign_in(client)
    assert client.get("/companies/").status_code == 302
    assert client.post(link, {"password": PASSWORD}).status_code == 404
    assert client.get("/api/v1/companies/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    client.post("/password/reset/", {"email": ann.email})
    assert not Mail.objects.filter(text__contains="/password/reset/key/").exists()


def test_a_forgotten_password_is_set_anew_through_the_outbox(client, ann):
    other = client.__class__()
    sign_in(other)
    assert client.post("/password/reset/", {"email": "Ann@example.org"}).status_code == 302
    letter = Mail.objects.get(to="ann@example.org")
    path = re.search(r"/password/reset/key/\S+", letter.text)[0]
    page = client.get(path, follow=True)
    action = page.redirect_chain[-1][0]
    weak = client.post(action, {"password1": "123", "password2": "123"})
    assert weak.status_code == 200 and 'aria-invalid="true"' in weak.content.decode()
    assert client.post(action, {"password1": "Novyj-parol-77", "password2": "Novyj-parol-77"}).status_code == 302
    assert User.objects.get(pk=ann.pk).check_password("Novyj-parol-77")
    assert other.get("/companies/").status_code == 302  # the old password's sessions have ended
    assert sign_in(client, password="Novyj-parol-77").status_code == 302


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client, ann):
    known = client.post("/password/reset/", {"email": ann.email})
    unknown = client.post("/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert not Mail.objects.filter(to="nobody@example.org").exists()


def test_asking_for_letters_and_trying_links_is_slowed_down(client, ann):
    answers = [client.post("/password/reset/", {"email": ann.email}).status_code for _ in range(30)]
    assert answers[0] == 302 and answers[-1] == 429
    assert Mail.objects.count() < 10
    tries = [client.post(f"/in/nothing-{n}/").status_code for n in range(30)]
    assert tries[0] == 404 and tries[-1] == 429


def test_a_link_grows_old_and_a_newer_one_takes_its_place(client, ann):
    first = SignInLink.make(ann, "invite")
    second = SignInLink.make(ann, "invite")
    assert client.get(first).status_code == 404 and client.get(second).status_code == 200
    SignInLink.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert client.get(second).status_code == 404


def test_secrets_are_not_in_the_database(ann):
    link, (_token, secret) = SignInLink.make(ann, "invite"), ApiToken.make(ann, "1C")
    kept = [*SignInLink.objects.values_list("digest", flat=True), *ApiToken.objects.values_list("digest", "hint")]
    assert link.split("/")[2] not in str(kept) and secret not in str(kept)


def test_every_way_in_makes_a_session_that_can_be_ended(client, client_of, ann):
    path = SignInLink.make(ann, "first")
    assert client.post(path).status_code == 302
    other = client.__class__()
    sign_in(other)
    assert UserSession.objects.filter(user=ann).count() == 2
    there = UserSession.objects.get(session_key=client.session.session_key)
    assert other.post(f"/settings/sessions/{there.pk}/end/").status_code == 302
    assert client.get("/companies/").status_code == 302
    assert other.get("/companies/").status_code == 200


def test_sessions_that_have_ended_are_not_listed_and_swept_by_the_clock(client, ann):
    others = [client.__class__() for _n in range(3)]
    for one in (client, *others):
        sign_in(one)
    Session.objects.filter(session_key=others[0].session.session_key).delete()
    Session.objects.filter(session_key=others[1].session.session_key).update(expire_date=timezone.now())
    assert client.get("/settings/sessions/").content.count(b"/end/") == 1  # one's own cannot be ended here
    assert {s.session_key for s in sessions_of(ann)} == {c.session.session_key for c in (client, others[2])}
    assert UserSession.objects.count() == 4
    SignInLink.make(ann, "first")
    SignInLink.objects.update(created_at=timezone.now() - timedelta(days=31))
    forget_old_ways_in.func()
    assert (UserSession.objects.count(), Session.objects.count(), SignInLink.objects.count()) == (2, 2, 0)
    ann.set_password("Novyj-parol-77")
    ann.save(update_fields=["password"])
    assert sessions_of(ann) == []


def test_a_session_of_somebody_else_is_not_there_to_be_ended(client, client_of, ann, ben):
    sign_in(client)
    [mine] = UserSession.objects.filter(user=ann)
    assert client_of(ben).post(f"/settings/sessions/{mine.pk}/end/").status_code == 404
    assert client.get("/companies/").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client, ann):
    other = client.__class__()
    sign_in(client), sign_in(other)
    data = {"old": PASSWORD, "new": "Novyj-parol-77"}
    assert client.post("/settings/password/", {**data, "old": "wrong"}).status_code == 422
    assert client.post("/settings/password/", data).status_code == 302
    assert client.get("/companies/").status_code == 200 and other.get("/companies/").status_code == 302
    assert UserSession.objects.filter(user=ann, session_key=client.session.session_key).exists()


def test_the_address_after_signing_in_is_ours(client, ann):
    ours = client.post("/login/?next=/companies/", {"login": ann.email, "password": PASSWORD, "next": "/companies/"})
    assert ours.url == "/companies/"
    client.post("/logout/")
    theirs = client.post("/login/", {"login": ann.email, "password": PASSWORD, "next": "//evil.example/"})
    assert theirs.status_code == 302 and "evil" not in theirs.url


def test_people_are_made_by_command(monkeypatch, capsys):
    def add(email, password, **more):
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        options = {"role": "manager", "department": None, "name": None, "password_stdin": True, **more}
        return commands.add_user(argparse.Namespace(email=email, **options))

    assert add("Olga@Example.org", "Dvenadcat-stulev", department="Опт") == 0
    assert add("oleg@example.org", "Dvenadcat-stulev", department="опт") == 0
    olga, oleg = User.objects.get(email="olga@example.org"), User.objects.get(email="oleg@example.org")
    assert olga.department_id == oleg.department_id is not None and olga.check_password("Dvenadcat-stulev")
    for email, password in (
        ("OLGA@example.org", "Dvenadcat-stulev"),
        ("nonsense", "Dvenadcat-stulev"),
        ("x@y.org", "1"),
    ):
        with pytest.raises(CommandError):
            add(email, password)
    assert User.objects.count() == 2
    assert commands.make_token(argparse.Namespace(email="olga@example.org", name="t", read_only=False)) == 0
    secret = re.search(r"viz_\S+", capsys.readouterr().out)[0]
    assert ApiToken.lookup(secret) == (olga, frozenset({"read", "write"}))
