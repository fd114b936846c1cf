"""The kinds of field whose options stand in a dictionary: choices in all else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import override

from vizavi.core.fields import ChoiceField, ChoicesField, Field, register_kind
from vizavi.core.fold import fold
from vizavi.dictionaries import columns
from vizavi.dictionaries.lists import dictionary


class _FromDictionary(Field):
    def __init__(self, entity: Any, column: models.Field):
        super().__init__(entity, column)
        self.dictionary = dictionary(self.column.dictionary)

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(o.key, o.label) for o in self.dictionary.options()]

    @property
    def known(self) -> list[tuple[str, str]]:
        return [(o.key, o.label) for o in self.dictionary.options(archived=True)]

    def label_of(self, key: Any) -> str:
        option = self.dictionary.get(str(key))
        return option.label if option else str(key)

    def tone_of(self, key: Any) -> str:
        option = self.dictionary.get(str(key))
        return (option and option.tone) or "slate"

    def key(self, raw: Any) -> str:
        """Also the label that an option was shipped with: files go on using it after it was renamed."""
        try:
            return super().key(raw)  # type: ignore[misc]
        except ValidationError:
            for language in ("ru", "en"):
                with override(language):
                    for option in self.dictionary.options():
                        if option.name and fold(str(raw)) == fold(option.shipped_label):
                            return option.key
            raise


@register_kind(columns.Option)
class OptionField(_FromDictionary, ChoiceField):
    """One key out of a dictionary."""


@register_kind(columns.Options)
class OptionsField(_FromDictionary, ChoicesField):
    """Several keys out of a dictionary."""
