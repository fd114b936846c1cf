"""Merging: everything moves to the survivor, and one undo gives each its own back."""

from __future__ import annotations

import pytest

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Conflict, Invalid, NotThere, Refused
from vizavi.core.journal import history, undo
from vizavi.core.models import Change, Forward, Link, Operation, ReachKey
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.duplicates import merging
from vizavi.duplicates.merging import ALL, merge, moves, pointing
from vizavi.files.store import attach
from vizavi.jobs import worker

pytestmark = pytest.mark.django_db
COMPANY, LEAD = "company", "lead"


def make(kind, by, /, **data):
    return actions.create(registry[kind], data, by)[0]


def fresh(record):
    with unrestricted("a test looks at everything"):
        return type(record).objects.get(pk=record.pk)


def live():
    """All live data but version and updated_*, with the rows derived from them."""
    found = {}
    with unrestricted("a test looks at everything"):
        for entity in registry:
            if entity.has_owner:
                for r in entity.model.objects.alive():
                    kept = [f for f in entity.fields.values() if not (f.computed or f.name.startswith("updated_"))]
                    found[entity.name, r.pk] = {f.name: f.to_json(f.value(r)) for f in kept}
    links = sorted(Link.objects.values_list("entity", "record_id", "field", "target_entity", "target_id"))
    keys = sorted(ReachKey.objects.values_list("entity", "record_id", "kind", "key", "detail"))
    return found, links, keys, sorted(Forward.objects.values_list("record_id", "into_id"))


def titles(record, by):
    """What the history of a record tells: (verb, action, whose)."""
    entries, _older = history(registry[type(record)._meta.model_name], record, Reader(by), limit=200)
    return [(e.operation.verb, e.action, e.source.id if e.source else None) for e in entries]


@pytest.fixture
def pair(ann):
    """Two companies that are one, and what hangs on each."""
    a = make(
        COMPANY, ann, name="ООО «Ромашка»", inn="7701234567", phones="+7 495 123-45-67", comment="первая", revenue="10"
    )
    b = make(
        COMPANY, ann, name="Ромашка", kpp="770101001", phones="+7 912 345-67-89", emails="a@b.ru", comment="вторая"
    )
    return a, b


def test_values_are_chosen_united_and_filled_in(ann, pair):
    a, b = pair
    op = merge(registry[COMPANY], a.pk, [b.pk], ann, picks={"name": str(b.pk)})
    one = fresh(a)
    assert (one.name, one.inn, one.kpp, one.revenue) == ("Ромашка", "7701234567", "770101001", 10)
    assert [p["e164"] for p in one.phones] == ["+74951234567", "+79123456789"]
    assert one.comment == "первая\n\nвторая" and one.emails[0]["value"] == "a@b.ru"
    assert fresh(b).deleted_at is not None
    assert (op.verb, op.entity, op.record_id, op.title) == ("company.merge", COMPANY, a.pk, "ООО «Ромашка» + Ромашка")


def test_without_a_choice_the_name_stays_and_the_newest_filled_value_wins(ann, ben, head, pair):
    a, b = pair
    actions.update(registry[COMPANY], a.pk, {"employees": "5", "website": "a.ru"}, ann)
    actions.update(registry[COMPANY], b.pk, {"employees": "7", "founded_on": "2001-01-01"}, ann)
    merge(registry[COMPANY], a.pk, [b.pk], ann)
    one = fresh(a)
    assert (one.name, one.employees, one.website, str(one.founded_on)) == (
        "ООО «Ромашка»",
        7,
        "https://a.ru",
        "2001-01-01",
    )
    assert one.owner == ann


def test_a_sum_takes_its_currency_along(ann):
    a = make(COMPANY, ann, name="А", revenue="10", currency="RUB")
    b = make(COMPANY, ann, name="Б", revenue="10", currency="USD")
    merge(registry[COMPANY], a.pk, [b.pk], ann, picks={"revenue": b.pk})
    assert (fresh(a).revenue, fresh(a).currency) == (10, "USD")


def test_everything_that_pointed_to_it_points_to_the_survivor_and_back(ann, pair):
    a, b = pair
    vip = make("tag", ann, name="VIP")
    actions.update(registry[COMPANY], b.pk, {"tags": [vip.pk]}, ann)
    person = make(LEAD, ann, name="Пётр", company=b.pk)
    branch = make(COMPANY, ann, name="Филиал", parent=b.pk)
    note = make(
        "note", ann, text="договорились", about=[{"entity": COMPANY, "id": b.pk}, {"entity": COMPANY, "id": a.pk}]
    )
    file, _op = attach(registry[COMPANY], b, "f.txt", [b"x"], ann)
    before, histories = live(), {r: titles(r, ann) for r in (a, b, person)}
    op = merge(registry[COMPANY], a.pk, [b.pk], ann)
    assert fresh(person).company_id == fresh(branch).parent_id == a.pk
    assert fresh(note).about == fresh(file).about == [{"entity": COMPANY, "id": a.pk}]
    assert fresh(a).tags == [vip.pk]
    assert not Link.objects.filter(target_entity=COMPANY, target_id=b.pk).exists()
    told = titles(a, ann)
    assert {(v, act) for v, act, _s in histories[b]} <= {(v, act) for v, act, _s in told}
    assert {(v, act) for v, act, _s in histories[a]} <= {(v, act) for v, act, _s in told}
    result = undo(Operation.objects.get(pk=op.pk), ann)
    assert not result.obstacles and live() == before
    for record, old in histories.items():
        now = titles(record, ann)
        assert now[len(now) - len(old) :] == old
    again = undo(Operation.objects.get(pk=result.operation.pk), ann)
    assert not again.obstacles and fresh(person).company_id == a.pk and Forward.objects.get().into_id == a.pk


def test_roles_of_one_person_at_both_are_kept_together(ann):
    field = registry["note"].fields["about"]
    value = [{"entity": COMPANY, "id": 1}, {"entity": COMPANY, "id": 2}, {"entity": LEAD, "id": 1}]
    moved = field.repointed(value, registry[COMPANY], {1: 2})
    assert moved == [{"entity": COMPANY, "id": 2}, {"entity": LEAD, "id": 1}]


def test_a_company_is_not_its_own_parent_after_a_merge(ann):
    a = make(COMPANY, ann, name="А")
    b = make(COMPANY, ann, name="Б", parent=a.pk)
    c = make(COMPANY, ann, name="В", parent=b.pk)
    merge(registry[COMPANY], b.pk, [a.pk], ann)
    assert fresh(b).parent_id is None and fresh(c).parent_id == b.pk
    op = merge(registry[COMPANY], c.pk, [b.pk], ann)
    assert fresh(c).parent_id is None
    undo(op, ann)
    assert fresh(c).parent_id == b.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_once", [200, 0])
def test_a_head_office_merged_into_a_branch_of_its_branch_makes_no_ring(at_once, ann, monkeypatch):
    monkeypatch.setattr(merging, "AT_ONCE", at_once)
    top = make(COMPANY, ann, name="Холдинг")
    a = make(COMPANY, ann, name="А", parent=top.pk)
    b = make(COMPANY, ann, name="Б", parent=a.pk)
    c = make(COMPANY, ann, name="В", parent=b.pk)

    def parents():
        return [fresh(r).parent_id for r in (top, a, b, c)]

    before = parents()
    op = merge(registry[COMPANY], c.pk, [a.pk], ann)
    monkeypatch.setattr(merging, "AT_ONCE", 200)
    while worker.run_one("test"):
        pass
    assert (fresh(b).parent_id, fresh(c).parent_id) == (c.pk, top.pk)
    result = undo(Operation.objects.get(pk=op.pk), ann)
    assert not result.obstacles and parents() == before
    assert not undo(result.operation, ann).obstacles
    assert (fresh(b).parent_id, fresh(c).parent_id) == (c.pk, top.pk)


def test_what_is_in_the_bin_moves_too(ann, pair):
    a, b = pair
    person = make(LEAD, ann, name="Пётр", company=b.pk)
    actions.delete(registry[LEAD], [person.pk], ann)
    merge(registry[COMPANY], a.pk, [b.pk], ann)
    actions.restore(registry[LEAD], [person.pk], ann)
    assert fresh(person).company_id == a.pk


# -- the door ----------------------------------------------------------------------------------------------------------


def test_all_must_be_changeable_and_the_others_deletable(ann, ben, cat, dan, pair, monkeypatch):
    a, b = pair
    entity = registry[COMPANY]
    theirs = make(COMPANY, ben, name="Чужая")
    for who, error in ((ben, Refused), (cat, Refused), (dan, NotThere)):
        with pytest.raises(error):
            merge(entity, a.pk, [b.pk], who)
    with pytest.raises(Refused):
        merge(entity, a.pk, [theirs.pk], ann)
    from vizavi.access import presets

    monkeypatch.setitem(presets.PRESETS, "manager", {**presets.PRESETS["manager"], "delete": presets.NONE})
    with pytest.raises(Refused):
        merge(entity, a.pk, [b.pk], ann)
    assert not Operation.objects.filter(verb="company.merge").exists()


def test_what_others_own_moves_uncounted_by_name_and_comes_back(ann, dan, administrator, pair):
    a, b = pair
    theirs = make(LEAD, dan, name="Тайный")
    actions.update(registry[LEAD], theirs.pk, {"company": b.pk}, administrator)
    (preview,) = moves(registry[COMPANY], [a.pk, b.pk], [b.pk], Reader(ann))
    assert (preview.total, preview.hidden, preview.refs) == (1, 1, [])
    op = merge(registry[COMPANY], a.pk, [b.pk], ann)
    assert fresh(theirs).company_id == a.pk
    assert Change.objects.get(operation=op, entity=LEAD).implied
    result = undo(op, ann)
    assert not result.obstacles and fresh(theirs).company_id == b.pk
    redone = undo(result.operation, ann)
    assert not redone.obstacles and fresh(theirs).company_id == a.pk
    actions.update(registry[LEAD], theirs.pk, {"company": None}, administrator)
    (obstacle,) = undo(redone.operation, ann).obstacles
    assert (obstacle.entity, obstacle.title) == (LEAD, "")


def test_fields_that_one_may_not_write_are_filled_but_not_chosen(ann, pair, monkeypatch):
    a, b = pair
    from vizavi.access.policy import Policy
    from vizavi.core.door import FieldAccess

    monkeypatch.setattr(
        Policy, "fields", lambda s, u, e: FieldAccess(hidden=frozenset({"kpp"}), readonly=frozenset({"name"}))
    )
    op = merge(registry[COMPANY], a.pk, [b.pk], ann, picks={"name": b.pk, "kpp": a.pk})
    assert (fresh(a).name, fresh(a).kpp) == ("ООО «Ромашка»", "770101001")
    assert not undo(op, ann).obstacles and fresh(a).kpp == ""


@pytest.mark.parametrize("ids", [[], [1, 2, 3, 4, 5, 6]])
def test_from_two_to_five_are_merged(ids, ann, pair):
    with pytest.raises(Invalid):
        merge(registry[COMPANY], pair[0].pk, ids, ann)
    with pytest.raises(NotThere):
        merge(registry[COMPANY], pair[0].pk, [2**62], ann)
    with pytest.raises(Refused):
        merge(registry["note"], 1, [2], ann)


def test_a_choice_that_makes_no_sense_is_said_by_the_field(ann, pair):
    a, b = pair
    for pick in ("nobody", "999999", ALL):
        with pytest.raises(Invalid) as refused:
            merge(registry[COMPANY], a.pk, [b.pk], ann, picks={"name": pick})
        assert list(refused.value.errors) == ["name"]
    many = make(COMPANY, ann, name="Много", phones=", ".join(f"+7 912 000-00-{n:02}" for n in range(20)))
    with pytest.raises(Invalid) as refused:
        merge(registry[COMPANY], a.pk, [many.pk], ann)
    assert list(refused.value.errors) == ["phones"]


def test_somebody_who_was_faster_is_not_overwritten(ann, pair):
    a, b = pair
    seen = {r.pk: fresh(r).version for r in pair}
    actions.update(registry[COMPANY], b.pk, {"comment": "новое"}, ann)
    with pytest.raises(Conflict):
        merge(registry[COMPANY], a.pk, [b.pk], ann, versions=seen)
    seen[b.pk] = fresh(b).version
    actions.update(registry[COMPANY], a.pk, {"kpp": "1"}, ann)
    with pytest.raises(Conflict):
        merge(registry[COMPANY], a.pk, [b.pk], ann, versions=seen, picks={"kpp": b.pk})
    assert fresh(b).deleted_at is None


def test_a_field_changed_after_the_merge_stays_when_it_is_undone(ann, pair):
    a, b = pair
    op = merge(registry[COMPANY], a.pk, [b.pk], ann)
    actions.update(registry[COMPANY], a.pk, {"comment": "потом"}, ann)
    result = undo(op, ann)
    assert [(o.field, o.record_id) for o in result.obstacles] == [("comment", a.pk)]
    assert fresh(a).comment == "потом" and fresh(b).deleted_at is None


# -- where the others went ---------------------------------------------------------------------------------------------


def test_old_addresses_lead_to_the_survivor_until_the_merge_is_undone(ann, dan, pair, client_of):
    from vizavi.access.models import ApiToken

    a, b = pair
    c = make(COMPANY, ann, name="Третья")
    client, token = client_of(ann), {"Authorization": f"Bearer {ApiToken.make(ann, 't')[1]}"}
    merge(registry[COMPANY], a.pk, [b.pk], ann)
    op = merge(registry[COMPANY], c.pk, [a.pk], ann)
    for path in ("", "edit/", "_peek/"):
        answer = client.get(f"/companies/{b.pk}/{path}")
        assert (answer.status_code, answer.url) == (301, f"/companies/{c.pk}/{path}")
        assert answer["Cache-Control"] == "no-store"
    assert client.get(f"/companies/{b.pk}/?merged=1").status_code == 200
    assert client.post(f"/companies/{b.pk}/delete/").status_code == 404
    answer = client.get(f"/api/v1/companies/{b.pk}/history/?limit=3", headers=token)
    assert answer.status_code == 301 and answer["Location"].endswith(f"/api/v1/companies/{c.pk}/history/?limit=3")
    assert answer.json() == {"merged_into": c.pk}
    refused = client.delete(f"/api/v1/companies/{b.pk}/", headers=token)
    assert refused.status_code == 404 and refused.json()["error"]["code"] == "merged"
    assert client_of(dan).get(f"/companies/{b.pk}/").status_code == 404
    undo(op, ann)
    assert client.get(f"/companies/{b.pk}/").url == f"/companies/{a.pk}/"
    assert client.get(f"/companies/{a.pk}/").status_code == 200


def test_an_address_leads_on_after_the_bin_was_emptied(ann, pair, client_of):
    from datetime import timedelta

    from django.utils import timezone

    from vizavi.jobs.tasks import purge_some

    a, b = pair
    merge(registry[COMPANY], a.pk, [b.pk], ann)
    purge_some(registry[COMPANY], timezone.now() + timedelta(days=1))
    assert client_of(ann).get(f"/companies/{b.pk}/").status_code == 301


# -- much ------------------------------------------------------------------------------------------------------------


def crowd(company, by, count):
    from vizavi.core.journal import operation

    entity = registry[LEAD]
    with operation("import", by=by) as op:
        op.create([actions.build(entity, {"name": f"Человек {n}", "company": company.pk}, by) for n in range(count)])


def at(company):
    with unrestricted("a test counts"):
        return registry[LEAD].model.objects.filter(company=company).count()


@pytest.mark.django_db(transaction=True)
def test_much_is_merged_by_a_job_in_chunks_and_undone(ann, pair, monkeypatch):
    a, b = pair
    crowd(b, ann, 230)
    before = live()
    op = merge(registry[COMPANY], a.pk, [b.pk], ann)
    assert op.state == Operation.RUNNING and at(b) == 230
    while worker.run_one("test"):
        pass
    op = Operation.objects.get(pk=op.pk)
    assert (op.state, at(a), at(b), op.record_id) == (Operation.FINISHED, 230, 0, a.pk)
    assert op.checkpoint["done"] == op.total == 232
    assert fresh(b).deleted_at is not None and fresh(a).kpp == "770101001"
    undo(op, ann)
    assert live() == before


@pytest.mark.django_db(transaction=True)
def test_a_killed_merge_goes_on_where_it_was(ann, pair, monkeypatch):
    a, b = pair
    crowd(b, ann, 230)
    op = merge(registry[COMPANY], a.pk, [b.pk], ann)
    real, calls = merging.repoint, []

    def dying(*args):
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit
        return real(*args)

    monkeypatch.setattr(merging, "repoint", dying)
    with pytest.raises(SystemExit):
        merging.run_merge.func(op.pk)
    assert Operation.objects.get(pk=op.pk).state == Operation.INTERRUPTED and 0 < at(a) < 230
    make(LEAD, ann, name="Пришёл позже", company=b.pk)
    monkeypatch.setattr(merging, "repoint", real)
    merging.run_merge.func(op.pk)
    assert (at(a), at(b)) == (231, 0) and fresh(b).deleted_at is not None
    assert Operation.objects.get(pk=op.pk).state == Operation.FINISHED


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_merge_can_be_undone(ann, pair, monkeypatch):
    a, b = pair
    crowd(b, ann, 230)
    before = live()
    op = merge(registry[COMPANY], a.pk, [b.pk], ann)
    actions.update(registry[COMPANY], a.pk, {"kpp": "1"}, ann)
    while worker.run_one("test"):
        pass
    op = Operation.objects.get(pk=op.pk)
    assert op.state == Operation.CANCELLED and op.checkpoint["problem"] and fresh(b).deleted_at is None
    undo(op, ann)
    actions.update(registry[COMPANY], a.pk, {"kpp": ""}, ann)
    assert live() == before


# -- nothing is forgotten ----------------------------------------------------------------------------------------------


def test_every_foreign_key_to_what_can_be_merged_is_a_field_of_an_entity():
    """A table that points to a client without being declared would be left behind by a merge."""
    from django.apps import apps
    from django.db.models import ForeignKey

    for entity in registry:
        if not entity.duplicates:
            continue
        known = {(f.entity.model, f.column) for f in pointing(entity)}
        # Not what a test of the kinds has made for itself.
        for model in (m for m in apps.get_models() if ".tests." not in m.__module__):
            for column in model._meta.fields:
                if isinstance(column, ForeignKey) and column.remote_field.model is entity.model:
                    assert (model, column) in known, f"{model.__name__}.{column.name}"


@pytest.mark.parametrize("count", [1, 25])
def test_queries_do_not_grow_with_what_moves(count, ann, pair, django_assert_max_num_queries):
    a, b = pair
    crowd(b, ann, count)
    with django_assert_max_num_queries(90):
        merge(registry[COMPANY], a.pk, [b.pk], ann)


def test_the_api_merges_and_says_what_is_wrong(ann, dan, pair, client_of):
    from vizavi.access.models import ApiToken

    a, b = pair
    client = client_of(ann)

    def post(data, by=ann, **headers):
        headers["Authorization"] = f"Bearer {ApiToken.make(by, 't')[1]}"
        url = f"/api/v1/companies/{a.pk}/merge/"
        return client.post(url, data, content_type="application/json", headers=headers)

    for data, field in (
        ({}, "ids"),
        ({"ids": "2"}, "ids"),
        ({"ids": [b.pk], "values": []}, "values"),
        ({"ids": [b.pk], "x": 1}, "x"),
    ):
        answer = post(data)
        assert answer.status_code == 422 and list(answer.json()["error"]["fields"]) == [field], data
    assert post({"ids": [b.pk], "values": {"inn": "1" * 25}}).json()["error"]["fields"].keys() == {"inn"}
    assert post({"ids": [b.pk]}, dan).status_code == post({"ids": [10**6]}).status_code == 404
    assert post({"ids": [a.pk]}).status_code == 422
    old = a.version
    actions.update(registry[COMPANY], a.pk, {"comment": "новое"}, ann)
    refused = post({"ids": [b.pk], "values": {"comment": "третье"}}, **{"If-Match": f'"{old}"'})
    assert refused.status_code == 409
    answer = post({"ids": [b.pk], "values": {"name": "Ромашка", "parent": b.pk}})
    assert answer.status_code == 200 and answer.json()["name"] == "Ромашка" and answer.json()["parent"] is None
    assert Operation.objects.get(pk=answer["Operation-Id"]).via == "api"
    crowd(c := make(COMPANY, ann, name="Большая"), ann, 201)
    answer = post({"ids": [c.pk]})
    assert answer.status_code == 202 and Operation.objects.get(pk=answer["Operation-Id"]).state == Operation.RUNNING
