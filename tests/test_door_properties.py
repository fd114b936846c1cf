"""Random owners, departments, roles and records: whatever the door forbids comes out by no way; both databases.

The reference is slow and knows nothing of the policy's branches: it goes through people and records one by one.
"""

from __future__ import annotations

import json
import re

from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.cast import make_department, make_user
from tests.test_properties import forget
from vizavi.access import presets
from vizavi.access.models import ApiToken, User
from vizavi.core import actions, door, pages
from vizavi.core.entity import registry
from vizavi.core.journal import can_undo, undo
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.search import find

ROLES = st.sampled_from(list(presets.PRESETS))
#: (role, place in the tree of departments; None: in no department)
PEOPLE = st.lists(st.tuples(ROLES, st.one_of(st.none(), st.integers(0, 3))), min_size=2, max_size=3)
#: (who makes it, whose it becomes (None: nobody's), its company, is it deleted then)
RECORDS = st.lists(
    st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 9)), st.integers(0, 9), st.booleans()),
    min_size=3,
    max_size=5,
)
SECRET = re.compile(r"secret[cp]\d+")


class World:
    """People in a tree of four departments, companies and contacts; what happened to each, remembered by the test."""

    def __init__(self, people, companies, contacts):
        forget()
        self.admin = make_user("Root", "administrator")
        sales = make_department("Продажи")
        north = make_department("Север", sales)
        self.parents = {sales.pk: None, north.pk: sales.pk}
        for name, parent in (("Город", north), ("Сервис", None)):
            self.parents[make_department(name, parent).pk] = parent.pk if parent else None
        places = list(self.parents)
        self.people = [self.admin]
        for n, (role, place) in enumerate(people):
            user = make_user(f"User{n}", role)
            if place is not None:
                actions.update(registry["user"], user.pk, {"department": places[place]}, self.admin)
            self.people.append(User.objects.get(pk=user.pk))
        #: By entity and id: secret, owner, company, whether it is live, who made it and by which operation.
        self.records = {}
        for made in companies:
            self.make("company", *made)
        for made in contacts:
            self.make("contact", *made)
        for (name, pk), r in self.records.items():
            if not r["live"]:
                actions.delete(registry[name], [pk], self.admin)

    def make(self, name, maker, owner, company, deleted):
        entity = registry[name]
        maker = self.people[maker % len(self.people)]
        if presets.scope_of(maker.role, door.CREATE) == presets.NONE:
            maker = self.admin
        owner = self.people[owner % len(self.people)] if owner is not None else None
        known = [pk for (kind, pk), r in self.records.items() if kind == "company"]
        company = known[company % len(known)] if name == "contact" else None
        secret = f"secret{name[0] if name == 'company' else 'p'}{len(self.records)}"
        record, op = actions.create(entity, {"name": f"Альфа {secret}"}, maker)
        changes = {"owner": owner.pk if owner else None, **({"companies": [company]} if company else {})}
        actions.update(entity, record.pk, changes, self.admin)
        self.records[name, record.pk] = {
            "secret": secret, "owner": owner, "company": company, "live": not deleted, "maker": maker, "op": op.pk,
        }  # fmt: skip

    # -- the reference ---------------------------------------------------------------------------------------------

    def above(self, department):
        while department is not None:
            yield department
            department = self.parents[department]

    def reaches(self, user, action, owner):
        """Whether an action of this person reaches the records of this owner."""
        scope = presets.PRESETS[user.role][action]
        if scope in (presets.ALL, presets.NONE) or owner is None:
            return scope == presets.ALL
        if owner.pk == user.pk:
            return True
        if scope == presets.OWN or user.department_id is None or owner.department_id is None:
            return False
        if scope == presets.DEPARTMENT:
            return owner.department_id == user.department_id
        return user.department_id in self.above(owner.department_id)

    def may(self, user, action, entity, live=True, **conditions):
        """Ids of the records of an entity on which this person may do this, by going through all of them."""
        return {
            pk
            for (name, pk), r in self.records.items()
            if name == entity.name
            and r["live"] == live
            and self.reaches(user, door.SEE, r["owner"])
            and self.reaches(user, action, r["owner"])
            and all(r[n] == v for n, v in conditions.items())
        }

    def secrets(self, entity, ids):
        return {self.records[entity.name, pk]["secret"] for pk in ids}


class Looker:
    """One person at all ways out."""

    def __init__(self, world, user):
        self.world, self.user = world, user
        self.client = Client()
        self.client.force_login(user)
        self.token = {"Authorization": f"Bearer {ApiToken.make(user, 'test')[1]}"}
        everything = [(e, live) for e in (registry["company"], registry["contact"]) for live in (True, False)]
        self.allowed = set().union(*(world.secrets(e, world.may(user, door.SEE, e, live)) for e, live in everything))

    def get(self, url, **headers):
        """Status and text; nothing that the door hides may be in it, whatever it is."""
        answer = self.client.get(url, headers=headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = content.decode()
        assert set(SECRET.findall(text)) <= self.allowed, (url, self.user.role)
        return answer.status_code, text

    def api(self, url):
        status, text = self.get(f"/api/v1/{url}", **self.token)
        return status, json.loads(text)

    def look(self):
        for entity in (registry["company"], registry["contact"]):
            self.lists(entity)
            for (name, pk), r in self.world.records.items():
                if name == entity.name and r["live"]:
                    self.record(entity, pk)
        for (name, _pk), r in self.world.records.items():
            self.undo(registry[name], r)
        for url in ("/operations/", "/today/", "/_tray/", "/_badges/"):
            self.get(url)

    def lists(self, entity):
        world, user, reader = self.world, self.user, Reader(self.user)
        seen, base = world.may(user, door.SEE, entity), entity.url()
        secrets = world.secrets(entity, seen)
        assert set(entity.model.objects.visible_to(user).values_list("pk", flat=True)) == seen
        assert pages.count(entity, reader) == (len(seen), True)
        _status, text = self.get(base)
        assert {int(pk) for pk in re.findall(r'data-row="(\d+)"', text)} == seen
        _status, text = self.get(f"{base}?q=альфа&sort=name")
        assert {int(pk) for pk in re.findall(r'data-row="(\d+)"', text)} == seen
        # Page by page, in both directions of a sort, each record once.
        for sort in ("name", "-created_at", "owner" if entity.fields["owner"].sortable else "-name"):
            found, after = [], f"{entity.plural}/?limit=2&sort={sort}"
            while after:
                _status, body = self.api(after)
                found += [row["id"] for row in body["results"]]
                after = (body["next"] or "").partition("/api/v1/")[2]
            assert sorted(found) == sorted(seen)
        whose = self.world.people[-1]
        _status, body = self.api(f"{entity.plural}/?owner={whose.pk}")
        assert {row["id"] for row in body["results"]} == world.may(user, door.SEE, entity, owner=whose)
        if entity.name == "contact":
            companies = world.may(user, door.SEE, registry["company"])
            live = {pk for (n, pk), r in world.records.items() if n == "company" and r["live"]}
            for row in self.api("contacts/")[1]["results"]:
                known = world.records["contact", row["id"]]["company"]
                told = [one["id"] for one in row["companies"]]
                assert told in ([[known]] if known in companies else [[]] if known in live else [[known], []])
        status, text = self.get(f"{base}export.csv")
        may_export = presets.PRESETS[user.role][door.EXPORT] != presets.NONE
        assert status == (200 if may_export else 403)
        if may_export:
            exported = world.secrets(entity, world.may(user, door.EXPORT, entity))
            assert {s for s in SECRET.findall(text) if s[6] == ("c" if entity.name == "company" else "p")} == exported
        for url in (f"/_combo/{entity.plural}/", f"/_combo/{entity.plural}/?q=альфа"):
            assert {s for s in SECRET.findall(self.get(url)[1]) if s in secrets} == secrets
        hits = find("альфа", reader, limit=50, entities=[entity])
        assert {hit.id for hit in hits} == seen
        found = self.api("search/?q=альфа&limit=50")[1]["results"]
        assert {hit["id"] for hit in found if hit["entity"] == entity.name} == seen
        self.get("/search/?q=альфа")
        self.get("/search/_palette/?q=альфа")
        binned = set(SECRET.findall(self.get(f"/bin/?entity={entity.name}")[1]))
        assert binned == world.secrets(entity, world.may(user, door.SEE, entity, live=False))

    def record(self, entity, pk):
        world, user = self.world, self.user
        visible = pk in world.may(user, door.SEE, entity)
        one = entity.url(pk)
        for url in (one, f"{one}_peek/", f"{one}_timeline/"):
            assert self.get(url)[0] == (200 if visible else 404), url
        status, body = self.api(f"{entity.plural}/{pk}/history/?limit=100")
        assert status == (200 if visible else 404)
        if visible and entity.name == "company":
            # What stands in its history of others, and on its cards, are the contacts that this person sees.
            contacts = registry["contact"]
            told = {row["record"] for row in body["results"] if row["entity"] == "contact"}
            linked = {n for (kind, n), r in world.records.items() if kind == "contact" and r["company"] == pk}
            here = world.may(user, door.SEE, contacts, company=pk)
            gone = world.may(user, door.SEE, contacts, live=False, company=pk)
            assert here <= told <= here | gone and told <= linked
            shown = set(SECRET.findall(self.get(one)[1]))
            assert world.secrets(contacts, here) <= shown or len(here) > 5

    def undo(self, entity, r):
        """A creation is undone by whoever did it or an administrator, as far as the record is theirs to delete."""
        user, row = self.user, Operation.objects.get(pk=r["op"])
        mine = row.by_id == user.pk or user.role == "administrator"
        assert self.client.get(f"/operations/{row.pk}/").status_code == (200 if mine else 404)
        assert self.api(f"operations/{row.pk}/")[0] == (200 if mine else 404)
        assert bool(can_undo(row, user)) is mine
        if not mine:
            assert self.client.post(f"/operations/{row.pk}/undo/").status_code == 404
            return
        sees = self.world.reaches(user, door.SEE, r["owner"])
        may = sees and (self.world.reaches(user, door.DELETE, r["owner"]) or row.by_id == user.pk)
        with transaction.atomic():
            result = undo(row, user)
            told = {o.title for o in result.obstacles}
            # Somebody has given it to another meanwhile, which is worked on since: an obstacle, but for who may see it.
            assert result.undone <= may and (may or not SECRET.findall(" ".join(told)))
            transaction.set_rollback(True)


class NothingComesOut(TestCase):
    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(people=PEOPLE, companies=RECORDS, contacts=RECORDS)
    def test_no_way_shows_what_the_door_hides(self, people, companies, contacts):
        world = World(people, companies, contacts)
        # The first is the administrator, from whom nothing is hidden.
        for user in world.people[1:]:
            Looker(world, User.objects.get(pk=user.pk)).look()
