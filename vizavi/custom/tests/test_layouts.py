"""Layouts: whatever they hold, the product goes on; what the administrator chooses is what people see."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override
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
both = st.dictionaries(st.sampled_from(["ru", "en", "fr"]), st.text(max_size=150) | json, max_size=3)
section = st.fixed_dictionaries(
    {},
    optional={
        "standard": json | st.integers(-2, 5),
        "label": json | st.text(max_size=150) | both,
        "fields": json | st.lists(st.sampled_from(NAMES) | json, max_size=12),
    },
)
words = st.fixed_dictionaries(
    {}, optional={"label": json | both, "required": json | st.booleans(), "hidden": json | st.booleans()}
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


def test_names_are_said_in_both_languages_and_one_stands_for_the_other(administrator, client_of):
    client, url = client_of(administrator), "/settings/fields/companies/"
    entity = registry["company"]

    def labels(name):
        found = []
        for language in ("ru", "en"):
            with override(language):
                found.append(str(entity.fields[name].label))
        return found

    assert labels("inn") == ["ИНН", "INN"]
    said = {"label": "Налоговый номер", "label_en": "Tax number", "shown": "1"}
    client.post(f"{url}field/inn/", said)
    assert labels("inn") == ["Налоговый номер", "Tax number"]
    # One of them left empty reads as the other; the program's own words in both are no other name.
    client.post(f"{url}field/inn/", {**said, "label_en": ""})
    assert labels("inn") == ["Налоговый номер", "Налоговый номер"]
    client.post(f"{url}field/inn/", {**said, "label": ""})
    assert labels("inn") == ["Tax number", "Tax number"]
    client.post(f"{url}field/inn/", {"label": "Налоговый номер", "label_en": "INN", "shown": "1"})
    assert labels("inn") == ["Налоговый номер", "INN"]
    client.post(f"{url}field/inn/", {"label": "ИНН", "label_en": "INN", "shown": "1"})
    assert labels("inn") == ["ИНН", "INN"] and not shapes.arrangement(entity).words
    client.post(f"{url}new/money/", {"label": "Скидка", "label_en": "Discount"})
    client.post(f"{url}new/text/", {"label": "Доставка"})
    assert labels("x_skidka") == ["Скидка", "Discount"] and labels("x_dostavka") == ["Доставка", "Доставка"]
    assert labels("x_skidka_currency") == ["Скидка: валюта", "Discount: currency"]
    client.post(f"{url}section/new/", {"label": "Отгрузка", "label_en": "Shipping"})
    made = actions.create(entity, {"name": "Альфа", "x_skidka": "10", "x_dostavka": "да"}, administrator)[0]
    row = CustomField.objects.get(key="dostavka")
    client.post(f"{url}custom/{row.pk}/", {"label": "Доставка", "label_en": "", "part": "3", "version": row.version})
    for language, seen, unseen in (
        ("ru", "Скидка Отгрузка", "Discount Shipping"),
        ("en", "Discount Shipping", "Скидка Отгрузка"),
    ):
        administrator.preferences = {**administrator.preferences, "language": language}
        administrator.save(update_fields=["preferences"])
        pages = (f"/companies/{made.pk}/", "/companies/new/", url, "/companies/?cols=name,x_skidka")
        for page in pages:
            text = client.get(page).content.decode()
            section = page != pages[-1]
            assert all(word in text for word in seen.split()[: 1 + section]), (language, page)
            assert not any(word in text for word in unseen.split()), (language, page)
    exported = b"".join(client.get("/companies/export.csv?columns=name,x_skidka").streaming_content).decode()
    assert "Discount" in exported.splitlines()[0]
