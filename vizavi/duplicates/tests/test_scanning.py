"""The scan finds what comparing every pair finds, groups it, goes on after a crash and remembers what people say."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import NotThere, Refused
from vizavi.core.journal import undo
from vizavi.duplicates import scanning, tasks
from vizavi.duplicates.finding import find
from vizavi.duplicates.models import Group, Member, Pair, Scan
from vizavi.duplicates.tests.test_finding import MEANT, reference, spelt
from vizavi.jobs import worker

pytestmark = pytest.mark.django_db
COMPANY = "company"


def make(by, **data):
    return actions.create(registry[COMPANY], data, by)[0]


def scan():
    scanning.carry_out(scanning.begin())
    return groups()


def groups():
    """{members: strong}"""
    found: dict[int, list[int]] = {}
    for pk, record in Member.objects.order_by("record_id").values_list("group", "record_id"):
        found.setdefault(pk, []).append(record)
    return {tuple(ids): Group.objects.get(pk=pk).strong for pk, ids in found.items()}


def test_strong_reasons_are_gathered_and_weak_ones_stand_apart(ann):
    a = make(ann, name="Ромашка", inn="7701234567", phones="84951234567")
    b = make(ann, name="Лютик", inn="7701234567", emails="a@b.ru")
    c = make(ann, name="Третья", emails="a@b.ru")
    d = make(ann, name="ООО Ромашка", inn="7709876543")
    make(ann, name="Одна")
    assert scan() == {(a.pk, b.pk, c.pk): True, (a.pk, d.pk): False}
    assert Group.objects.get(strong=True).reasons == "inn email firm"
    assert not scan().keys() ^ {(a.pk, b.pk, c.pk), (a.pk, d.pk)} and Scan.objects.count() == 1


def test_what_many_share_says_nothing(ann, monkeypatch):
    monkeypatch.setattr(scanning, "SHARED", 3)
    for n in range(4):
        make(ann, name=f"Фирма {n}", phones="84951234567", emails="a@b.ru" if n < 2 else "")
    (found,) = scan().items()
    assert len(found[0]) == 2 and found[1]
    assert set(Pair.objects.get().reasons.split()) == {"email", "phone"}


def test_a_killed_scan_goes_on(ann, monkeypatch):
    for n in range(6):
        make(ann, name=f"Фирма {n // 2}")
    whole = scan()
    monkeypatch.setattr(scanning, "CHUNK", 2)
    real, calls = scanning.pairs_of, []

    def dying(part):
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit
        return real(part)

    monkeypatch.setattr(scanning, "pairs_of", dying)
    tasks.scan_soon()
    with pytest.raises(SystemExit):
        tasks.run_scan.func()
    half = Scan.objects.get(state=Scan.RUNNING)
    assert 0 < half.done < half.total and groups() == whole
    monkeypatch.setattr(scanning, "pairs_of", real)
    assert tasks.scan_soon() == half
    while worker.run_one("test"):
        pass
    assert groups() == whole and Scan.objects.get().pk == half.pk


def test_what_is_not_the_same_leaves_the_list_and_comes_back_by_undo(ann, ben, dan):
    a, b, c = (make(ann, name=f"Ф{n}", inn="7701234567") for n in range(3))
    entity, whole = registry[COMPANY], {(a.pk, b.pk, c.pk): True}
    assert scan() == whole
    for who, error in ((dan, NotThere), (ben, Refused)):
        with pytest.raises(error):
            scanning.not_the_same(entity, [a.pk, b.pk], who)
    scanning.not_the_same(entity, [a.pk, b.pk], ann)
    assert groups() == whole
    assert {m.id for m in find(entity, {"inn": "7701234567"}, ann, exclude=a.pk)} == {c.pk}
    op = scanning.not_the_same(entity, [a.pk, b.pk, c.pk], ann)
    assert groups() == {} == scan()
    assert op.verb == "company.distinct"
    assert not undo(op, ann).obstacles
    assert groups() == whole == scan()


@settings(max_examples=25)
@given(meant=st.lists(MEANT, min_size=2, max_size=7), seed=st.integers(0, 10**6), chunk=st.integers(1, 9))
def test_the_scan_finds_what_comparing_every_pair_finds(meant, seed, chunk, ann):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "CHUNK", chunk)
        values = [spelt(m, seed + n) for n, m in enumerate(meant)]
        pks = [make(ann, **{**v, "name": v["name"] or f"другая {n}"}).pk for n, v in enumerate(values)]
        try:
            scan()
            slow = {
                (pks[a], pks[b]): (any(why.values()), set(why))
                for a, b in combinations(range(len(meant)), 2)
                if (why := reference(meant[a], meant[b]))
            }
            fast = {(p.low_id, p.high_id): (p.strong, set(p.reasons.split())) for p in Pair.objects.all()}
            assert fast == slow
        finally:
            actions.delete(registry[COMPANY], pks, ann)
