"""One custom field of each kind through every way in and out."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from vizavi.access.models import ApiToken
from vizavi.clients.models import Company
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import long_operation, undo
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.custom.tests.test_custom_fields import VALUES, define
from vizavi.exchange import mapping
from vizavi.exchange.importer import Importer
from vizavi.files import store
from vizavi.lists.change import change_many
from vizavi.tables import open_table

pytestmark = pytest.mark.django_db
KINDS = [*VALUES, "user", "relation", "file"]
PARTIAL = {"HX-Request": "true"}


class World:
    """A firm with one custom field of one kind, and a company of which it is filled in."""

    def __init__(self, kind: str, by: Any, client: Any):
        self.kind, self.by, self.client = kind, by, client
        self.entity = registry["company"]
        self.definition = define(by, kind)
        self.token = {"Authorization": f"Bearer {ApiToken.make(by, 'test')[1]}"}
        self.first, self.second = self.raws()
        if kind != "file":
            self.record, _op = actions.create(self.entity, {"name": "Альфа", "x_thing": self.first}, by)
        else:
            actions.update(self.entity, self.record.pk, {"x_thing": self.first}, by)

    def raws(self) -> tuple[Any, Any]:
        """Two raw values."""
        if self.kind in VALUES:
            return VALUES[self.kind][0], VALUES[self.kind][2]
        if self.kind == "user":
            return self.by.pk, None
        if self.kind == "relation":
            made = [actions.create(registry["contact"], {"name": n}, self.by)[0].pk for n in ("Иванов", "Петров")]
            return made[0], made[1]
        self.record, _op = actions.create(self.entity, {"name": "Альфа"}, self.by)
        made = [store.attach(self.entity, self.record, f"{n}.txt", [b"x"], self.by)[0].pk for n in ("один", "два")]
        return made[0], made[1]

    @property
    def field(self) -> Any:
        return self.entity.fields["x_thing"]

    @property
    def fresh(self) -> Any:
        return Company.objects.visible_to(self.by).get(pk=self.record.pk)

    @property
    def value(self) -> Any:
        return self.field.value(self.fresh)

    @property
    def text(self) -> str:
        """What people read."""
        return self.field.cell(self.fresh, Reader(self.by))

    def api(self, method: str, path: str, data: Any = None) -> Any:
        body = {} if data is None else {"data": json.dumps(data)}
        return self.client.generic(
            method, f"/api/v1/{path}", **body, content_type="application/json", headers=self.token
        )

    def form(self, value: Any) -> dict[str, Any]:
        """The value as an editor sends it."""
        with timezone.override("Europe/Moscow"):  # the firm's
            shown = self.field.form_value(value, Reader(self.by))
        if self.kind in ("phones", "emails"):
            return {f"x_thing-{n}-{k}": v for n, item in enumerate(shown) for k, v in item.items()}
        if self.kind == "address":
            return {f"x_thing-{part}": text for part, text in shown.items()}
        return {"x_thing": shown}


@pytest.fixture(params=KINDS)
def world(request, administrator, client_of):
    return World(request.param, administrator, client_of(administrator))


def test_every_page_shows_it(world):
    shown = world.text.split(",")[0].split(" (")[0]
    url = f"/companies/{world.record.pk}/"
    for page in (url, f"{url}_peek/", f"{url}edit/", "/companies/?cols=name,x_thing", "/companies/new/"):
        answer = world.client.get(page, headers=PARTIAL if "_peek" in page else {})
        assert answer.status_code == 200
        text = answer.content.decode()
        if world.kind == "file" and page.endswith("new/"):
            continue
        assert "Штука" in text, page
        if not page.endswith(("new/", "edit/")):
            assert shown in text.replace("www.", ""), page


def names(answer: Any) -> list[str]:
    """The companies of a list, in its order."""
    assert answer.status_code == 200
    text = answer.content.decode()
    return [name for _at, name in sorted((text.index(f">{n}<"), n) for n in ("Альфа", "Бета") if f">{n}<" in text)]


def test_a_list_is_filtered_by_it_with_a_chip_and_sorted_by_it(world):
    actions.create(world.entity, {"name": "Бета"}, world.by)
    url = "/companies/?cols=name,x_thing&"
    assert names(world.client.get(f"{url}x_thing__empty=0")) == ["Альфа"]
    assert names(world.client.get(f"{url}x_thing__empty=1")) == ["Бета"]
    chips = world.client.get(f"{url}x_thing__empty=0").content.decode()
    assert re.search(r"Штука.{0,80}заполнено", chips, re.DOTALL), "the condition stands as a chip"
    raws = {"choices": "a", "datetime": "24.11.2026", "file": None, "longtext": None, "address": None, "url": None}
    raw = raws.get(world.kind, str(world.first))
    if "" in world.field.operators and raw is not None:
        assert names(world.client.get(f"{url}{urlencode({'x_thing': raw})}")) == ["Альфа"]
        found = world.api("GET", f"companies/?{urlencode({'x_thing': raw})}").json()["results"]
        assert [r["name"] for r in found] == ["Альфа"]
    for sort, order in (("x_thing", ["Альфа", "Бета"]), ("-x_thing", ["Альфа", "Бета"])):
        if world.field.sortable:
            # Nothing stands last, whichever way.
            assert names(world.client.get(f"{url}sort={sort}")) == order
            assert [r["name"] for r in world.api("GET", f"companies/?sort={sort}").json()["results"]] == order
        else:
            assert world.api("GET", f"companies/?sort={sort}").status_code == 422


def test_it_is_edited_in_place_and_as_part_of_the_form(world):
    url, second = f"/companies/{world.record.pk}/", world.field.parse(world.second) if world.second else None
    before = world.value
    editor = world.client.get(f"{url}_field/x_thing/", headers=PARTIAL)
    assert editor.status_code == 200 and "x_thing" in editor.content.decode()
    if second is not None:
        data = {**world.form(second), "version": world.fresh.version}
        assert world.client.post(f"{url}_field/x_thing/", data, headers=PARTIAL).status_code == 200
        assert world.value == second
    # The whole form sent back unchanged writes nothing.
    version = world.fresh.version
    whole = {"name": "Альфа", "version": version, **world.form(world.value)}
    assert world.client.post(f"{url}edit/", whole).status_code == 302
    assert world.fresh.version == version
    assert before is not None
    if world.kind != "file":
        data = {"name": "Гамма", **world.form(world.value)}
        answer = world.client.post("/companies/new/", data)
        if world.kind in ("phones", "emails"):
            # Who has the same number is perhaps the same: that is asked once, as of the built-in fields.
            assert answer.status_code == 409
            seen = re.findall(r'name="dupes_seen"[^>]*value="([^"]*)"', answer.content.decode())
            answer = world.client.post("/companies/new/", {**data, "dupes_seen": seen})
        assert answer.status_code == 302
        made = Company.objects.visible_to(world.by).get(name="Гамма")
        assert world.field.to_json(world.field.value(made)) == world.field.to_json(world.value)


def test_the_api_writes_reads_filters_and_documents_it(world):
    path = f"companies/{world.record.pk}/"
    read = world.api("GET", path).json()
    assert read["x_thing"] == world.field.to_json(world.value)
    assert world.api("PATCH", path, {"x_thing": read["x_thing"]}).json()["version"] == read["version"]
    assert world.api("PATCH", path, {"x_thing": None}).json()["x_thing"] in (None, "", [], {})
    assert world.api("PATCH", path, {"x_thing": read["x_thing"]}).json()["x_thing"] == read["x_thing"]
    for raw in ([[]], {"a": {"b": 1}}, "\x00", 10**40, "—", [{"value": 5}]):
        assert world.api("PATCH", path, {"x_thing": raw}).status_code in (200, 422)
    assert world.api("PATCH", path, {"x_thing": read["x_thing"]}).status_code == 200
    if world.kind != "file":  # a file belongs to a record that is there
        made = world.api("POST", "companies/", {"name": "Новая", "x_thing": read["x_thing"]})
        assert made.status_code == 201 and made.json()["x_thing"] == read["x_thing"]
        assert world.api("DELETE", f"companies/{made.json()['id']}/").status_code in (200, 204)
    filled = [r["id"] for r in world.api("GET", "companies/?x_thing__empty=0").json()["results"]]
    assert filled == [world.record.pk]
    assert world.api("GET", "companies/?x_thing__empty=1").json()["results"] == []
    document = world.api("GET", "openapi.json").json()
    for name in ("Company", "CompanyCreate", "CompanyChange"):
        schema = document["components"]["schemas"][name]["properties"]["x_thing"]
        assert "Штука" in schema["description"]
    names = {p["name"] for p in document["paths"]["/companies/"]["get"]["parameters"]}
    assert {"x_thing" + (f"__{op}" if op else "") for op in world.field.operators} <= names


def test_what_is_exported_is_imported_again(world, tmp_path):
    before, label = world.value, world.field.label
    for kind in ("csv", "xlsx"):
        extra = ",x_thing_currency" if world.kind == "money" else ""
        answer = world.client.get(f"/companies/export.{kind}?columns=name,x_thing{extra}")
        path = tmp_path / f"f.{kind}"
        path.write_bytes(b"".join(answer.streaming_content))
        table = open_table(path, path.name)
        assert label in table.headers
        guessed = mapping.guess(world.entity, table, Reader(world.by))
        assert guessed.columns[label].partition(".")[0] == "x_thing"
        actions.update(world.entity, world.record.pk, {"x_thing": None}, world.by)
        guessed.keys, guessed.duplicates = ["name"], mapping.OVERWRITE
        with long_operation("import", by=world.by) as long, timezone.override("Europe/Moscow"):
            refused: list[Any] = []
            Importer(world.entity, table, guessed, world.by).run(
                long, lambda _op, _found, bad, into=refused: into.extend(bad)
            )
        assert [row.problems for row in refused] == []
        if world.kind == "phones":
            assert [item["e164"] for item in world.value] == [item["e164"] for item in before]
        else:
            assert world.field.to_json(world.value) == world.field.to_json(before)
        assert not undo(long.row, world.by).obstacles
        assert world.field.is_empty(world.value)
        actions.update(world.entity, world.record.pk, {"x_thing": world.first}, world.by)


def test_its_changes_stand_in_the_history_and_are_undone(world):
    before = world.field.to_json(world.value)
    _record, op = actions.update(world.entity, world.record.pk, {"x_thing": None}, world.by)
    page = world.client.get(f"/companies/{world.record.pk}/").content.decode()
    assert page.count("Штука") >= 2
    rows = world.api("GET", f"companies/{world.record.pk}/history/").json()["results"]
    assert rows[0]["changes"][0]["field"] == "x_thing"
    assert not undo(op, world.by).obstacles
    assert world.field.to_json(world.value) == before
    redone = Operation.objects.get(undoes=op)
    assert not undo(redone, world.by).obstacles
    assert world.field.is_empty(world.value)


def test_many_records_get_it_at_once(world):
    other, _op = actions.create(world.entity, {"name": "Бета"}, world.by)
    raw = world.field.to_json(world.value)
    result = change_many(world.entity, [world.record.pk, other.pk], {"x_thing": raw}, world.by)
    assert result.changed == 1 and not result.skipped
    assert world.field.to_json(world.field.value(Company.objects.visible_to(world.by).get(pk=other.pk))) == raw
    assert not undo(result.operation, world.by).obstacles
    assert world.field.is_empty(world.field.value(Company.objects.visible_to(world.by).get(pk=other.pk)))


def test_words_in_it_are_found_by_search(world):
    from vizavi.search import find

    words = {
        "text": "Ёлкин",
        "longtext": "раз",
        "phones": "4951234567",
        "emails": "a@b.ru",
        "address": "Москва",
        "url": "example",
    }
    if world.kind in words:
        found = find(words[world.kind], Reader(world.by))
        assert [hit.id for hit in found if hit.entity is world.entity] == [world.record.pk]


def test_a_deleted_definition_hides_the_values_and_gives_them_back(world):
    before, path = world.api("GET", f"companies/{world.record.pk}/").json()["x_thing"], f"companies/{world.record.pk}/"
    op = actions.delete(registry["customfield"], [world.definition.pk], world.by)
    assert "x_thing" not in world.api("GET", path).json()
    assert world.api("GET", "companies/?x_thing__empty=0").status_code == 422
    assert "Штука" not in world.client.get(f"/companies/{world.record.pk}/edit/").content.decode()
    assert world.client.get(f"/companies/{world.record.pk}/").status_code == 200
    actions.update(world.entity, world.record.pk, {"name": "Гамма"}, world.by)
    assert not undo(op, world.by).obstacles
    assert world.api("GET", path).json()["x_thing"] == before


def test_a_file_is_uploaded_into_its_field(administrator, client_of):
    define(administrator, "file")
    company, _op = actions.create(registry["company"], {"name": "Альфа"}, administrator)
    client, url = client_of(administrator), f"/companies/{company.pk}/_field/x_thing/"
    upload = SimpleUploadedFile("договор.txt", b"text")
    data = {"x_thing": "", "x_thing__file": upload, "version": 1}
    answer = client.post(url, data, headers=PARTIAL)
    assert answer.status_code == 200 and "договор.txt" in answer.content.decode()
    fresh = Company.objects.visible_to(administrator).get(pk=company.pk)
    file = registry["company"].fields["x_thing"].value(fresh)
    assert b"".join(client.get(f"/files/{file}/").streaming_content) == b"text"
    again = client.post(url, {"x_thing": str(file), "x_thing__clear": "1", "version": fresh.version}, headers=PARTIAL)
    assert again.status_code == 200
    assert Company.objects.visible_to(administrator).get(pk=company.pk).custom == {}
