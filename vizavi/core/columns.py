"""Model fields of our own: a stored column plus the derived columns that make it fast and the same on both databases.

What a *value* is (shown, parsed, filtered, …) is said in `core.fields`; here is only how it is stored.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from vizavi.core.dialect import custom_transform
from vizavi.core.fold import KEY_LENGTH, sort_key


class Derived:
    """A column that follows from others of its row: never typed, never journaled, recomputed (`pre_save`) at each write."""

    of: str

    def sources(self) -> set[str]:
        """The columns whose change it follows."""
        return {self.of}


class FoldKey(Derived, models.CharField):
    """The folded key of another column."""

    def __init__(self, of: str = "", **kwargs: Any):
        self.of = of
        kwargs.setdefault("max_length", KEY_LENGTH)
        super().__init__(**{**kwargs, "null": True, "blank": True, "editable": False})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, record: models.Model, add: bool) -> Any:
        source = record._meta.get_field(self.of)
        text = source.text_of(getattr(record, self.of)) if hasattr(source, "text_of") else getattr(record, self.of)
        setattr(record, self.attname, sort_key(text))
        return getattr(record, self.attname)


class Keyed(models.Field):
    """A text column that brings its folded key along: `name` gets `name_key`."""

    def __init__(self, *args: Any, indexed: bool = False, **kwargs: Any):
        self.indexed = indexed
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, **({"indexed": True} if self.indexed else {})}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        # A historical model of a migration brings the key column itself.
        if not cls._meta.abstract and not hasattr(cls, f"{name}_key") and cls.__module__ != "__fake__":
            key = FoldKey(of=name, db_index=self.indexed)
            key.creation_counter = self.creation_counter + 1
            cls.add_to_class(f"{name}_key", key)


class Text(Keyed, models.CharField):
    """One line of text with its folded key. `indexed` makes the key fit for sorting large tables."""


class LongText(Keyed, models.TextField):
    """Several lines of text. The key holds only the beginning: enough to sort and to tell empty from not."""


class Address(Keyed, models.JSONField):
    """A postal address: an object of `line`, `city`, `region`, `postcode`, `country`, all text, all optional."""

    PARTS = ("line", "city", "region", "postcode", "country")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"default": dict, "blank": True, **kwargs})

    @classmethod
    def text_of(cls, value: dict | None) -> str:
        """The address in one line, from the country down, as it is written on an envelope in Russia."""
        return ", ".join(str(value[p]) for p in reversed(cls.PARTS) if value.get(p)) if value else ""


class Phones(models.JSONField):
    """Telephone numbers: a list of `{"kind", "value", "e164"}`; look-ups go through `core.ReachKey`."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})


class Emails(Phones):
    """E-mail addresses: a list of `{"kind", "value"}`, the value in lower case."""


class Choices(models.JSONField):
    """Several keys out of a closed list, in the order of the list.

    `|a|b|` in the derived text column would be faster to search; a list of some dozens of keys does not need it.
    """

    def __init__(self, *args: Any, options: Any = (), **kwargs: Any):
        #: Keys and labels, or a function that gives them.
        self.options = options if callable(options) else list(options)
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})


class Links(models.JSONField):
    """Records of another entity (`to`, as `app.Model`): a list of ids, or with `roles` of `{"id", "role"}`.

    The list is the truth; `core.Link` rows are derived from it, so that the other end finds its way back.
    """

    def __init__(self, to: str = "", *args: Any, roles: bool = False, **kwargs: Any):
        self.to, self.roles = to, roles
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.to, *args], {**kwargs, **({"roles": True} if self.roles else {})}


class About(models.JSONField):
    """What a file, an activity or a note is about: a list of `{"entity", "id"}`; `core.Link` rows follow from it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})


class Currency(models.CharField):
    """An ISO 4217 code."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"max_length": 3, "blank": True, "default": "", **kwargs})


class Money(models.DecimalField):
    """A sum in the currency that stands in the column `currency`; `<name>_base` holds it in the base currency.

    The base value is NULL while no rate is known for the day; a late rate recomputes it.
    """

    def __init__(self, *args: Any, currency: str = "currency", **kwargs: Any):
        self.currency = currency
        super().__init__(*args, **{"max_digits": 18, "decimal_places": 2, "null": True, "blank": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "currency": self.currency}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract and not hasattr(cls, f"{name}_base") and cls.__module__ != "__fake__":
            base = BaseValue(of=name)
            base.creation_counter = self.creation_counter + 1
            cls.add_to_class(f"{name}_base", base)


class BaseValue(Derived, models.DecimalField):
    """A sum in the firm's base currency, derived from a Money column at each write."""

    def __init__(self, of: str = "", **kwargs: Any):
        self.of = of
        super().__init__(
            **{**kwargs, "max_digits": 18, "decimal_places": 2, "null": True, "blank": True, "editable": False}
        )

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def sources(self) -> set[str]:
        return {self.of, self.model._meta.get_field(self.of).currency}  # type: ignore[union-attr]

    def pre_save(self, record: models.Model, add: bool) -> Any:
        from vizavi.core.firm import in_base

        money: Any = record._meta.get_field(self.of)
        value = in_base(getattr(record, self.of), getattr(record, money.currency))
        setattr(record, self.attname, value)
        return value


class Json(models.JSONField):
    """A list or an object that a page of its own edits; the validators know its structure."""


class _ByKey(models.JSONField):
    """JSON whose keys are looked up as `custom__text_colour`, see `core.dialect`."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{**kwargs, "default": dict, "blank": True, "editable": False})

    def get_transform(self, name: str) -> Any:
        return custom_transform(name) or super().get_transform(name)


class Custom(_ByKey):
    """The values of custom fields by their keys; `custom_keys` holds the folded keys of those that are text."""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract and cls.__module__ != "__fake__":
            keys = CustomKeys()
            keys.creation_counter = self.creation_counter + 1
            cls.add_to_class(f"{name}_keys", keys)


class CustomKeys(Derived, _ByKey):
    """The folded key of every text in `custom`; a field that is not defined at present keeps the key that it had."""

    of = "custom"

    def pre_save(self, record: models.Model, add: bool) -> Any:
        values: dict[str, Any] = record.custom  # type: ignore[attr-defined]
        fields = {f.store.key: f for f in record.entity().shape.folded}  # type: ignore[attr-defined]
        keys = {k: key for k, key in getattr(record, self.attname).items() if k in values and k not in fields}
        for key in values.keys() & fields.keys():
            keys[key] = sort_key(fields[key].search_text(values[key]))
        setattr(record, self.attname, keys)
        return keys


def derived_from(model: type[models.Model], names: set[str]) -> list[models.Field]:
    """The derived columns that follow a change of these columns."""
    found: list[models.Field] = []
    names = set(names)
    for column in model._meta.concrete_fields:
        if isinstance(column, Derived) and column.sources() & names:
            found.append(column)
            names.add(column.name)  # a name in one line has a folded key of its own
    return found


def some(column: str, name: str) -> models.Index:
    """An index of a relation that most rows have not (`db_index=False` there): it holds only those that have it.

    In the usual index nearly all rows stand under NULL, and SQLite concludes that it is of no use.
    """
    return models.Index(fields=[column], name=name, condition=models.Q(**{f"{column}__isnull": False}))
