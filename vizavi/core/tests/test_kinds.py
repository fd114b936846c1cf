"""Every kind of field, through everything that can be done with a value of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import override

from vizavi.api.describe import or_blank
from vizavi.api.records import shown
from vizavi.core import actions, filters, pages
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid
from vizavi.core.fields import base
from vizavi.core.journal import history, undo
from vizavi.core.reading import Reader
from vizavi.core.tests import specimen
from vizavi.exchange.commands import run_for
from vizavi.exchange.tasks import carry_out
from vizavi.search import find

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    """Two values of a field, the lower first, and what people make of them."""

    name: str
    low: Any
    high: Any
    value: Any
    #: How the low one may be spelt; what is none at all.
    spelt: list[Any] = field(default_factory=list)
    wrong: list[Any] = field(default_factory=list)
    #: What an eye sees, in Russian and in English.
    shown: tuple[str, str] = ("", "")
    #: The low one as a filter and as a form spell it, where they spell it differently.
    asked: str = ""
    posted: dict[str, Any] = field(default_factory=dict)
    #: A part of the low one that "contains" finds, its beginning, and words by which the search does.
    part: str = ""
    start: str = ""
    words: str = ""
    #: What the raw value is in a spreadsheet, when export gives out something else than it takes in.
    imported: bool = True

    def form(self) -> dict[str, Any]:
        return self.posted or {self.name: self.low}

    def filter(self) -> str:
        return self.asked or str(self.low)


CASES = [
    Case(
        "name", "абрикос", "Ёлкин  дом", "абрикос", spelt=["  абрикос\t", "абри\x00кос"], wrong=["", "x" * 101, [1], True],
        shown=("абрикос", "абрикос"), asked="АБРИКОС", part="брик", start="АБР", words="абрикосы",
    ),
    Case("code", "A-1", "B-2", "A-1", wrong=["x" * 21, {}], shown=("A-1", "A-1"), part="a-", start="a", words="a-1"),
    Case(
        "comment", "раз\nдва", "три", "раз\nдва", spelt=["раз\r\nдва  "], wrong=["x" * 100_001, 1.5j],
        shown=("раз\nдва", "раз\nдва"), part="РАЗ", words="два",
    ),
    Case(
        "count", "-7", "1250", -7, spelt=[-7, "−7", -7.0, Decimal("-7")], wrong=["7.5", "семь", "9" * 30, 2**31, True, "1e99"],
        shown=("-7", "-7"),
    ),
    Case(
        "weight", "0.5", "1250.25", Decimal("0.500"), spelt=["0,5", 0.5, ".5", "0,5000"], wrong=["x", "1e9", "--1", float("nan")],
        shown=("0,5", "0.5"),
    ),
    Case(
        "price", "1250.5", "4300000", Decimal("1250.50"), spelt=["1 250,50 ₽", "1250,5 руб.", "1,250.50", "1\u202f250,5"],
        wrong=["1,25,0", "дорого", "1" * 17], shown=("1\u202f250,50\xa0₽", "₽1,250.50"),
    ),
    Case("currency", "EUR", "USD", "EUR", spelt=["eur", "€"], wrong=["XYZ", "рупии"], shown=("EUR", "EUR")),
    Case(
        "day", "2026-03-05", "2026-11-24", date(2026, 3, 5), spelt=["5.3.2026", "05.03.26", "5/3/2026", date(2026, 3, 5)],
        wrong=["31.02.2026", "весной", 20260305, "0999-01-01", "99999-01-01"], shown=("5 мар. 2026\u202fг.", "Mar 5, 2026"),
    ),
    Case(
        "moment", "2026-03-05T09:30:00Z", "2026-11-24T15:00:00Z", datetime(2026, 3, 5, 9, 30, tzinfo=UTC),
        spelt=["2026-03-05 12:30", "5.3.2026 12:30", "2026-03-05T14:30+05:00"], wrong=["25:00", "5.3.2026 25:00", 5, "9999-99-99"],
        shown=("5 мар., 12:30", "Mar 5, 12:30\u202fPM"), asked="2026-03-05",
    ),
    Case("shade", "red", "green", "red", spelt=["Red", "RED"], wrong=["pink", 7, ["red"]], shown=("Red", "Red")),
    Case(
        "shades", ["red", "blue"], ["green"], ["red", "blue"], spelt=["blue; red", ["blue", "red", "red"], "Blue,Red"],
        wrong=["pink", 7, {"red": 1}], shown=("Red, Blue", "Red, Blue"), asked="blue",
    ),
    Case(
        "sure", "no", "yes", False, spelt=["нет", False, "0", "-"], wrong=["maybe", 2, []], shown=("Нет", "No"),
        posted={"sure": ["", "0"]},
    ),
    Case(
        "phones", "8 (495) 123-45-67 доб. 9", "+7 912 345-67-89",
        [{"kind": "work", "value": "8 (495) 123-45-67 доб. 9", "e164": "+74951234567"}],
        spelt=[["8 (495) 123-45-67 доб. 9"], [{"value": "8 (495) 123-45-67 доб. 9", "kind": ""}]],
        wrong=["12", "x" * 9, [{"kind": "pager", "value": "1234567"}], [{"number": "1234567"}], ["1234567"] * 21, 1.5j],
        shown=("+7 495 123-45-67 доб. 9", "+7 495 123-45-67 ext. 9"), asked="+7 495 1234567", part="(495) 123", words="84951234567",
        posted={"phones-0-kind": "work", "phones-0-value": "8 (495) 123-45-67 доб. 9", "phones-1-value": " "},
    ),
    Case(
        "emails", "Anna@Example.org", "boris@example.org", [{"kind": "work", "value": "anna@example.org"}],
        spelt=["anna@example.org, ANNA@example.org", [{"kind": "work", "value": "anna@example.org"}]],
        wrong=["anna", "a@b@c", "x" * 250 + "@example.org", [["a@example.org"]]], shown=("anna@example.org",) * 2, part="NNA@",
        words="anna", posted={"emails-0-kind": "work", "emails-0-value": "Anna@Example.org"},
    ),
    Case(
        "mail", "anna@example.org", "boris@example.org", "anna@example.org", spelt=["ANNA@Example.org"], wrong=["anna", "@"],
        shown=("anna@example.org",) * 2, part="nna@", start="Anna", words="anna",
    ),
    Case(
        "site", "https://a.example.org", "https://b.example.org", "https://a.example.org", spelt=["a.example.org"],
        wrong=["javascript:alert(1)", "ftp://example.org", "a b"], shown=("https://a.example.org",) * 2, part="a.example", start="https://A",
        words="a example",
    ),
    Case(
        "address", {"city": "Москва", "line": "Ленина, 1"}, "Тверь", {"line": "Ленина, 1", "city": "Москва"},
        spelt=[{"city": " Москва ", "line": "Ленина, 1", "region": "", "country": None}],
        wrong=[{"planet": "Марс"}, 7, {"city": ["Москва"]}, {"line": "x" * 501}], shown=("Москва, Ленина, 1",) * 2, part="МОСКВА",
        words="москва", posted={"address-line": "Ленина, 1", "address-city": "Москва"}, imported=False,
    ),
]  # fmt: skip
#: Those whose values are ids of something that has to be there first.
POINTING = ("keeper", "maker", "paper")
BY_NAME = {case.name: case for case in CASES}


@pytest.fixture(scope="module", autouse=True)
def _specimens(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        entity = specimen.make()
        # The API is made from the registry once; it must not be made while the specimens are there.
        assert get_resolver().url_patterns
    assert registry["company"] and registry._by_name is not None
    registry._by_name[entity.name] = entity
    yield
    del registry._by_name[entity.name]


@pytest.fixture
def entity() -> Entity:
    return registry["specimen"]


@pytest.fixture
def case(request: Any, administrator: Any, ann: Any) -> Case:
    """The case of a field; ids are known only now."""
    name = request.param
    if name not in POINTING:
        return BY_NAME[name]
    company = registry["company"]
    low, high = (actions.create(company, {"name": n}, administrator)[0] for n in ("Абрикос", "Яблоко"))
    if name == "keeper":
        low, high = administrator, ann
    if name == "paper":
        from vizavi.files.store import attach

        low, high = (attach(company, one, f"{one.name}.txt", [b"x"], administrator)[0] for one in (low, high))
    title = str(low)
    return Case(
        name, low.pk, high.pk, low.pk, spelt=[str(low.pk)], wrong=["x", 10**6, -1, True, 2**70], shown=(title, title)
    )


each = pytest.mark.parametrize("case", [*BY_NAME, *POINTING], indirect=True)


@pytest.fixture
def rows(case: Case, entity: Entity, administrator: Any) -> dict[str, Any]:
    """Three specimens: with the low value, with the high one, with none."""
    made = {}
    for name, raw in (("low", case.low), ("high", case.high), ("none", None)):
        data = {"name": name, **({case.name: raw} if raw is not None else {})}
        if name == "none" and case.name == "name":
            continue
        made[name], _op = actions.create(entity, data, administrator)
    return made


def found(case: Case, rows: dict[str, Any], by: Any, sort: str = "created_at", **params: str) -> list[str]:
    """Which of the rows a list shows, in its order."""
    entity, reader = registry["specimen"], Reader(by)
    where = filters.parse(entity, params, reader).where(reader)
    names = {record.pk: name for name, record in rows.items()}
    return [names[r.pk] for r in pages.page(entity, reader, where, sort=sort).records]


def test_every_kind_is_tried():
    tried = {f.kind for f in registry["specimen"].fields.values()}
    # Tags, links with roles and what a note is about have tests of their own; JSON is for pages of their own.
    elsewhere = {"links", "about", "json"}
    # And what packages add is tried by themselves.
    own = [kind for kind in base._kinds.values() if kind.__module__.startswith("vizavi.core.")]
    assert {kind.kind for kind in own} - elsewhere <= tried
    assert {c.name for c in CASES} | {*POINTING, "twice", "tags", "owner"} >= set(registry["specimen"].fields) - {
        "created_at", "created_by", "updated_at", "updated_by",
    }  # fmt: skip


@each
def test_it_is_parsed_whichever_way_it_is_spelt_and_refused_where_it_makes_no_sense(case, entity, administrator):
    f = entity.fields[case.name]
    with timezone.override("Europe/Moscow"):
        for raw in (case.low, *case.spelt):
            assert f.parse(raw) == case.value, raw
    for raw in case.wrong:
        with pytest.raises(Invalid) as caught:
            actions.create(entity, {"name": "x", case.name: raw}, administrator)
        assert set(caught.value.errors) == {case.name} and all(caught.value.errors[case.name]), raw
    if not f.required:
        assert all(
            f.parse(raw) is None for raw in (None, "", "  ", [] if f.many else "", {} if f.kind == "address" else "")
        )
    else:
        with pytest.raises(ValidationError):
            f.parse(" ")


@each
@pytest.mark.parametrize("language", ["ru", "en"])
def test_it_goes_out_and_comes_back(case, entity, rows, administrator, language):
    f, reader = entity.fields[case.name], Reader(administrator)
    with override(language), timezone.override("Europe/Moscow"):
        for record in rows.values():
            value = f.value(specimen.stored(record))
            sent = f.to_json(value)
            assert json.loads(json.dumps(sent)) == sent and f.from_json(sent) == value
            jsonschema_rs.validate(or_blank(f, f.schema()), sent)
            if f.is_empty(value):
                assert f.text(value, reader) == ""
                continue
            assert f.parse(sent) == value
            edited = f.parse(f.form_value(value, reader))
            if f.kind == "phones":  # an editor shows the number as it is dialled
                assert [i["e164"] for i in edited] == [i["e164"] for i in value]
            else:
                assert edited == value
        assert f.cell(specimen.stored(rows["low"]), reader) == case.shown[language == "en"]
        assert shown(entity, specimen.stored(rows["low"]), reader)[case.name] == f.to_json(case.value)


@each
def test_every_operator_finds_what_it_says(case, entity, rows, administrator):
    f, asked = entity.fields[case.name], case.filter()
    has_none = "none" in rows
    expected = {
        "": ({case.name: asked}, ["low"]),
        "not": ({f"{case.name}__not": asked}, ["high", "none"]),
        "gte": ({f"{case.name}__gte": str(case.high)[:10]}, ["high"]),
        "lte": ({f"{case.name}__lte": asked}, ["low"]),
        "contains": ({f"{case.name}__contains": case.part}, ["low"]),
        "starts": ({f"{case.name}__starts": case.start}, ["low"]),
        "empty": ({f"{case.name}__empty": "1"}, ["none"] if has_none else []),
    }
    assert f.operators
    for operator in f.operators:
        params, names = expected[operator]
        assert found(case, rows, administrator, **params) == [n for n in names if n in rows], params
    filled = found(case, rows, administrator, **{f"{case.name}__empty": "0"})
    assert filled == ["low", "high"] if "empty" in f.operators else True
    for operator in {"gte", "lte", "contains", "nonsense"} - set(f.operators):
        with pytest.raises(Invalid):
            found(case, rows, administrator, **{f"{case.name}__{operator}": asked})
    if "contains" not in f.operators and f.kind not in ("phones", "emails") and "" in f.operators:
        with pytest.raises(Invalid):
            found(case, rows, administrator, **{case.name: "no such value!"})


@each
def test_it_sorts_with_nothing_last_or_says_that_it_does_not(case, entity, rows, administrator):
    if not entity.fields[case.name].sortable:
        with pytest.raises(Invalid):
            found(case, rows, administrator, sort=case.name)
        return
    order = ["low", "high"] if case.name != "shade" else ["high", "low"]  # keys sort by their letters
    last = ["none"] if "none" in rows and entity.fields[case.name].store.nullable else []
    up, down = (found(case, rows, administrator, sort=sort) for sort in (case.name, f"-{case.name}"))
    assert [n for n in up if n != "none"] == order and [n for n in down if n != "none"] == order[::-1]
    assert not last or (up[-1:] == last and down[-1:] == last)


@each
def test_it_groups(case, entity, rows, administrator):
    actions.create(entity, {"name": "fourth", case.name: case.low}, administrator)
    rows_of = entity.model.objects.visible_to(administrator).annotate(by=entity.fields[case.name].group_by)
    groups = rows_of.values("by").annotate(n=Count("pk")).order_by()
    assert sorted(g["n"] for g in groups) == ([1, 2] if case.name == "name" else [1, 1, 2])


@each
def test_a_change_is_told_undone_and_done_again(case, entity, rows, administrator):
    f, record = entity.fields[case.name], rows["low"]
    _record, op = actions.update(entity, record.pk, {case.name: case.high}, administrator)
    entries, _cursor = history(entity, specimen.stored(record), Reader(administrator))
    change = next(c for c in entries[0].changes if c.field is f)
    with override("ru"):
        assert change.before == f.to_json(case.value) and change.after_text
    back = undo(op, administrator)
    assert f.value(specimen.stored(record)) == case.value and not back.obstacles
    undo(back.operation, administrator)
    assert f.value(specimen.stored(record)) == f.parse(case.high)


@each
def test_it_is_emptied_unless_it_is_needed(case, entity, rows, administrator):
    f = entity.fields[case.name]
    if f.required:
        with pytest.raises(Invalid):
            actions.update(entity, rows["low"].pk, {case.name: None}, administrator)
        return
    _record, op = actions.update(entity, rows["low"].pk, {case.name: None}, administrator)
    assert f.is_empty(f.value(specimen.stored(rows["low"])))
    undo(op, administrator)
    assert f.value(specimen.stored(rows["low"])) == case.value


@each
def test_pages_show_it_edit_it_and_keep_what_was_typed(case, entity, rows, administrator, client_of):
    client, f = client_of(administrator), entity.fields[case.name]
    one, part = entity.url(rows["high"].pk), {"HX-Request": "true"}
    editor = client.get(f"{one}_field/{case.name}/", headers=part)
    assert editor.status_code == 200 and f"{case.name}" in editor.content.decode()
    assert client.get(f"{one}edit/").status_code == 200
    saved = client.post(f"{one}_field/{case.name}/", {**case.form(), "version": 1}, headers=part)
    assert saved.status_code == 200, saved.content.decode()
    with timezone.override("Europe/Moscow"):
        stored = f.value(specimen.stored(rows["high"]))
        assert stored == case.value
        text = f.text(case.value, Reader(administrator)).split("\n")[0]
    assert text.removeprefix("https://") in client.get(one).content.decode()
    wrong = next((raw for raw in case.wrong if isinstance(raw, str)), None)
    if wrong is not None and not case.posted:
        refused = client.post(f"{one}_field/{case.name}/", {case.name: wrong, "version": 2}, headers=part)
        assert refused.status_code == 422 and f.value(specimen.stored(rows["high"])) == stored


@each
def test_a_table_takes_it_out_and_in(case, entity, rows, administrator, client_of, tmp_path):
    f = entity.fields[case.name]
    if case.name in POINTING or not case.imported:
        pytest.skip("names are tried in exchange")
    response = client_of(administrator).get(f"/specimens/export.csv?columns=name,{case.name}")
    table = tmp_path / "table.csv"
    table.write_bytes(b"".join(response.streaming_content))
    before = {n: f.value(specimen.stored(r)) for n, r in rows.items()}
    actions.delete(entity, [r.pk for r in rows.values()], administrator)
    columns = {"Name": "name"} | ({f.label: case.name} if case.name != "name" else {})
    with timezone.override("Europe/Moscow"):
        run = carry_out(run_for(entity, table, {"columns": columns, "duplicates": "create"}, administrator))
    assert not run.error and not list(run.rejects.values_list("reason", flat=True))
    again = {r.name: f.value(r) for r in entity.model.objects.visible_to(administrator)}
    if f.kind == "phones":  # as they are dialled
        before, again = ({n: [i["e164"] for i in v or ()] for n, v in d.items()} for d in (before, again))
    assert again == (before if case.name != "name" else {v: v for v in before.values()})


@each
def test_it_is_searched_where_it_holds_words(case, entity, rows, administrator):
    text = entity.fields[case.name].search_text(case.value)
    assert bool(text) == bool(case.words) or case.name not in entity.search
    if case.words:
        assert [h.id for h in find(case.words, Reader(administrator), entities=[entity])] == [rows["low"].pk]


def test_what_is_computed_is_shown_and_never_set(entity, administrator, client_of):
    record, _op = actions.create(entity, {"name": "x", "count": "4"}, administrator)
    f, reader = entity.fields["twice"], Reader(administrator)
    assert f.value(record) == 8 and f.cell(record, reader) == "8" and shown(entity, record, reader)["twice"] == 8
    jsonschema_rs.validate(or_blank(f, f.schema()), 8)
    with pytest.raises(Invalid):
        actions.update(entity, record.pk, {"twice": 9}, administrator)
    for params in ({"twice": "8"}, {"twice__empty": "1"}):
        with pytest.raises(Invalid):
            filters.parse(entity, params, reader)
    with pytest.raises(Invalid):
        pages.page(entity, reader, sort="twice")


def test_a_sum_has_its_value_in_the_base_currency(entity, administrator):
    record, _op = actions.create(entity, {"name": "x", "price": "10"}, administrator)
    assert specimen.stored(record).price_base == Decimal("10.00")
    actions.update(entity, record.pk, {"currency": "USD"}, administrator)
    assert specimen.stored(record).price_base is None  # no rate is known
    actions.update(entity, record.pk, {"currency": "RUB", "price": "12"}, administrator)
    assert specimen.stored(record).price_base == Decimal("12.00")


@pytest.mark.parametrize(
    ("raw", "ru", "en"),
    [
        ("1,250", "1.25", "1250"),
        ("1,250,000", "1250000", "1250000"),
        ("1 250,5", "1250.5", "1250.5"),
        ("1,25", "1.25", "1.25"),
    ],
)
def test_a_comma_means_what_the_language_means_by_it(entity, raw, ru, en):
    for language, expected in (("ru", ru), ("en", en)):
        with override(language):
            assert entity.fields["weight"].parse(raw) == Decimal(expected), language
