"""The named cast over every entity and every way in: what the door hides, no way shows."""

from __future__ import annotations

import json

import pytest

from vizavi.access.models import ApiToken
from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.journal import history, undo
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.search import find

pytestmark = pytest.mark.django_db
#: Every entity whose records somebody owns and that has pages; a new one is tried without a word here.
OWNED = [e.name for e in registry if e.has_owner and e.pages]
SECRET_NAME = "Незабудка"


@pytest.fixture
def cast(ann, ben, head, cat, dan, administrator):
    return {"owner": ann, "teammate": ben, "head": head, "reader": cat, "stranger": dan, "administrator": administrator}


def secret(entity):
    """The values of a record with the secret name in it: in the first text that is searched, and in what must be there."""
    found = next(n for n in entity.search if entity.fields[n].editable)
    return dict.fromkeys([found, *(f.name for f in entity.fields.values() if f.needed)], SECRET_NAME)


SEES = {"owner": True, "teammate": True, "head": True, "reader": True, "stranger": False, "administrator": True}
CHANGES = {"owner": True, "teammate": False, "head": True, "reader": False, "stranger": False, "administrator": True}
EXPORTS = {"owner": True, "teammate": False, "head": True, "reader": False, "stranger": False, "administrator": True}


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("name", OWNED)
def test_every_way_of_reading_agrees_with_the_door(name, who, cast, client_of):
    entity = registry[name]
    record, _op = actions.create(entity, secret(entity), cast["owner"])
    user, seen = cast[who], SEES[who]
    client, one = client_of(user), entity.url(record.pk)
    assert bool(entity.model.objects.visible_to(user).filter(pk=record.pk)) is seen
    for url in (
        entity.url(),
        f"{entity.url()}?q={SECRET_NAME}",
        f"/_combo/{entity.plural}/?q={SECRET_NAME}",
        f"/search/?q={SECRET_NAME}",
        f"/search/_palette/?q={SECRET_NAME}",
    ):
        shown = client.get(url).content.decode().replace(f'value="{SECRET_NAME}"', "")
        rows = shown.count(f"/{entity.plural}/{record.pk}/") + shown.count(f'data-id="{record.pk}"')
        assert bool(rows) is seen, url
    for url in (one, f"{one}_peek/", f"{one}_timeline/"):
        assert client.get(url).status_code == (200 if seen else 404), url
    assert bool(find(SECRET_NAME, Reader(user))) is seen
    token = {"Authorization": f"Bearer {ApiToken.make(user, 't')[1]}"}
    assert client.get(f"/api/v1/{entity.plural}/{record.pk}/", headers=token).status_code == (200 if seen else 404)
    results = client.get(f"/api/v1/{entity.plural}/", headers=token).json()["results"]
    assert bool(results) is seen
    assert client.get(f"/api/v1/{entity.plural}/{record.pk}/history/", headers=token).status_code == (
        200 if seen else 404
    )
    found = client.get(f"/api/v1/search/?q={SECRET_NAME}", headers=token).json()["results"]
    assert bool(found) is seen
    out = client.get(f"{entity.url()}export.csv")
    text = b"".join(out.streaming_content).decode() if out.status_code == 200 else ""
    assert (SECRET_NAME in text) is EXPORTS[who]


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("name", OWNED)
def test_every_way_of_writing_agrees_with_the_door(name, who, cast, client_of):
    entity = registry[name]
    record, _op = actions.create(entity, secret(entity), cast["owner"])
    field = next(iter(secret(entity)))
    user, may = cast[who], CHANGES[who]
    refused = 403 if SEES[who] else 404
    client, one = client_of(user), entity.url(record.pk)
    assert bool(door.can(user, door.CHANGE, entity, record)) is may
    partial = {"HX-Request": "true"}
    assert client.get(f"{one}_field/{field}/", headers=partial).status_code == (200 if may else refused)
    answer = client.post(f"{one}_field/{field}/", {field: "Иначе", "version": 1}, headers=partial)
    assert answer.status_code == (200 if may else refused)
    assert client.get(f"{one}edit/").status_code == (200 if may else refused)
    token = {"Authorization": f"Bearer {ApiToken.make(user, 't')[1]}"}
    patched = client.patch(
        f"/api/v1/{entity.plural}/{record.pk}/",
        json.dumps({field: "Ещё"}),
        content_type="application/json",
        headers=token,
    )
    assert patched.status_code == (200 if may else refused)
    assert client.post(f"{one}delete/").status_code == (302 if may else refused)
    if may:
        assert client.post(f"{one}restore/").status_code == 302


def test_a_stranger_undoes_nothing_of_others(cast, client_of):
    _record, op = actions.create(registry["company"], {"name": SECRET_NAME}, cast["owner"])
    for who in ("teammate", "reader", "stranger", "head"):
        assert client_of(cast[who]).post(f"/operations/{op.pk}/undo/").status_code == 404
        assert client_of(cast[who]).get(f"/operations/{op.pk}/").status_code == 404
    assert client_of(cast["administrator"]).get(f"/operations/{op.pk}/").status_code == 200


def test_a_history_leaves_out_what_its_reader_may_not_see(cast):
    company, _ = actions.create(registry["company"], {"name": "Общая"}, cast["owner"])
    hidden, _ = actions.create(registry["contact"], {"name": SECRET_NAME, "companies": [company.pk]}, cast["owner"])
    actions.update(registry["company"], company.pk, {"owner": cast["stranger"].pk}, cast["administrator"])
    entries, _ = history(registry["company"], company, Reader(cast["stranger"]))
    assert all(SECRET_NAME not in (e.source.title if e.source else "") for e in entries)
    assert hidden.pk


def test_rights_follow_a_change_of_department_at_once(cast, client_of, company_tree):
    record, _ = actions.create(registry["company"], {"name": SECRET_NAME}, cast["owner"])
    client = client_of(cast["stranger"])
    assert client.get(f"/companies/{record.pk}/").status_code == 404
    actions.update(
        registry["user"], cast["stranger"].pk, {"department": company_tree["north"].pk}, cast["administrator"]
    )
    assert client.get(f"/companies/{record.pk}/").status_code == 200


def test_undo_asks_the_door_for_each_record(cast):
    record, _ = actions.create(registry["company"], {"name": "Первая"}, cast["owner"])
    _record, op = actions.update(registry["company"], record.pk, {"name": "Вторая"}, cast["owner"])
    actions.update(registry["company"], record.pk, {"owner": cast["stranger"].pk}, cast["administrator"])
    result = undo(Operation.objects.get(pk=op.pk), cast["owner"])
    assert result.undone == 0 and result.obstacles
