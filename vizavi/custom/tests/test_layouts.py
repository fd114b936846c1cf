"""Layouts: whatever they hold, the product goes on; what the administrator chooses is what people see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizavi.access.models import ApiToken
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid
from vizavi.core.journal import operation, undo
from vizavi.core.models import Operation
from vizavi.custom import shapes
from vizavi.custom.layouts import Arrangement
from vizavi.custom.models import CustomField, Layout
from vizavi.custom.tests.test_custom_fields import define

pytestmark = pytest.mark.django_db
NAMES = ["name", "kind", "inn", "age", "revenue", "currency", "x_thing", "x_gone", "nonsense", "__class__", ""]
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(NAMES),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8) | st.sampled_from(NAMES), inner),
    max_leaves=20,
)
section = st.fixed_dictionaries(
    {},
    optional={
        "standard": json | st.integers(-2, 5),
        "label": json | st.text(max_size=150),
        "fields": json | st.lists(st.sampled_from(NAMES) | json, max_size=12),
    },
)
words = st.fixed_dictionaries(
    {}, optional={"label": json, "required": json | st.booleans(), "hidden": json | st.booleans()}
)
hostile = json | st.fixed_dictionaries(
    {},
    optional={
        "sections": json | st.lists(section | json, max_size=6),
        "fields": json | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), words | json, max_size=8),
    },
)


@given(data=hostile)
def test_no_layout_loses_a_field_or_hides_what_every_record_needs(data):
    entity = registry["company"]
    definition = CustomField(entity_name="company", key="thing", label="Штука", kind="money", required=True)
    shape = shapes.make(entity, [definition], data)
    placed = [name for names in shape.sections.values() for name in names]
    belongs = {n for names in entity.standard.sections.values() for n in names} | {"x_thing", "x_thing_currency"}
    assert set(placed) | shape.hidden >= belongs and len(placed) == len(set(placed))
    assert set(shape.fields) == {*entity.standard.fields, "x_thing", "x_thing_currency"}
    assert not shape.hidden & {"name", "x_thing"}
    assert {"name", "x_thing"} <= set(shape.quick)
    for f in shape.fields.values():
        assert f.label.strip() and isinstance(f.required, bool)
    assert all(str(label).strip() for label in shape.sections)
    # What is kept of it is read back as the same, without a complaint.
    again = Arrangement(entity, shapes.fields_of_entity(entity, [definition]), data)
    twice = Arrangement(entity, shapes.fields_of_entity(entity, [definition]), again.data())
    assert twice.data() == again.data() and twice.problems == []


@given(
    data=hostile,
    steps=st.lists(
        st.tuples(st.sampled_from(["up", "down", "hide", "show", "put", "order", "part", "drop", "add", "name"]), json),
        max_size=8,
    ),
)
def test_no_step_loses_a_field(data, steps):
    entity = registry["company"]
    found = Arrangement(entity, dict(entity.standard.fields), data)
    before = sorted(n for part in found.parts for n in part.names)
    for verb, said in steps:
        name, at = (said if isinstance(said, str) else "inn"), (said if isinstance(said, int) else 0)
        acts: dict[str, Any] = {
            "up": lambda n=name: found.move(n, -1),
            "down": lambda n=name: found.move(n, 1),
            "hide": lambda n=name: found.say(n, hidden=True),
            "show": lambda n=name: found.say(n, hidden=False),
            "put": lambda a=at: found.put("inn", a),
            "order": lambda s=said: found.order([str(x) for x in s] if isinstance(s, list) else ["1.", "name", "0."]),
            "part": lambda a=at: found.move_part(a, 1),
            "drop": lambda a=at: found.drop_part(a),
            "add": lambda: found.add_part("Новый"),
            "name": lambda a=at, n=name: found.name_part(a, n),
        }
        try:
            acts[verb]()
        except LookupError:
            continue
    assert sorted(n for part in found.parts for n in part.names) == before
    assert found.parts


@pytest.mark.parametrize(
    "data",
    [
        [], "broken", 5, None, {"sections": 7, "fields": []}, {"sections": [None, {}, {"fields": [[], {}, None]}]},
        {"sections": [{"label": "Одна", "fields": ["inn", "inn", "no", "name"]}], "fields": {"name": {"hidden": True}}},
        {"fields": {"no": {"label": "x"}, "inn": {"label": 5, "hidden": "yes", "required": 1}}},
    ],
)  # fmt: skip
def test_pages_stand_whatever_the_layout_is(data, administrator, client_of):
    company, _op = actions.create(registry["company"], {"name": "Альфа"}, administrator)
    with operation("test", by=None) as op:
        op.create([Layout(entity_name="company", data=data if data is not None else {})])
    client = client_of(administrator)
    for url in ("/companies/", "/companies/new/", f"/companies/{company.pk}/", f"/companies/{company.pk}/edit/"):
        answer = client.get(url)
        assert (answer.status_code == 200 and "ИНН" in answer.content.decode()) or url == "/companies/", url
    page = client.get("/settings/fields/companies/")
    assert page.status_code == 200
    if data not in ([], None):
        wrong = Arrangement(registry["company"], dict(registry["company"].fields), data).problems
        assert ("note--warn" in page.content.decode()) is bool(wrong)


@pytest.fixture
def settings_of(administrator, client_of):
    client = client_of(administrator)

    def post(**data: Any) -> Any:
        return client.post("/settings/fields/companies/", data)

    return post


def test_names_order_sections_and_visibility_are_what_people_see(administrator, client_of, settings_of):
    company, _op = actions.create(registry["company"], {"name": "Альфа", "inn": "7701234567"}, administrator)
    client, base = client_of(administrator), "/settings/fields/companies/"
    renamed = {"label": "Налоговый номер", "part": "0", "required": "1", "shown": "1"}
    assert client.post(f"{base}field/inn/", renamed).status_code == 302
    assert client.post(f"{base}section/new/", {"label": "Логистика"}).status_code == 302
    assert client.post(f"{base}section/1/", {"label": "Бумаги"}).status_code == 302
    assert settings_of(do="hide.industry").status_code == 302
    assert settings_of(do="up.inn").status_code == 302
    entity = registry["company"]
    assert [str(label) for label in entity.sections] == ["О компании", "Бумаги", "Ещё"]  # an empty one is not shown
    assert entity.sections["О компании"][-2:] == ("inn", "tags")
    page = client.get(f"/companies/{company.pk}/").content.decode()
    assert "Налоговый номер" in page and "Бумаги" in page and "Отрасль" not in page
    form = client.get("/companies/new/").content.decode()
    assert "Налоговый номер" in form and "Отрасль" not in form
    with pytest.raises(Invalid):
        actions.create(entity, {"name": "Без номера"}, administrator)
    assert client.post("/companies/new/", {"name": "Без номера"}).status_code == 422
    assert "inn" in entity.quick
    listed = client.get("/companies/").content.decode()
    assert "industry" not in listed
    # Hidden is not gone.
    token = {"Authorization": f"Bearer {ApiToken.make(administrator, 't')[1]}"}
    assert "industry" in client.get(f"/api/v1/companies/{company.pk}/", headers=token).json()
    assert settings_of(do="standard").status_code == 302
    assert entity.shape is entity.standard
    assert not undo(Operation.objects.order_by("-pk")[0], administrator).obstacles
    assert entity.fields["inn"].label == "Налоговый номер"


def test_the_whole_order_is_sent_at_once_and_undone(administrator, settings_of):
    assert settings_of(order=["1.", "kpp", "name", "0.", "inn", "kind", "2."]).status_code == 302
    sections = list(registry["company"].sections.values())
    assert sections[0][:2] == ("kpp", "name") and sections[1][:2] == ("inn", "kind")
    assert not undo(Operation.objects.order_by("-pk")[0], administrator).obstacles
    assert registry["company"].shape is registry["company"].standard
    # The layout is in the bin now; the next step takes it out again.
    assert settings_of(do="down.name").status_code == 302
    assert next(iter(registry["company"].sections.values()))[0] != "name"


def test_what_every_record_needs_cannot_be_hidden(administrator, settings_of):
    define(administrator, "text", required=True)
    for name in ("name", "x_thing"):
        settings_of(do=f"hide.{name}")
        assert name not in registry["company"].shape.hidden


@pytest.mark.parametrize("do", ["up.nonsense", "hide.nonsense", "part-up.9", "part-drop.x", "fly.name", "restore.9"])
def test_a_step_that_makes_no_sense_is_not_found(do, settings_of):
    assert settings_of(do=do).status_code == 404


def test_only_administrators_arrange_fields(ann, client_of, administrator):
    client = client_of(ann)
    definition = define(administrator, "text")
    for url in (
        "",
        "companies/",
        "companies/new/",
        "companies/new/text/",
        "companies/field/inn/",
        "companies/section/0/",
    ):
        assert client.get(f"/settings/fields/{url}").status_code == 403, url
    assert client.get(f"/settings/fields/companies/custom/{definition.pk}/").status_code == 403
    assert client.post("/settings/fields/companies/", {"do": "hide.inn"}).status_code == 403
    assert client_of(administrator).get("/settings/fields/users/").status_code == 404
    assert not Layout.objects.exists()


def test_a_new_standard_field_and_a_new_section_find_their_place(administrator):
    entity = registry["company"]
    kept = Arrangement(entity, dict(entity.standard.fields), {}).data()
    kept["sections"] = [
        {**s, "fields": [n for n in s["fields"] if n not in ("kpp", "comment")]} for s in kept["sections"]
    ]
    shape = shapes.make(entity, [], kept)
    assert "kpp" in shape.sections["Реквизиты"] and "comment" in shape.sections["Ещё"]
    assert Company.objects.visible_to(administrator).count() == 0
