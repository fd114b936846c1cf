"""What the models cannot say about schedules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.core.entity import Entity, register
from vizavi.core.fields import TextField
from vizavi.moving import kinds  # noqa: F401  the kind must be known before the declarations are built
from vizavi.moving.models import ScheduledExport, ScheduledImport


@register
class ScheduledImportEntity(Entity):
    model = ScheduledImport
    plural = "scheduled_imports"
    icon = "folder-input"
    tone = "green"
    admin = True
    columns = "name records source every active state"
    sort = "name"
    quick = "name records source by"
    sections = {_("Scheduled import"): "name records source mapping duplicates by every after active state"}
    computed = {"state": (_("last run"), TextField)}


@register
class ScheduledExportEntity(Entity):
    model = ScheduledExport
    plural = "scheduled_exports"
    icon = "folder-output"
    tone = "teal"
    admin = True
    columns = "name records form every active state"
    sort = "name"
    quick = "name records by"
    sections = {_("Scheduled export"): "name records query fields form folder file_name by every active state"}
    computed = {"state": (_("last run"), TextField)}
