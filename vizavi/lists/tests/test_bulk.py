"""Acting on many: what may be changed is, the rest is named, more than a request can do is a job that nothing loses."""

from __future__ import annotations

import json

import pytest

from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.errors import Refused
from vizavi.core.journal import undo
from vizavi.core.models import Operation, Skipped
from vizavi.jobs import worker
from vizavi.jobs.models import Job
from vizavi.lists import bulk, tasks

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true"}


def companies(by, count, **data):
    return [actions.create(registry["company"], {"name": f"Фирма {n}", **data}, by)[0] for n in range(count)]


def kinds(by) -> list[str]:
    return sorted(registry["company"].model.objects.visible_to(by).values_list("kind", flat=True))


def run_jobs() -> None:
    while worker.run_one("test"):
        pass


@pytest.fixture
def few(monkeypatch):
    """So many rows are already too many for a request."""
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 3)


def test_a_small_change_is_done_at_once_and_undone_as_one(ann, client_of):
    ids = [c.pk for c in companies(ann, 3, kind="client")]
    client = client_of(ann)
    dialog = client.post("/companies/_bulk/", {"ids": ids, "do": "ask:kind", "back": "sort=name"}, headers=PARTIAL)
    assert "3 записи" in dialog.content.decode() and f'value="{",".join(map(str, ids))}"' in dialog.content.decode()
    done = client.post(
        "/companies/_bulk/",
        {"ids": ",".join(map(str, ids)), "do": "set", "field": "kind", "kind": "partner"},
        headers=PARTIAL,
    )
    assert done.status_code == 204 and kinds(ann) == ["partner"] * 3
    op = Operation.objects.latest("pk")
    assert (op.verb, op.changes, op.title) == ("company.bulk", 3, "Тип: Партнёр")
    undo(op, ann)
    assert kinds(ann) == ["client"] * 3


def test_a_wrong_value_is_told_in_the_dialog_and_nothing_is_done(ann, client_of):
    ids = [c.pk for c in companies(ann, 2, employees="7")]
    answer = client_of(ann).post(
        "/companies/_bulk/", {"ids": ids, "do": "set", "field": "employees", "employees": "много"}, headers=PARTIAL
    )
    text = answer.content.decode()
    assert answer.status_code == 422 and "Введите число" in text and 'value="много"' in text and "2 записи" in text
    assert Operation.objects.filter(verb="company.bulk").count() == 0


@pytest.mark.parametrize("who, changed", [("ann", 2), ("ben", 1), ("head", 3), ("administrator", 3)])
def test_each_person_changes_what_they_may_and_the_rest_is_named(
    who, changed, ann, ben, head, administrator, client_of
):
    ids = [c.pk for c in [*companies(ann, 2, kind="client"), *companies(ben, 1, kind="client")]]
    user = {"ann": ann, "ben": ben, "head": head, "administrator": administrator}[who]
    client = client_of(user)
    answer = client.post("/companies/_bulk/", {"ids": ids, "field": "kind", "kind": "partner"}, headers=PARTIAL)
    assert kinds(administrator).count("partner") == changed
    op = Operation.objects.latest("pk")
    assert Skipped.objects.filter(operation=op).count() == 3 - changed
    if changed < 3:
        toast = json.loads(answer["HX-Trigger"])["toast"]
        page = client.get(toast["link"]["url"]).content.decode()
        assert page.count("<tr data-row=") == 3 - changed
        assert "Эту запись вам менять нельзя" in client.get(f"/operations/{op.pk}/").content.decode()


def test_a_stranger_and_a_reader_change_nothing(ann, dan, cat, client_of):
    ids = [c.pk for c in companies(ann, 2, kind="client")]
    for user in (dan, cat):
        client = client_of(user)
        for data in ({"ids": ids}, {"all": "1", "back": ""}):
            for do in ({"field": "kind", "kind": "partner"}, {"do": "delete"}, {"do": "delete", "sure": "1"}):
                assert client.post("/companies/_bulk/", {**data, **do}).status_code in (302, 403)
        run_jobs()
    assert kinds(ann) == ["client"] * 2 and Operation.objects.filter(verb__endswith="bulk").count() == 0


def test_tags_are_added_and_removed_without_losing_others(ann, client_of):
    tag = registry["tag"]
    one, two = (actions.create(tag, {"name": n}, ann)[0].pk for n in ("важный", "осень"))
    first, second = companies(ann, 2)
    actions.update(registry["company"], first.pk, {"tags": [one]}, ann)
    client = client_of(ann)
    ids = [first.pk, second.pk]
    client.post("/companies/_bulk/", {"ids": ids, "field": "tags", "tags": ["", two], "mode": "add"})
    tags = lambda: [actions.fetch(registry["company"], pk, ann).tags for pk in ids]  # noqa: E731
    assert tags() == [[one, two], [two]]
    client.post("/companies/_bulk/", {"ids": ids, "field": "tags", "tags": ["", one], "mode": "remove"})
    assert tags() == [[two], [two]]
    client.post("/companies/_bulk/", {"ids": ids, "field": "tags", "tags": ["", one], "mode": "set"})
    assert tags() == [[one], [one]]


def test_all_of_a_filter_is_what_the_filter_finds_and_not_the_page(ann, dan, client_of, few):
    companies(ann, 7, kind="client"), companies(ann, 2, kind="supplier"), companies(dan, 2, kind="client")
    client = client_of(ann)
    answer = client.post(
        "/companies/_bulk/", {"all": "1", "back": "kind=client", "field": "kind", "kind": "partner"}, headers=PARTIAL
    )
    assert "tray" in answer["HX-Trigger"] and kinds(ann).count("partner") == 0
    assert "0 %" in client.get("/_tray/").content.decode()
    run_jobs()
    assert kinds(ann) == ["partner"] * 7 + ["supplier"] * 2 and kinds(dan) == ["client"] * 2
    op = Operation.objects.latest("pk")
    assert (op.state, op.changes, op.total, op.checkpoint["changed"]) == (Operation.FINISHED, 7, 7, 7)
    told = client.get(f"/_tray/?seen={op.pk}")
    assert "7" in json.loads(told["HX-Trigger"])["toast"]["text"] and "tray__b" not in told.content.decode()
    undo(op, ann)
    assert kinds(ann) == ["client"] * 7 + ["supplier"] * 2


def test_what_comes_after_the_beginning_is_not_changed(ann, few):
    companies(ann, 5, kind="client")
    row = tasks.begin_bulk(registry["company"], [("kind", "client")], {"kind": "partner"}, "set", ann, title="")
    chunk, late = tasks._chunk, []

    def with_a_latecomer(*args):
        if not late:
            late.extend(companies(ann, 1, kind="client"))
        return chunk(*args)

    tasks._chunk = with_a_latecomer
    try:
        tasks.run_bulk.func(row.pk)
    finally:
        tasks._chunk = chunk
    assert kinds(ann) == ["client"] + ["partner"] * 5


class Killed(BaseException):
    """What no `except Exception` of the program catches: as if the process were gone."""


def test_a_killed_job_goes_on_from_where_it_was_and_does_nothing_twice(ann, monkeypatch):
    companies(ann, 40, kind="client")
    row = tasks.begin_bulk(registry["company"], [("kind", "client")], {"kind": "partner"}, "set", ann, title="")
    chunk, calls = tasks._chunk, []
    monkeypatch.setattr("vizavi.core.journal.long.LongOp.chunk", _small(12))

    def dies(*args):
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        return chunk(*args)

    monkeypatch.setattr(tasks, "_chunk", dies)
    with pytest.raises(Killed):
        tasks.run_bulk.func(row.pk)
    row.refresh_from_db()
    assert row.state == Operation.INTERRUPTED and kinds(ann).count("partner") == 24 == row.checkpoint["done"]
    monkeypatch.setattr(tasks, "_chunk", chunk)
    tasks.run_bulk.func(row.pk)
    row.refresh_from_db()
    assert (row.state, row.changes, row.checkpoint["changed"]) == (Operation.FINISHED, 40, 40)
    assert row.rows.values("record_id").distinct().count() == 40
    tasks.run_bulk.func(row.pk)
    assert row.rows.count() == 40


def _small(size):
    """Chunks of a fixed size."""
    from vizavi.core.journal.long import LongOp

    whole = LongOp.chunk

    def chunk(self, **checkpoint):
        self.size = self.smallest = self.largest = size
        return whole(self, **checkpoint)

    return chunk


def test_a_stopped_job_keeps_what_is_done_and_can_be_undone(ann, client_of, monkeypatch):
    companies(ann, 30, kind="client")
    row = tasks.begin_bulk(registry["company"], [("kind", "client")], {"kind": "partner"}, "set", ann, title="")
    monkeypatch.setattr("vizavi.core.journal.long.LongOp.chunk", _small(10))
    chunk = tasks._chunk

    def then_stop(*args):
        chunk(*args)
        client_of(ann).post(f"/operations/{row.pk}/cancel/")

    monkeypatch.setattr(tasks, "_chunk", then_stop)
    run_jobs()
    row.refresh_from_db()
    assert row.state == Operation.CANCELLED and kinds(ann).count("partner") == 10
    undo(row, ann)
    assert kinds(ann) == ["client"] * 30


def test_a_wish_to_stop_in_the_middle_of_a_chunk_is_not_lost(ann, monkeypatch):
    companies(ann, 30, kind="client")
    row = tasks.begin_bulk(registry["company"], [("kind", "client")], {"kind": "partner"}, "set", ann, title="")
    monkeypatch.setattr("vizavi.core.journal.long.LongOp.chunk", _small(10))
    change = tasks.bulk_chunk

    def and_stop(op, *args):
        change(op, *args)
        Operation.objects.filter(pk=row.pk).update(cancel=True)

    monkeypatch.setattr(tasks, "bulk_chunk", and_stop)
    run_jobs()
    row.refresh_from_db()
    assert row.state == Operation.CANCELLED and kinds(ann).count("partner") == 10


def test_nobody_stops_what_is_not_theirs(ann, ben, client_of):
    row = tasks.begin_bulk(registry["company"], [("kind", "client")], {"kind": "partner"}, "set", ann, title="")
    assert client_of(ben).post(f"/operations/{row.pk}/cancel/").status_code == 404
    assert "tray__b" not in client_of(ben).get("/_tray/").content.decode()


def test_rights_that_are_lost_on_the_way_count_from_then_on(ann, administrator, monkeypatch):
    companies(ann, 30, kind="client")
    row = tasks.begin_bulk(registry["company"], [("kind", "client")], {"kind": "partner"}, "set", ann, title="")
    monkeypatch.setattr("vizavi.core.journal.long.LongOp.chunk", _small(10))
    chunk, calls = tasks._chunk, []

    def then_readonly(*args):
        chunk(*args)
        calls.append(1)
        if len(calls) == 1:
            actions.update(registry["user"], ann.pk, {"role": "readonly"}, administrator)

    monkeypatch.setattr(tasks, "_chunk", then_readonly)
    tasks.run_bulk.func(row.pk)
    row.refresh_from_db()
    assert kinds(administrator).count("partner") == 10 and row.checkpoint["skipped"] == 20
    assert Skipped.objects.filter(operation=row).count() == 20


def test_a_job_that_can_no_longer_be_understood_ends_with_the_reason(ann, client_of):
    companies(ann, 2)
    row = tasks.begin_bulk(registry["company"], [("gone", "x")], {"kind": "partner"}, "set", ann, title="")
    run_jobs()
    row.refresh_from_db()
    assert row.state == Operation.INTERRUPTED and "gone" in row.checkpoint["error"]
    assert Job.objects.get(args=[row.pk]).state == Job.DONE
    assert "gone" in client_of(ann).get(f"/operations/{row.pk}/").content.decode()


def test_what_a_rule_over_all_records_forbids_is_left_alone_and_the_rest_is_done(administrator, ann):
    people = registry["user"]
    others = [
        actions.create(people, {"name": f"А{n}", "email": f"a{n}@example.org", "role": "administrator"}, administrator)[
            0
        ]
        for n in range(3)
    ]
    row = tasks.begin_bulk(people, [("role", "administrator")], {"role": "readonly"}, "set", administrator, title="")
    tasks.run_bulk.func(row.pk)
    left = [u for u in people.model.objects.alive() if u.role == "administrator"]
    assert len(left) >= 1 and len(others) == 3
    assert not door.can(ann, door.CHANGE, people)


def test_deleting_many_by_a_filter_asks_once_and_can_be_undone(ann, client_of, few):
    companies(ann, 6, kind="client")
    client = client_of(ann)
    data = {"all": "1", "back": "kind=client", "do": "delete"}
    asked = client.post("/companies/_bulk/", data, headers=PARTIAL).content.decode()
    assert "6 записей" in asked and 'name="sure"' in asked and len(kinds(ann)) == 6
    client.post("/companies/_bulk/", {**data, "sure": "1"}, headers=PARTIAL)
    run_jobs()
    assert kinds(ann) == []
    undo(Operation.objects.latest("pk"), ann)
    assert len(kinds(ann)) == 6


def test_the_selection_is_exported_with_the_columns_on_the_screen(ann, ben, client_of):
    mine, other = companies(ann, 1, inn="7707083893"), companies(ben, 1)
    client = client_of(ann)
    data = {"ids": [mine[0].pk, other[0].pk], "do": "export.csv", "cols": "name:200,inn"}
    url = client.post("/companies/_bulk/", data, headers=PARTIAL)["HX-Redirect"]
    text = b"".join(client.get(url).streaming_content).decode("utf-8-sig")
    # What one may not export stays out, whatever is ticked.
    assert text.splitlines() == ["Название;ИНН", "Фирма 0;7707083893"]


def test_a_refused_subscriber_of_the_change_is_the_answer(ann, client_of, monkeypatch):
    [record] = companies(ann, 1)

    def refuse(*args, **kwargs):
        raise Refused("так нельзя")

    monkeypatch.setattr("vizavi.lists.change.bulk_chunk", refuse)
    answer = client_of(ann).post("/companies/_bulk/", {"ids": [record.pk], "field": "kind", "kind": "partner"})
    assert answer.status_code == 403 and "так нельзя" in answer.content.decode()
