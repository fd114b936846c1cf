"""Whatever is done and undone in reverse order gives back the data as they were; both databases."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from tests.cast import make_department, make_user
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import undo
from vizavi.core.models import Operation
from vizavi.core.records import unrestricted
from vizavi.lists.change import change_many

NAMES = st.sampled_from(["Ромашка", "Ёлка", "Альфа", "x"])
STEP = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from(["name", "comment", "inn"]), NAMES),
    st.tuples(st.just("edit"), st.integers(0, 5), st.just("revenue"), st.sampled_from(["", "10", "12345.67"])),
    st.tuples(st.just("edit"), st.integers(0, 5), st.just("phones"), st.sampled_from(["", "+7 912 345-67-89"])),
    st.tuples(st.just("delete"), st.integers(0, 5), st.none(), st.none()),
    st.tuples(st.just("restore"), st.integers(0, 5), st.none(), st.none()),
    st.tuples(st.just("create"), st.integers(0, 5), st.none(), NAMES),
    st.tuples(st.just("bulk"), st.integers(0, 5), st.just("kind"), st.sampled_from(["client", "partner"])),
)


def picture():
    """All live data but version and updated_*."""
    fields = [
        f.name
        for f in registry["company"].fields.values()
        if not f.computed and f.name not in ("updated_at", "updated_by")
    ]
    with unrestricted("a test looks at everything"):
        return sorted(
            tuple(str(getattr(c, registry["company"].fields[n].column.attname)) for n in fields)
            for c in Company.objects.alive()
        )


@pytest.mark.django_db(transaction=True)
class UndoGivesBack(TransactionTestCase):
    """hypothesis wants a fresh database for each example."""

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(STEP, max_size=12))
    def test_any_sequence_undone_in_reverse_order(self, steps):
        by = make_user("Ann", "administrator", make_department("Продажи"))
        entity = registry["company"]
        pks = [actions.create(entity, {"name": f"Фирма {n}"}, by)[0].pk for n in range(3)]
        before, first = picture(), Operation.objects.order_by("-pk").values_list("pk", flat=True)[0]
        for kind, which, name, value in steps:
            pk = pks[which % len(pks)]
            with unrestricted("a test"):
                live = Company.objects.get(pk=pk).deleted_at is None
            if kind == "create":
                pks.append(actions.create(entity, {"name": value}, by)[0].pk)
            elif kind == "restore" and not live:
                actions.restore(entity, [pk], by)
            elif kind == "delete" and live:
                actions.delete(entity, [pk], by)
            elif kind == "edit" and live:
                actions.update(entity, pk, {name: value}, by)
            elif kind == "bulk":
                change_many(entity, pks, {name: value}, by)
        for row in Operation.objects.filter(pk__gt=first).order_by("-pk"):
            result = undo(row, by)
            assert not result.obstacles, (row, result.obstacles)
        assert picture() == before
