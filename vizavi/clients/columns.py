"""How the kinds of `clients.fields` are stored."""

from __future__ import annotations

from typing import Any

from django.db import models

from vizavi.core.columns import Derived, Keyed, Phones, Text


class Messengers(Phones):
    """Names in messengers and social networks: a list of `{"kind", "value"}`, the kind names the network."""


class Addresses(Keyed, Phones):
    """Postal addresses, each in one line: a list of `{"kind", "value"}`."""

    @classmethod
    def text_of(cls, value: list | None) -> str:
        return "; ".join(item["value"] for item in value or ())


class Code(models.CharField):
    """A number or code that people group with spaces and hyphens: kept without them, in capitals."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"max_length": 20, "blank": True, "default": "", **kwargs})


class Joined(Derived, Text):
    """Other columns in one line (`of`, in this order): derived, so that a name in parts is sorted and found as one."""

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any):
        self.parts = tuple(of)
        super().__init__(*args, **{"blank": True, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.parts}

    def sources(self) -> set[str]:
        return set(self.parts)

    def pre_save(self, record: models.Model, add: bool) -> Any:
        text = " ".join(part for name in self.parts if (part := getattr(record, name)))
        setattr(record, self.attname, text[: self.max_length])
        return getattr(record, self.attname)
