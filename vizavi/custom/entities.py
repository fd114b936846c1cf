"""What the models cannot say about custom fields and layouts: the pages that edit them are of their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.core.entity import Entity, register
from vizavi.custom.models import CustomField, Layout


@register
class CustomFieldEntity(Entity):
    model = CustomField
    plural = "custom_fields"
    icon = "text-cursor-input"
    title = "label"
    subtitle = "kind"
    admin = True
    pages = False
    sections = {_("Custom field"): "entity_name key label kind help required filterable default choices target places"}


@register
class LayoutEntity(Entity):
    model = Layout
    plural = "layouts"
    icon = "layout-list"
    title = "entity_name"
    admin = True
    pages = False
