"""How values out of a dictionary are stored."""

from __future__ import annotations

from typing import Any

from django.db import models


class Option(models.CharField):
    """The key of one option of a dictionary."""

    def __init__(self, *args: Any, dictionary: str = "", **kwargs: Any):
        self.dictionary = dictionary
        super().__init__(*args, **{"max_length": 40, "blank": True, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "dictionary": self.dictionary}


class Options(models.JSONField):
    """The keys of several options of a dictionary, in its order."""

    def __init__(self, *args: Any, dictionary: str = "", **kwargs: Any):
        self.dictionary = dictionary
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "dictionary": self.dictionary}
