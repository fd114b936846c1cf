"""Definitions of custom fields, and layouts."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns
from vizavi.core.records import Journaled
from vizavi.custom.words import spoken


def check_choices(value: Any) -> None:
    """A list of `{"key", "label", "tone", "archived"}`, the last two optional. Raises `ValidationError`."""
    wrong = ValidationError(_("Each choice is an object of key and label."), code="choices")
    if not isinstance(value, list) or len(value) > 500:
        raise wrong
    keys = set()
    for choice in value:
        if not isinstance(choice, dict) or set(choice) - {"key", "label", "tone", "archived"}:
            raise wrong
        key, label = choice.get("key"), choice.get("label")
        if not (isinstance(key, str) and 0 < len(key) <= 60 and isinstance(label, str) and 0 < len(label) <= 200):
            raise wrong
        if not isinstance(choice.get("tone", ""), str) or not isinstance(choice.get("archived", False), bool):
            raise wrong
        if key in keys:
            raise ValidationError(_("Two choices have the key “%(key)s”.") % {"key": key}, code="choices")
        keys.add(key)


class CustomField(Journaled):
    """A field that the administrator has added to an entity; its values stand in `Record.custom` under `key`.

    Entity, key and kind never change: values would lose their meaning. A deleted definition keeps its key, and the
    records keep the values for the day on which it is restored.
    """

    KINDS = [
        ("text", _("Text")), ("longtext", _("Long text")), ("integer", _("Whole number")), ("number", _("Number")),
        ("money", _("Money")), ("date", _("Date")), ("datetime", _("Date and time")), ("choice", _("Choice")),
        ("choices", _("Several choices")), ("yesno", _("Yes or no")), ("user", _("User")),
        ("relation", _("Link to a record")), ("phones", _("Phones")), ("emails", _("E-mails")),
        ("address", _("Address")), ("url", _("Web address")), ("file", _("File")),
    ]  # fmt: skip
    #: Nothing else changes a key that is stored: it is a path inside a statement of SQL.
    KEY = re.compile(r"[a-z](?:_?[a-z0-9]+)*")

    unjournaled = frozenset({"indexed"})

    entity_name = models.CharField(_("kind of record"), max_length=40)
    key = models.CharField(_("key"), max_length=30)
    label = models.CharField(_("name"), max_length=100)
    label_en = models.CharField(_("name in English"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    help = models.CharField(_("hint"), max_length=300, blank=True)
    required = models.BooleanField(_("required"), default=False)
    filterable = models.BooleanField(_("filters and sorts large lists"), default=True)
    default = models.CharField(_("value of a new record"), max_length=300, blank=True)
    choices = columns.Json(_("choices"), default=list, blank=True, validators=[check_choices])
    target = models.CharField(_("links to"), max_length=40, blank=True)
    places = models.PositiveSmallIntegerField(_("decimal places"), default=2)
    #: Whether the index that a filterable field wants is there; a job makes it.
    indexed = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("Custom field")
        verbose_name_plural = _("Custom fields")
        constraints = [models.UniqueConstraint(fields=["entity_name", "key"], name="custom_field_key")]

    def __str__(self) -> str:
        return str(self.spoken)

    @property
    def spoken(self) -> Any:
        """The name in the language of whoever looks; in English it is the other one where there is none of its own."""
        return spoken({"ru": self.label, "en": self.label_en or self.label})

    def clean(self) -> None:
        """Checks the definition as a whole. Raises `ValidationError` by field."""
        from vizavi.custom.definitions import problems_of

        if wrong := problems_of(self):
            raise ValidationError(wrong)


class Layout(Journaled):
    """Names, order, sections and visibility of an entity's fields as the administrator wants them, see `custom.shapes`."""

    entity_name = models.CharField(_("kind of record"), max_length=40, unique=True)
    data = columns.Json(_("layout"), default=dict, blank=True)

    class Meta:
        verbose_name = _("Layout")
        verbose_name_plural = _("Layouts")

    def __str__(self) -> str:
        from vizavi.core.entity import registry

        entity = registry.get(self.entity_name)
        return entity.label_plural if entity else self.entity_name
