"""Whatever is done and undone in reverse order gives back the data as they were; both databases."""

from __future__ import annotations

import contextlib
import csv
import io
from unittest import mock

from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.cast import make_department, make_user
from vizavi.access import policy
from vizavi.core import actions, firm
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, NotThere, Refused
from vizavi.core.journal import can_undo, operation, undo
from vizavi.core.models import Link, Operation, ReachKey
from vizavi.core.records import unrestricted
from vizavi.custom import shapes
from vizavi.dictionaries import lists
from vizavi.exchange import runs
from vizavi.exchange.mapping import CREATE, FILL, OVERWRITE, SKIP
from vizavi.exchange.tasks import carry_out
from vizavi.lists.change import BulkResult, bulk_chunk
from vizavi.search import indexing, keys
from vizavi.search.models import SearchRow

NAMES = st.sampled_from(["Ромашка", "Ёлка", "Альфа", "x"])
PHONES = st.sampled_from(["", "+7 912 345-67-89", "8 912 345-67-89, +7 495 123-45-67"])
EMAILS = st.sampled_from(["", "a@example.org", "b@example.org"])
WHICH = st.integers(0, 5)
COMPANIES, CONTACTS = ["name", "inn", "kind", "phones", "parent"], ["name", "emails", "companies"]


def table(headings, *cells):
    """Rows of a file."""
    return st.tuples(st.just(headings), st.lists(st.tuples(*cells), min_size=1, max_size=5))


FILE = st.one_of(
    table(
        COMPANIES,
        NAMES,
        st.sampled_from(["", "7701234567", "7707654321"]),
        st.sampled_from(["", "client", "partner", "nonsense"]),
        PHONES,
        st.one_of(st.just(""), NAMES),
    ),
    table(CONTACTS, NAMES, EMAILS, st.one_of(st.just(""), NAMES, st.just("Фирма 0"))),
)
STEP = st.one_of(
    st.tuples(st.just("company"), WHICH, st.sampled_from(["name", "comment", "inn"]), NAMES),
    st.tuples(st.just("company"), WHICH, st.just("revenue"), st.sampled_from(["", "10", "12345.67"])),
    st.tuples(st.just("company"), WHICH, st.just("phones"), PHONES),
    st.tuples(st.just("company"), WHICH, st.just("parent"), WHICH),
    st.tuples(st.just("contact"), WHICH, st.just("name"), NAMES),
    st.tuples(st.just("contact"), WHICH, st.just("emails"), EMAILS),
    st.tuples(st.just("contact"), WHICH, st.just("companies"), WHICH),
    st.tuples(st.sampled_from(["delete", "restore"]), st.sampled_from(["company", "contact"]), WHICH),
    st.tuples(st.just("create"), st.sampled_from(["company", "contact"]), NAMES),
    st.tuples(st.just("bulk"), st.sampled_from([{"kind": "client"}, {"kind": "partner"}, None])),
    st.tuples(st.just("import"), FILE, st.sampled_from([SKIP, FILL, OVERWRITE, CREATE])),
    st.tuples(st.just("undo"), st.integers(0, 8)),
)


def forget():
    """Each example has a database of its own, and what the process remembers is of the one before."""
    for module in (firm, lists, shapes):
        module.forget()
    policy._kept.clear()


def picture():
    """All live data but version and updated_*."""
    found = set()
    with unrestricted("a test looks at everything"):
        for entity in (registry["company"], registry["contact"]):
            fields = [f for f in entity.fields.values() if not f.computed and not f.name.startswith("updated_")]
            for record in entity.model.objects.alive():
                found.add((entity.name, record.pk, *(str(f.to_json(f.value(record))) for f in fields)))
    return found


def derived_rows():
    """The derived tables without their ids."""
    tokens = (
        "SELECT r.entity, r.record_id, f.tokens FROM search_row r JOIN search_fts f ON f.rowid = r.id"
        if connection.vendor == "sqlite"
        else "SELECT entity, record_id, tokens::text FROM search_row"
    )
    with connection.cursor() as cursor:
        cursor.execute(tokens)
        indexed = sorted(cursor.fetchall())
    return (
        sorted(ReachKey.objects.values_list("entity", "record_id", "field", "kind", "key", "detail")),
        sorted(Link.objects.values_list("entity", "record_id", "field", "target_entity", "target_id")),
        sorted(SearchRow.objects.values_list("entity", "record_id", "title", "text")),
        indexed,
    )


class Firm:
    """A little firm in which things happen."""

    def __init__(self):
        forget()
        self.by = make_user("Ann", "administrator", make_department("Продажи"))
        self.ids = {"company": [], "contact": []}
        for n in range(3):
            self.create("company", {"name": f"Фирма {n}"})
        for n in range(2):
            self.create("contact", {"name": f"Человек {n}", "companies": [self.ids["company"][n]]})

    def create(self, name, data):
        self.ids[name].append(actions.create(registry[name], data, self.by)[0].pk)

    def one(self, name, which):
        return self.ids[name][which % len(self.ids[name])]

    def do(self, kind, *what):
        """One step; what cannot be done is refused and leaves no trace."""
        with contextlib.suppress(Invalid, NotThere, Refused):
            getattr(self, f"do_{kind}")(*what)

    def do_company(self, which, field, value, name="company"):
        if field in ("parent", "companies"):
            value = self.one("company", value) if field == "parent" else [self.one("company", value)]
        actions.update(registry[name], self.one(name, which), {field: value}, self.by)

    def do_contact(self, which, field, value):
        self.do_company(which, field, value, "contact")

    def do_delete(self, name, which):
        actions.delete(registry[name], [self.one(name, which)], self.by)

    def do_restore(self, name, which):
        actions.restore(registry[name], [self.one(name, which)], self.by)

    def do_create(self, name, title):
        self.create(name, {"name": title})

    def do_bulk(self, data):
        with operation("company.bulk", by=self.by) as op:
            bulk_chunk(op, registry["company"], self.ids["company"], self.by, data, BulkResult())

    def do_import(self, file, duplicates):
        headings, rows = file
        text = io.StringIO()
        csv.writer(text).writerows([headings, *rows])
        entity = registry["company" if headings is COMPANIES else "contact"]
        run = runs.begin(entity, self.by, "file.csv", [text.getvalue().encode()])
        run.mapping["duplicates"] = duplicates
        run.save()
        run = carry_out(run)
        assert not run.error, run.error

    def do_undo(self, which):
        rows = list(Operation.objects.order_by("-pk")[: which + 1])
        if can_undo(rows[-1], self.by) and rows[-1].pk > self.first:
            undo(rows[-1], self.by)


class UndoGivesBack(TestCase):
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(STEP, min_size=2, max_size=12), at_once=st.sampled_from([1, 200]))
    def test_any_sequence_undone_in_reverse_order(self, steps, at_once):
        world = Firm()
        before = picture()
        world.first = Operation.objects.order_by("-pk").values_list("pk", flat=True)[0]
        # Also the undo of two changes is then a long one, in chunks.
        with mock.patch("vizavi.core.journal.undo.AT_ONCE", at_once):
            for kind, *what in steps:
                world.do(kind, *what)
            kept = derived_rows()
            keys.rebuild()
            indexing.rebuild()
            assert derived_rows() == kept
            for row in Operation.objects.filter(pk__gt=world.first, changes__gt=0).order_by("-pk"):
                result = undo(row, world.by)
                assert not result.obstacles, (row, result.obstacles)
        assert picture() == before
        kept = derived_rows()
        keys.rebuild()
        indexing.rebuild()
        assert derived_rows() == kept
