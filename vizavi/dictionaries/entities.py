"""What the model cannot say about options."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.core.entity import Entity, register
from vizavi.core.fields import TextField
from vizavi.dictionaries import fields  # noqa: F401  the kinds must be known before any declaration is built
from vizavi.dictionaries.models import Option


@register
class OptionEntity(Entity):
    model = Option
    plural = "options"
    icon = "list"
    admin = True
    pages = False  # the settings show them dictionary by dictionary
    columns = "dictionary key label meaning archived"
    filters = "dictionary archived"
    sort = "order"
    sections = {_("Option"): "dictionary key name tone meaning order archived"}
    computed = {"label": (_("label"), TextField)}
