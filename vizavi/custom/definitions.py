"""Custom fields: a row of the administrator's yields the same `Field` as a model field, so nothing else knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns
from vizavi.core.entity import Entity, registry
from vizavi.core.fields.base import Field, kind_of
from vizavi.core.fields.store import CustomStore
from vizavi.core.records import unrestricted

if TYPE_CHECKING:
    from vizavi.custom.models import CustomField

#: Before the key of a custom field, everywhere but in `custom` itself.
PREFIX = "x_"

#: The model field that tells what a value is, by the kind of the definition.
COLUMNS: dict[str, Callable[[Any], models.Field]] = {
    "text": lambda d: columns.Text(max_length=300, blank=True),
    "longtext": lambda d: columns.LongText(blank=True),
    "integer": lambda d: models.IntegerField(null=True, blank=True),
    "number": lambda d: models.DecimalField(max_digits=20, decimal_places=d.places, null=True, blank=True),
    "money": lambda d: columns.Money(currency=f"{PREFIX}{d.key}_currency"),
    "date": lambda d: models.DateField(null=True, blank=True),
    "datetime": lambda d: models.DateTimeField(null=True, blank=True),
    "choice": lambda d: models.CharField(choices=pairs(d), blank=True),
    "choices": lambda d: columns.Choices(options=pairs(d)),
    "yesno": lambda d: models.BooleanField(null=True, blank=True),
    "user": lambda d: _relation(settings.AUTH_USER_MODEL),
    "relation": lambda d: _relation(d.target),
    "phones": lambda d: columns.Phones(),
    "emails": lambda d: columns.Emails(),
    "address": lambda d: columns.Address(),
    "url": lambda d: models.URLField(max_length=500, blank=True),
    "file": lambda d: _relation("files.File"),
}


def pairs(d: CustomField) -> list[tuple[str, str]]:
    """Keys and labels of the choices of a definition."""
    return [(choice["key"], choice["label"]) for choice in d.choices]


def _relation(target: str) -> models.Field:
    model = apps.get_model(target) if "." in target else registry[target].model
    return models.ForeignKey(model, models.SET_NULL, null=True, blank=True, related_name="+")


def fields_of(definition: CustomField, entity: Entity) -> Iterator[Field]:
    """The fields that a definition makes: one, or for money also its currency.

    Raises `KeyError` for a kind or a target that is not there.
    """
    yield _field(definition, entity, definition.key, definition.spoken, COLUMNS[definition.kind](definition))
    if definition.kind == "money":
        label = format_lazy("{}: {}", definition.spoken, _("currency"))
        yield _field(definition, entity, f"{definition.key}_currency", label, columns.Currency(), extra=True)


def _field(d: CustomField, entity: Entity, key: str, label: Any, column: Any, *, extra: bool = False) -> Field:
    column.verbose_name, column.help_text = label, "" if extra else d.help
    column.set_attributes_from_name(PREFIX + key)
    kind: Any = kind_of(column)
    field: Field = kind(entity, column)
    field.store = CustomStore(field, key, indexed=d.indexed and not extra)
    field.custom = True
    field.required = d.required and not extra
    field.default = "" if extra else d.default
    column.archived = frozenset(c["key"] for c in d.choices if c.get("archived"))
    column.tones = {c["key"]: c["tone"] for c in d.choices if c.get("tone")}
    if not d.filterable:
        field.operators = ()  # type: ignore[misc]
    return field


def problems_of(d: CustomField) -> dict[str, Any]:
    """What is wrong with a definition, by field: a name that means nothing, a key that is taken, a default that fails."""
    from vizavi.custom.models import CustomField

    wrong: dict[str, Any] = {}
    entity = registry.get(d.entity_name)
    if entity is None or not entity.can_be_extended:
        return {"entity_name": _("There are no custom fields here.")}
    if not d.KEY.fullmatch(d.key):
        wrong["key"] = _("Small Latin letters, digits and single underscores, a letter first.")
    others = CustomField.objects.filter(entity_name=d.entity_name).exclude(pk=d.pk)
    taken = {key for other in others for key in keys_of(other)}
    if taken & set(keys_of(d)):
        wrong["key"] = _("This key is taken, perhaps by a field that was deleted.")
    if d.pk:
        before = CustomField.objects.get(pk=d.pk)
        for name in ("entity_name", "key", "kind", "target"):
            if getattr(d, name) != getattr(before, name):
                wrong[name] = _("This cannot be changed any more: there may be values.")
        if used := _used(d, entity, before.choices):
            wrong["choices"] = _("“%(label)s” is in use: archive it instead.") % {"label": used}
    if d.kind in ("choice", "choices") and not [c for c in d.choices if not c.get("archived")]:
        wrong["choices"] = _("Name at least one choice.")
    if d.kind == "relation":
        target = registry.get(d.target)
        if target is None or not target.has_owner or not target.pages:
            wrong["target"] = _("Choose what the field links to.")
    elif d.target:
        wrong["target"] = _("Only a link has a target.")
    if d.required and d.kind == "file":
        wrong["required"] = _("A file is attached to a record that is there already.")
    if d.places > 6:
        wrong["places"] = _("At most six decimal places.")
    if d.default and not wrong:
        try:
            next(fields_of(d, entity)).parse(d.default)
        except ValidationError as error:
            wrong["default"] = error.messages
    return wrong


def _used(d: CustomField, entity: Entity, before: list[dict[str, Any]]) -> str:
    """The label of a choice that was taken out although a record has it, be it in the recycle bin."""
    kept = {choice["key"] for choice in d.choices}
    gone = [choice for choice in before if choice["key"] not in kept]
    if not gone:
        return ""
    f = next(fields_of(d, entity))
    with unrestricted("a choice in use must not be lost"):
        rows = entity.model.objects
        return next((c["label"] for c in gone if rows.filter(f.any_of([c["key"]])).exists()), "")


def keys_of(d: CustomField) -> list[str]:
    """The keys of `custom` that a definition uses."""
    return [d.key, f"{d.key}_currency"] if d.kind == "money" else [d.key]
