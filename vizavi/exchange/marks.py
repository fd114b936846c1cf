"""`?import=7.created`: the records that an import has made, updated or left alone, as a condition of any list."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.fields import Field
from vizavi.core.filters import condition_of_lists
from vizavi.core.models import Change
from vizavi.core.reading import Reader
from vizavi.exchange.models import Doubt, ImportRun, Skipped

WHAT = ("created", "updated", "skipped", "doubtful")


def label_of(what: str) -> str:
    return {
        "created": _("created"),
        "updated": _("updated"),
        "skipped": _("left as they are"),
        "doubtful": _("with warnings"),
    }[what]


class Nowhere:
    """The store of a field that no record has: there is no index to look into first."""

    @staticmethod
    def narrowed(found: Q) -> Q:
        return found


class ImportMark(Field):
    """A field that no record has: it only filters."""

    kind = "mark"
    operators = ("",)
    sortable = False
    computed = True

    def __init__(self, entity: Entity):
        self.entity, self.name, self.store = entity, "import", Nowhere()  # type: ignore[assignment]
        self.help, self.required, self.editable = "", False, False

    @property
    def label(self) -> str:
        return _("Import")

    def run(self, raw: str, reader: Reader) -> tuple[ImportRun, str]:
        """The run and the word that a value names. Raises `ValidationError`."""
        number, _dot, what = raw.partition(".")
        rows = ImportRun.objects.all()
        if not door.can(reader.user, door.CHANGE, registry["firm"]):
            rows = rows.filter(by=reader.user)
        run = rows.filter(pk=int(number)).first() if number.isdigit() and len(number) < 18 else None
        if run is None or what not in WHAT:
            raise ValidationError(_("There is no such import."))
        return run, what

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        found = Q(pk__in=[])
        for raw in raws:
            run, what = self.run(raw, reader)
            if what in ("skipped", "doubtful"):
                noted: Any = Skipped.objects if what == "skipped" else Doubt.objects
                rows = noted.filter(run=run, record_id__isnull=False)
                found |= Q(pk__in=rows.values("record_id")) if run.entity == self.entity.name else Q(pk__in=[])
            else:
                action = Change.CREATE if what == "created" else Change.UPDATE
                rows = Change.objects.filter(operation=run.operation_id, entity=self.entity.name, action=action)
                found |= Q(pk__in=rows.values("record_id"))
        return found

    def text(self, value: Any, reader: Reader) -> str:
        run, what = self.run(str(value), reader)
        return f"{run.file_name}: {label_of(what)}"


condition_of_lists("import", ImportMark)
