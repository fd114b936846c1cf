"""An entity with a field of every kind, which only the tests know: a table made for them, a declaration put in place."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, models

from vizavi.clients.models import Company
from vizavi.core import columns
from vizavi.core.entity import Entity
from vizavi.core.fields import IntegerField
from vizavi.core.records import Record
from vizavi.files.models import File

SHADES = [("red", "Red"), ("green", "Green"), ("blue", "Blue")]


@cache
def make() -> Entity:
    """The declaration, with its table in the database. Made late: a model without a table disturbs other tests."""

    class Specimen(Record):
        name = columns.Text("name", max_length=100, indexed=True)
        code = models.CharField("code", max_length=20, blank=True)
        comment = columns.LongText("comment", blank=True)
        count = models.IntegerField("count", null=True, blank=True)
        weight = models.DecimalField("weight", max_digits=12, decimal_places=3, null=True, blank=True)
        price = columns.Money("price")
        currency = columns.Currency("currency")
        day = models.DateField("day", null=True, blank=True)
        moment = models.DateTimeField("moment", null=True, blank=True)
        shade = models.CharField("shade", max_length=10, choices=SHADES, blank=True, default="")
        shades = columns.Choices("shades", options=SHADES)
        sure = models.BooleanField("sure", null=True, blank=True)
        keeper = models.ForeignKey(
            "access.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="keeper"
        )
        maker = models.ForeignKey(
            Company, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="maker"
        )
        paper = models.ForeignKey(File, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="paper")
        phones = columns.Phones("phones")
        emails = columns.Emails("e-mails")
        mail = models.EmailField("mail", blank=True)
        site = models.URLField("site", blank=True)
        address = columns.Address("address")

        class Meta:
            app_label = "core"
            verbose_name = "specimen"
            verbose_name_plural = "specimens"

        def __str__(self) -> str:
            return self.name

        @property
        def twice(self) -> int | None:
            """Twice the count."""
            return None if self.count is None else self.count * 2

    class SpecimenEntity(Entity):
        model = Specimen
        plural = "specimens"
        columns = "name count"
        search = "name code comment phones emails mail site address"
        keys = "name"
        computed = {"twice": ("twice", IntegerField)}

    with connection.schema_editor() as editor:
        editor.create_model(Specimen)
    entity = SpecimenEntity()
    assert not list(entity.check())
    return entity


def stored(record: Any) -> Any:
    """The row as it is in the database now."""
    return type(record).objects.unrestricted("a test looks at the stored row").get(pk=record.pk)
