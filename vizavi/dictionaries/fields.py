"""The kinds of field whose options stand in a dictionary: choices in all else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import get_language, override

from vizavi.core.fields import ChoiceField, ChoicesField, register_kind
from vizavi.core.fields.choice import _Options
from vizavi.core.fold import fold
from vizavi.dictionaries import columns
from vizavi.dictionaries.lists import dictionary, kept

T = TypeVar("T")


class _FromDictionary(_Options):
    def __init__(self, entity: Any, column: models.Field):
        super().__init__(entity, column)
        self.dictionary = dictionary(self.column.dictionary)

    @property
    def options(self) -> list[tuple[str, str]]:
        return self.once("options", lambda: [(o.key, o.label) for o in self.dictionary.options()])

    @property
    def known(self) -> list[tuple[str, str]]:
        return self.once("known", lambda: [(o.key, o.label) for o in self.dictionary.options(archived=True)])

    @property
    def meanings(self) -> dict[str, str]:
        """Also the labels that options were shipped with: files go on using them after a renaming."""
        return self.once("meanings", self.mean)

    def mean(self) -> dict[str, str]:
        found: dict[str, str] = dict(_Options.meanings.fget(self))  # type: ignore[misc]
        for language in ("ru", "en"):
            with override(language):
                for option in self.dictionary.options():
                    if option.name:
                        found.setdefault(fold(option.shipped_label), option.key)
        found.pop("", None)
        return found

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What follows from the options and the language."""
        return kept((self.dictionary.name, what, get_language()), make)

    def label_of(self, key: Any) -> str:
        option = self.dictionary.get(str(key))
        return option.label if option else str(key)

    def tone_of(self, key: Any) -> str:
        option = self.dictionary.get(str(key))
        return (option and option.tone) or "slate"


@register_kind(columns.Option)
class OptionField(_FromDictionary, ChoiceField):
    """One key out of a dictionary."""


@register_kind(columns.Options)
class OptionsField(_FromDictionary, ChoicesField):
    """Several keys out of a dictionary."""
