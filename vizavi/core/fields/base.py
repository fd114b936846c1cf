"""What every field kind can do, and how a model field finds its kind."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vizavi.core.columns import Derived
from vizavi.core.fields.store import ColumnStore, CustomStore

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.reading import Reader
    from vizavi.core.records import Journaled

_kinds: dict[type[models.Field], type[Field]] = {}

#: The operators of the filter grammar, without the field: `field__gte=`. `""` is "any of", which takes ranges too.
OPERATORS = ("", "not", "gte", "lte", "contains", "starts", "empty", "skipped")


class per_language(property):
    """A property that only the language decides: computed once for each.

    A field whose labels or options change is a new `Field` object, so that nothing stale can be shown.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._kept = f"_{name}_by_language"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        kept = instance.__dict__.setdefault(self._kept, {})
        language = get_language()
        if language not in kept:
            kept[language] = super().__get__(instance, owner)
        return kept[language]


def register_kind(*columns: type[models.Field]) -> Any:
    """Class decorator: model fields of these classes (and their subclasses) are of this kind."""

    def attach(kind: type[Field]) -> type[Field]:
        for column in columns:
            _kinds[column] = kind
        return kind

    return attach


def kind_of(column: models.Field) -> type[Field] | None:
    """The kind for a model field, None for those that are not shown to people (keys, derived columns)."""
    if (isinstance(column, Derived) and type(column) not in _kinds) or column.primary_key:
        return None
    if column.choices:
        from vizavi.core.fields.choice import ChoiceField

        return ChoiceField
    if isinstance(column, models.ForeignKey):
        from vizavi.core.fields.relation import kind_of_relation

        return kind_of_relation(column)
    for cls in type(column).__mro__:
        if cls in _kinds:
            return _kinds[cls]
    return None


class Field:
    """One attribute of an entity, whether a model field or a custom one.

    Values travel in four forms: *raw* (what a form, a file or an API caller sent), the Python value, its *JSON form*
    (journal, API) and text (for eyes). `parse(to_json(value)) == value` holds for every kind.
    """

    kind: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = ("", "not", "empty")
    sortable: ClassVar[bool] = True
    #: Right-aligned, tabular figures.
    numeric: ClassVar[bool] = False
    #: Several values at once, so that "any of" looks inside the list.
    many: ClassVar[bool] = False
    #: Short enough for an editor inside a table cell.
    compact: ClassVar[bool] = True
    computed: ClassVar[bool] = False
    #: How the database reads a custom value of this kind, see `core.dialect`; and whether it compares by a folded key.
    cast: ClassVar[str] = "text"
    folded: ClassVar[bool] = False

    #: What a new record begins with, as somebody would type it; a column's own default is not told here.
    default: str = ""
    #: Values stand in `custom`; the definition is a row of the administrator's.
    custom = False

    def __init__(self, entity: Entity, column: models.Field):
        self.entity = entity
        self.column: Any = column
        self.name = column.name
        self.words: Any = column.verbose_name
        self.store: ColumnStore | CustomStore = ColumnStore(self)
        self.help = column.help_text
        self.required = not (column.blank or column.null) and column.default in (models.NOT_PROVIDED, "")
        self.editable = column.editable and column.name not in entity.readonly
        if not getattr(column, "verbose_name", None):
            raise ImproperlyConfigured(f"{entity.name}.{self.name} has no label")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.entity.name}.{self.name}>"

    @per_language
    def label(self) -> str:
        """The name for eyes, with a capital."""
        text = str(self.words)
        return text[:1].upper() + text[1:]

    @property
    def needed(self) -> bool:
        """No new record can be made without a value for it."""
        return self.required and self.editable and not self.default

    def dressed(self, label: str, *, required: bool) -> Field:
        """The same field with another label (where one is given), and perhaps required."""
        found = copy.copy(self)
        # What the label decides was kept for the old one.
        found.__dict__ = {n: v for n, v in vars(self).items() if not n.endswith("_by_language")}
        found.words, found.required = label or self.words, required or self.required
        return found

    # -- reading and writing a record ------------------------------------------------------------------------------

    def value(self, record: Journaled) -> Any:
        return self.store.read(record)

    def assign(self, record: Journaled, value: Any) -> None:
        self.store.write(record, self.blank() if value is None else value)

    def blank(self) -> Any:
        """How nothing is stored: NULL, or the empty form where the column forbids NULL."""
        return None if self.column.null else self.column.get_default() if self.column.has_default() else ""

    def is_empty(self, value: Any) -> bool:
        return value is None or value in ("", [], {})

    # -- from outside ----------------------------------------------------------------------------------------------

    def raw_from_form(self, data: Mapping[str, Any]) -> Any:
        """The raw value out of a submitted form; kinds with several inputs gather them. Absent ones give None."""
        return data.get(self.name)

    def parse(self, raw: Any) -> Any:
        """The value that was meant; None for nothing.

        Raises `ValidationError` with a message for the person who typed it.
        """
        # An empty list is nothing to a kind that holds lists, and no text to one that holds text.
        empty = raw in ([], {}) and type(raw) is type(self.blank())
        if raw is None or (isinstance(raw, str) and not raw.strip()) or empty:
            if self.required:
                raise ValidationError(_("This field is required."), code="required")
            return None
        value = self.to_python(raw)
        self.validate(value)
        return value

    def to_python(self, raw: Any) -> Any:
        """Raw input that is not blank, as a value. Raises `ValidationError`."""
        return raw

    def validate(self, value: Any) -> None:
        """Checks beyond the kind itself: length, bounds, the model field's own validators."""
        self.column.run_validators(value)

    # -- to the outside --------------------------------------------------------------------------------------------

    def to_json(self, value: Any) -> Any:
        """The canonical form: what the journal keeps and the API sends."""
        return value

    def from_json(self, value: Any) -> Any:
        """The value back from its canonical form, unchecked."""
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the canonical form, blank apart."""
        return {"type": "string"}

    def text(self, value: Any, reader: Reader) -> str:
        """The value for eyes, in the reader's language and time zone; `""` for nothing."""
        return "" if self.is_empty(value) else str(value)

    def cell(self, record: Journaled, reader: Reader) -> str:
        """The text of this field of a record, where it may need the record's other fields (a sum its currency)."""
        return self.text(self.value(record), reader)

    def export(self, record: Journaled, reader: Reader) -> Any:
        """A typed cell for a spreadsheet: number, date, or the text that import reads back."""
        return self.cell(record, reader) or None

    def form_value(self, value: Any, reader: Reader) -> Any:
        """What an editor shows, in a form that `parse` takes back."""
        return "" if self.is_empty(value) else self.text(value, reader)

    # -- what it points to -----------------------------------------------------------------------------------------

    def points_to(self, value: Any) -> list[tuple[Entity, int]]:
        """The records that a value points to; nothing for kinds that do not point."""
        return []

    def seen(self, value: Any, reader: Reader) -> Any:
        """The canonical form of a value as this person may know it: an id that the door hides is not given away."""
        return self.to_json(value)

    def repointed(self, value: Any, entity: Entity, moves: Mapping[int, int]) -> Any:
        """The value with records of an entity replaced by others: what pointed to a merged one points to the survivor."""
        return value

    def kept(self, value: Any, before: Any, reader: Reader) -> Any:
        """The new value together with that part of the old one which this person does not see and so cannot drop."""
        return value

    def key_of(self, item: Any) -> Any:
        """Of kinds with several values: what makes two items the same one."""
        return item

    # -- many records ----------------------------------------------------------------------------------------------

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        """The rows for which this holds. Raises `ValidationError` for a value that makes no sense."""
        if operator == "empty":
            return self.empty_condition() if self.truth(raws) else ~self.empty_condition()
        if operator == "" and "gte" in self.operators:
            return reduce(or_, [self.within(*self.span(raw, reader)) for raw in raws])
        values = [self.filter_value(raw, reader) for raw in raws]
        if operator == "":
            return self.any_of(values)
        if operator == "not":
            return ~self.any_of(values) | self.empty_condition()
        return Q(**{f"{self.lookup}__{operator}": values[0]})

    @staticmethod
    def truth(raws: Iterable[str]) -> bool:
        return next(iter(raws), "1").strip().lower() not in ("0", "false", "no", "")

    @property
    def lookup(self) -> str:
        """What filters look at."""
        return self.store.path

    def filter_value(self, raw: str, reader: Reader) -> Any:
        return self.to_python(raw)

    def any_of(self, values: list[Any]) -> Q:
        return Q(**{f"{self.lookup}__in": values})

    def span(self, raw: str, reader: Reader) -> tuple[Any, Any]:
        """First and last of what `100..200` means, both included; a value alone is both."""
        low, dots, high = raw.partition("..")
        return self.filter_value(low, reader), self.filter_value(high if dots else low, reader)

    def within(self, first: Any, last: Any) -> Q:
        return Q(**{f"{self.lookup}__gte": first, f"{self.lookup}__lte": last})

    def empty_condition(self) -> Q:
        return Q(**{f"{self.lookup}__isnull": True} if self.store.nullable else {self.store.path: self.blank()})

    @property
    def order_path(self) -> str:
        """What sorts; NULL under it means nothing and stands last."""
        return self.lookup

    @property
    def group_by(self) -> Any:
        """The expression that groups: one group per value of it, months made of it for dates."""
        return F(self.store.path)

    @property
    def indexed(self) -> bool:
        """Whether an index serves filters and sorts by this field, however many rows there are."""
        return self.store.indexed(self.order_path)

    def search_text(self, value: Any) -> str:
        """Words under which the record is found."""
        return "" if self.is_empty(value) else str(value)

    @property
    def filterable(self) -> bool:
        return bool(self.operators)


class Computed(Field):
    """A value that follows from others and is never stored: shown, exported and sent, not typed.

    `source` is the name of a property of the model; `like` is the kind whose manner of showing it borrows.
    """

    computed = True
    operators = ()
    sortable = False

    def __init__(self, entity: Entity, name: str, label: Any, like: type[Field] | None = None):
        self.entity, self.name, self.words = entity, name, label
        self.kind = "computed"  # type: ignore[misc]
        self.numeric = bool(like and like.numeric)  # type: ignore[misc]
        self.like = like
        self.help, self.required, self.editable = "", False, False

    def value(self, record: Journaled) -> Any:
        return getattr(record, self.name)

    def parse(self, raw: Any) -> Any:
        raise ValidationError(_("This value is computed and cannot be set."), code="computed")

    def export(self, record: Journaled, reader: Reader) -> Any:
        return self.value(record)

    def schema(self) -> dict[str, Any]:
        # There is no column whose bounds the kind could tell.
        kind = self.like.kind if self.like else ""
        types = {"integer": {"type": "integer"}, "yesno": {"type": "boolean"}}
        return dict(types.get(kind, {"type": "string"}))


_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean_text(raw: Any) -> str:
    """Text from anybody: control characters that no database or spreadsheet likes are dropped, ends are trimmed.

    Raises `ValidationError` when the input is not text at all.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ValidationError(_("Enter text."), code="type")
    if isinstance(raw, float) and raw.is_integer():  # a spreadsheet's 7701234567.0
        raw = int(raw)
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_TEXT.sub("", text).strip()
