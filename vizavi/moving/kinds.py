"""A field whose options are the kinds of record that may be imported and exported."""

from __future__ import annotations

from typing import Any

from django.db import models

from vizavi.core.fields import ChoiceField, register_kind


class RecordKind(models.CharField):
    """The plural of an entity, as in addresses."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"max_length": 40, **kwargs})


@register_kind(RecordKind)
class RecordKindField(ChoiceField):
    """One kind of record."""

    @property
    def known(self) -> list[tuple[str, str]]:
        from vizavi.core.entity import registry

        return [(e.plural, e.label_plural) for e in registry if e.pages and e.many and not e.admin and e.place]

    @property
    def options(self) -> list[tuple[str, str]]:
        return self.known
