"""How a value of each kind is put on a page: what the macros of `fields.html` need, computed once per value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from vizavi.core.fields import (
    AboutField,
    ChoiceField,
    ChoicesField,
    Field,
    LinksField,
    MoneyField,
    ReachField,
    RelationField,
    UserField,
)
from vizavi.core.firm import firm
from vizavi.core.reading import Reader, Ref
from vizavi.core.records import Journaled


@dataclass
class Cell:
    """One shown value. `items` are the parts of a value that has several: (text, href or tone)."""

    name: str
    label: str
    kind: str
    text: str
    id: int | None = None
    url: str = ""
    tone: str = ""
    items: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    #: Of a list of links: (item, Ref).
    links: list[tuple[Any, Ref]] = dataclasses.field(default_factory=list)
    hidden: bool = False
    deleted: bool = False
    numeric: bool = False
    editable: bool = False
    compact: bool = True
    iso: str = ""
    warnings: list[str] = dataclasses.field(default_factory=list)
    remark: str = ""


def show(f: Field, record: Journaled, reader: Reader, *, editable: bool = False) -> Cell:
    """The cell of a field of a record for this reader. Related titles should have been prefetched."""
    value = f.value(record)
    cell = Cell(
        f.name,
        f.label,
        f.kind,
        f.cell(record, reader),
        numeric=f.numeric,
        editable=editable and f.editable,
        compact=f.compact,
    )
    if f.is_empty(value):
        return cell
    if isinstance(f, RelationField):
        ref = reader.ref(f.target, value)
        cell.id, cell.url, cell.hidden, cell.deleted = ref.id, ref.url, not ref.visible, ref.deleted
        if isinstance(f, UserField):
            cell.url = ""
    elif isinstance(f, LinksField | AboutField):
        cell.links = f.refs(value, reader)
    elif isinstance(f, ChoiceField):
        cell.tone = f.tone_of(value)
    elif isinstance(f, ChoicesField):
        cell.items = [(f.label_of(key), f.tone_of(key)) for key in value]
    elif isinstance(f, ReachField):
        cell.items = [(f.shown(item), f.href(item)) for item in value]
    elif f.kind == "url":
        cell.url, cell.text = value, urlsplit(value).netloc.removeprefix("www.") or value
    elif f.kind == "email":
        cell.url = f"mailto:{value}"
    elif f.kind in ("date", "datetime"):
        cell.iso = value.isoformat()
    return cell


def _item(f: LinksField, raw: Any) -> Any:
    """An item out of what a person sent, None for what makes no sense: it is only shown again."""
    try:
        return f.item(raw)
    except ValidationError:
        return None


@dataclass
class Editor:
    """The inputs of one field: their names, what stands in them, and what was wrong with it."""

    field: Field
    value: Any
    errors: list[str] = dataclasses.field(default_factory=list)
    options: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    label_of_value: str = ""
    combo_url: str = ""
    create_url: str = ""
    links: list[tuple[Any, Ref]] = dataclasses.field(default_factory=list)
    currency: str = ""
    currencies: list[str] = dataclasses.field(default_factory=list)
    #: Who is here already, to be said under it (`duplicates.finding.Match`); None where there is no place for that.
    hints: list[Any] | None = None

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def kind(self) -> str:
        return self.field.kind

    @property
    def rows(self) -> list[dict[str, str]]:
        """Rows of a list of phones or e-mails, with an empty one to type in."""
        rows = [dict(row) for row in self.value] if isinstance(self.value, list) else []
        return [*rows, {"kind": self.options[0][0] if self.options else "", "value": ""}]


def edit(
    f: Field,
    value: Any,
    reader: Reader,
    *,
    errors: list[str] | None = None,
    raw: bool = False,
    record: Journaled | None = None,
) -> Editor:
    """The editor of a field, with a value or (`raw`) with what a person typed, which is shown again as it was."""
    shown = value if raw else f.form_value(value, reader)
    options = f.offered(shown) if isinstance(f, ChoiceField | ChoicesField) else list(getattr(f, "options", ()))
    editor = Editor(f, "" if shown is None else shown, errors or [], options)
    if isinstance(f, RelationField):
        plural = f.target.plural
        editor.combo_url = f"/_combo/{plural}/"
        if f.target.pages and not f.target.admin:
            editor.create_url = f"/_quick/{plural}/"
        pk = int(shown) if str(shown).isdigit() and int(shown) < 2**63 else None
        editor.label_of_value = reader.ref(f.target, pk).title if pk else ""
    if isinstance(f, LinksField):
        editor.combo_url = f"/_combo/{f.target.plural}/"
        if f.target.open or (f.target.pages and not f.target.admin):
            editor.create_url = f"/_quick/{f.target.plural}/"
        items = [i for raw in shown or () if (i := _item(f, raw)) is not None] if isinstance(shown, list) else []
        editor.links = [(item, ref) for item, ref in f.refs(items, reader) if ref.visible]
    if isinstance(f, MoneyField):
        currency = f.entity.fields.get(f.currency_name)
        editor.currency = f.currency_of(record) if record is not None else firm().base_currency
        editor.currencies = [key for key, _label in getattr(currency, "options", [])]
    return editor
