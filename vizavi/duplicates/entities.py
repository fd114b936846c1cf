"""The declaration of what people have said of duplicates."""

from __future__ import annotations

from vizavi.core.entity import Entity, register
from vizavi.duplicates.models import Distinct


@register
class DistinctEntity(Entity):
    model = Distinct
    plural = "distinct"
    icon = "split"
    title = "entity_name"
    admin = True
    open = True
    pages = False
    place = False
