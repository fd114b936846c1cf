"""The declarations of core's own administrator's data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.core.entity import Entity, register
from vizavi.core.models import Firm, Tag


@register
class FirmEntity(Entity):
    model = Firm
    plural = "firm"
    icon = "building"
    admin = True
    pages = False
    many = False
    sections = {_("Firm"): "name base_currency time_zone phone_country language", _("Duplicates"): "unique"}


@register
class TagEntity(Entity):
    model = Tag
    plural = "tags"
    icon = "tag"
    tone = "amber"
    admin = True
    open = True
    columns = "name tone created_at"
    sort = "name"
    search = "name"
    quick = "name tone"
    keys = "name"
    sections = {_("Tag"): "name tone"}
