"""The pages on which custom fields are defined."""

from __future__ import annotations

import pytest

from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.models import Operation
from vizavi.custom.models import CustomField

pytestmark = pytest.mark.django_db
BASE = "/settings/fields/companies/"
PARTIAL = {"HX-Request": "true"}


@pytest.mark.parametrize("kind", dict(CustomField.KINDS))
def test_a_field_of_each_kind_is_made_with_a_name_alone(kind, administrator, client_of):
    client = client_of(administrator)
    assert f"{BASE}new/{kind}/" in client.get(f"{BASE}new/").content.decode()
    form = client.get(f"{BASE}new/{kind}/", headers=PARTIAL)
    assert form.status_code == 200 and "<dialog" not in form.content.decode()
    data = {"label": "Вид груза", "filterable": "1", "part": "2"}
    if kind in ("choice", "choices"):
        data |= {"choices": ["0", "1"], "choice-0-label": "Лёд", "choice-1-label": "Уголь", "choice-1-tone": "red"}
    if kind == "relation":
        data["target"] = "contact"
    assert client.post(f"{BASE}new/{kind}/", data).status_code == 302
    definition = CustomField.objects.get()
    assert (definition.key, definition.kind, definition.label) == ("vid_gruza", kind, "Вид груза")
    if kind == "choice":
        assert definition.choices[1] == {"key": "ugol", "label": "Уголь", "tone": "red"}
    page = client.get(BASE).content.decode()
    assert page.count("Вид груза") >= 2
    assert client.get(f"{BASE}custom/{definition.pk}/", headers=PARTIAL).status_code == 200
    assert "Вид груза" in client.get("/companies/").content.decode() or kind in ("longtext", "file", "address")


def test_what_was_typed_stays_when_something_is_wrong(administrator, client_of):
    client = client_of(administrator)
    data = {"label": "", "help": "Подсказка одна", "choices": ["0", "1"], "choice-0-label": "Лёд", "default": "Снег"}
    answer = client.post(f"{BASE}new/choice/", data, headers=PARTIAL)
    text = answer.content.decode()
    assert answer.status_code == 422 and "Подсказка одна" in text and "Лёд" in text
    answer = client.post(f"{BASE}new/choice/", {**data, "label": "Груз"}, headers=PARTIAL)
    assert answer.status_code == 422 and "Снег" in answer.content.decode()
    assert not CustomField.objects.exists()
    assert client.post(f"{BASE}new/choice/", {**data, "label": "Груз", "default": "лёд"}).status_code == 302


def test_choices_are_moved_renamed_archived_and_keep_their_keys(administrator, client_of):
    client = client_of(administrator)
    rows = {"choices": ["0", "1"], "choice-0-label": "Лёд", "choice-1-label": "Уголь"}
    client.post(f"{BASE}new/choice/", {"label": "Груз", **rows})
    definition = CustomField.objects.get()
    url = f"{BASE}custom/{definition.pk}/"
    company, _op = actions.create(registry["company"], {"name": "А", "x_gruz": "led"}, administrator)
    rows |= {"choice-0-key": "led", "choice-1-key": "ugol", "label": "Груз", "version": "1"}
    moved = client.post(url, {**rows, "do": "down.0"}, headers=PARTIAL).content.decode()
    assert moved.index("Уголь") < moved.index("Лёд")
    rows |= {"choices": ["1", "0", "2"], "choice-0-label": "Лёд сухой", "choice-0-off": "1", "choice-2-label": "Уголь"}
    assert client.post(url, rows).status_code == 302
    definition.refresh_from_db()
    assert [c["key"] for c in definition.choices] == ["ugol", "led", "ugol_2"]
    assert definition.choices[1]["archived"] is True
    page = client.get(f"/companies/{company.pk}/").content.decode()
    assert "Лёд сухой" in page
    # The one that a record holds is not taken out.
    gone = {"label": "Груз", "choices": ["0"], "choice-0-label": "Уголь", "choice-0-key": "ugol", "version": "2"}
    answer = client.post(url, gone, headers=PARTIAL)
    assert answer.status_code == 422 and "Лёд сухой" in answer.content.decode()


def test_somebody_elses_change_meanwhile_is_told(administrator, client_of):
    client = client_of(administrator)
    client.post(f"{BASE}new/text/", {"label": "Груз"})
    definition = CustomField.objects.get()
    actions.update(registry["customfield"], definition.pk, {"label": "Кладь"}, administrator)
    answer = client.post(f"{BASE}custom/{definition.pk}/", {"label": "Багаж", "version": "1"}, headers=PARTIAL)
    assert answer.status_code == 409 and "Багаж" in answer.content.decode()


def test_a_deleted_field_is_offered_to_be_restored(administrator, client_of):
    client = client_of(administrator)
    client.post(f"{BASE}new/text/", {"label": "Груз"})
    definition = CustomField.objects.get()
    company, _op = actions.create(registry["company"], {"name": "А", "x_gruz": "лёд"}, administrator)
    assert client.post(f"{BASE}custom/{definition.pk}/", {"do": "delete"}).status_code == 302
    assert "x_gruz" not in registry["company"].fields
    assert f"restore.{definition.pk}" in client.get(BASE).content.decode()
    assert client.post(BASE, {"do": f"restore.{definition.pk}"}).status_code == 302
    fresh = Company.objects.visible_to(administrator).get(pk=company.pk)
    assert registry["company"].fields["x_gruz"].value(fresh) == "лёд"
    operation = Operation.objects.order_by("-pk")[0]
    assert client.post(f"/operations/{operation.pk}/undo/").status_code == 302
    assert "x_gruz" not in registry["company"].fields


def test_the_page_of_an_entity_costs_the_same_whatever_it_holds(
    administrator, client_of, django_assert_max_num_queries
):
    client = client_of(administrator)
    for n in range(12):
        client.post(f"{BASE}new/text/", {"label": f"Поле {n}"})
    actions.create(registry["company"], {"name": "А", "x_pole_1": "лёд"}, administrator)
    client.get(BASE)
    with django_assert_max_num_queries(30):
        client.get(BASE)
