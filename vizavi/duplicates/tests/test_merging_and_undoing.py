"""Whatever is merged and undone keeps every link, file and line of history; both databases."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from tests.cast import make_department, make_user
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.journal import history, undo
from vizavi.core.models import Forward, Operation, TimelineRow
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.duplicates import merging
from vizavi.duplicates.tests.test_merging import live
from vizavi.files.store import attach

COMPANIES, CONTACTS = 4, 4
#: What a contact (and a lead beside it) hangs on, by the number of the company: relations, a custom one, a note, a file.
LINK = st.tuples(*(st.integers(0, COMPANIES - 1) for _ in range(4)))
STEP = st.one_of(
    st.tuples(
        st.just("merge"), st.lists(st.integers(0, COMPANIES - 1), min_size=2, max_size=4, unique=True), st.none()
    ),
    st.tuples(
        st.just("people"), st.lists(st.integers(0, CONTACTS - 1), min_size=2, max_size=3, unique=True), st.none()
    ),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("edit"), st.lists(st.integers(0, COMPANIES - 1), min_size=1, max_size=1), st.sampled_from("абв")),
    st.tuples(
        st.just("parent"), st.lists(st.integers(0, COMPANIES - 1), min_size=2, max_size=2, unique=True), st.none()
    ),
    st.tuples(st.just("lead"), st.lists(st.integers(0, COMPANIES - 1), min_size=1, max_size=1), st.integers(0, 3)),
)


def points():
    """What every live record points to, field by field: {(entity, id, field): targets}."""
    found = {}
    with unrestricted("a test looks at everything"):
        for entity in registry:
            if entity.has_owner:
                for r in entity.model.objects.alive():
                    for f in entity.journaled:
                        targets = {(t.name, pk) for t, pk in f.points_to(f.value(r)) if t.duplicates}
                        if targets:
                            found[entity.name, r.pk, f.name] = targets
    return found


def told(record, by):
    """The history of a record as a bag of changes."""
    entries, _older = history(registry[type(record)._meta.model_name], record, Reader(by), limit=500)
    return Counter((e.operation.pk, e.action, e.source.id if e.source else record.pk) for e in entries)


class MergingAndUndoing(TransactionTestCase):
    """hypothesis wants a fresh database for each example."""

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(
        links=st.lists(LINK, min_size=CONTACTS, max_size=CONTACTS), steps=st.lists(STEP, max_size=6), long=st.booleans()
    )
    def test_nothing_is_lost_by_merging_and_everything_comes_back(self, links, steps, long):
        with pytest.MonkeyPatch.context() as patch:
            if long:
                patch.setattr(merging, "AT_ONCE", 2)
            self._try(links, steps)

    def _try(self, links, steps):
        by = make_user("Ann", "administrator", make_department("Продажи"))
        field = {"entity_name": "contact", "key": "firm", "label": "Фирма", "kind": "relation", "target": "company"}
        actions.create(registry["customfield"], field, by)
        companies = [
            actions.create(registry["company"], {"name": f"Фирма {n}", "phones": f"+7 912 000-00-0{n}"}, by)[0]
            for n in range(COMPANIES)
        ]
        contacts, leads = [], []
        for n, (firm, custom, note, file) in enumerate(links):
            data = {"name": f"Человек {n}", "companies": [companies[firm].pk], "x_firm": companies[custom].pk}
            contacts.append(actions.create(registry["contact"], data, by)[0])
            lead = {"title": f"Лид {n}", "company": companies[firm].pk, "contact": contacts[n].pk}
            leads.append(actions.create(registry["lead"], lead, by)[0])
            about = [{"entity": "company", "id": companies[note].pk}, {"entity": "contact", "id": contacts[n].pk}]
            actions.create(registry["note"], {"text": f"заметка {n}", "about": about}, by)
            attach(registry["company"], companies[file], f"{n}.txt", [str(n).encode()], by)
        records = {"company": companies, "contact": contacts}
        start, first = live(), Operation.objects.order_by("-pk").values_list("pk", flat=True)[0]
        before = {(r, n): told(r, by) for n, found in records.items() for r in found}
        rows = set(TimelineRow.objects.values_list("pk", "entity", "record_id"))
        done: list[int] = []
        for kind, which, value in steps:
            entity = registry["contact" if kind == "people" else "company"]
            there = [records[entity.name][n] for n in which or ()]
            gone = set(Forward.objects.filter(entity=entity.name).values_list("record_id", flat=True))
            alive = [r.pk for r in there if r.pk not in gone]
            if kind in ("merge", "people") and len(alive) > 1:
                done.append(self._merge(entity, alive, by))
            elif kind == "edit" and alive:
                done.append(actions.update(entity, alive[0], {"comment": value}, by)[1])
            elif kind == "parent" and len(alive) > 1:
                with suppress(Invalid):  # that one is a branch of this
                    done.append(actions.update(entity, alive[0], {"parent": alive[1]}, by)[1])
            elif kind == "lead" and alive:
                # The histories of those to whom a lead points are lent to by it.
                done.append(actions.update(registry["lead"], leads[value].pk, {"company": alive[0]}, by)[1])
            elif kind == "undo" and (last := [op for op in done if op is not None]):
                done = last[:-1]
                assert not undo(Operation.objects.get(pk=last[-1].pk), by).obstacles
            done = [op for op in done if op is not None]
            self._nothing_points_to_what_went()
            self._what_is_lent_is_told_of_a_lead_that_points_there()
        for op in reversed(done):
            assert not undo(Operation.objects.get(pk=op.pk), by).obstacles
            self._what_is_lent_is_told_of_a_lead_that_points_there()
        assert live() == start
        for (record, _name), old in before.items():
            now = told(record, by)
            assert Counter({k: n for k, n in now.items() if k[0] <= first}) == old
        assert rows <= set(TimelineRow.objects.values_list("pk", "entity", "record_id"))

    def _merge(self, entity, ids, by):
        was = points()
        histories = sum((told(actions.fetch(entity, pk, by), by) for pk in ids), Counter())
        op = merging.merge(entity, ids[0], ids[1:], by)
        if op.state == Operation.RUNNING:
            merging.run_merge.func(op.pk)
            op = Operation.objects.get(pk=op.pk)
        assert op.state == Operation.FINISHED, op.checkpoint
        now, went = points(), {(entity.name, pk) for pk in ids[1:]}
        survivor = (entity.name, ids[0])
        for (name, pk, field), targets in was.items():
            if (name, pk) not in went | {survivor}:
                assert now[name, pk, field] == {survivor if t in went else t for t in targets}
        after = told(actions.fetch(entity, ids[0], by), by)
        assert set(histories) <= set(after)
        return op

    def _what_is_lent_is_told_of_a_lead_that_points_there(self):
        rows = TimelineRow.objects.filter(borrowed=True).values_list("entity", "record_id", "change")
        assert len(rows) == len(set(rows))
        lent = set()
        with unrestricted("a test looks at everything"):
            for lead in registry["lead"].model.objects.all():
                told_of_it = TimelineRow.objects.filter(entity="lead", record_id=lead.pk)
                for change in told_of_it.values_list("change", flat=True):
                    lent |= {("company", lead.company_id, change), ("contact", lead.contact_id, change)}
        assert set(rows) <= lent

    def _nothing_points_to_what_went(self):
        for _kind, pk, field in (found := points()):
            way = [pk]
            while field == "parent" and ("company", way[-1], field) in found:
                [(_name, above)] = found["company", way[-1], field]
                assert above not in way, "a ring"
                way.append(above)
        gone = set(Forward.objects.values_list("entity", "record_id"))
        assert not {target for targets in points().values() for target in targets} & gone
