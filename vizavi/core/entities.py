"""The declarations of core's own administrator's data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.core.entity import Entity, register
from vizavi.core.models import Firm


@register
class FirmEntity(Entity):
    model = Firm
    plural = "firm"
    icon = "building"
    admin = True
    pages = False
    many = False
    sections = {_("Firm"): "name base_currency time_zone phone_country language"}
