"""Who we sell to: companies and the people in them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.clients.dictionaries import COMPANY_KINDS, INDUSTRIES
from vizavi.core import columns
from vizavi.core.records import Record
from vizavi.dictionaries.columns import Option


class Company(Record):
    """A firm or an organisation: a client, a supplier, a partner …"""

    name = columns.Text(_("name"), max_length=300, indexed=True)
    kind = Option(_("type"), dictionary=COMPANY_KINDS.name, default="client")
    industry = Option(_("industry"), dictionary=INDUSTRIES.name)
    inn = models.CharField(
        _("INN"), max_length=12, blank=True, db_index=True, help_text=_("10 digits of a company, 12 of a person")
    )
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    ogrn = models.CharField(_("OGRN"), max_length=15, blank=True)
    phones = columns.Phones(_("phones"))
    emails = columns.Emails(_("e-mails"))
    website = models.URLField(_("website"), blank=True)
    address = columns.Address(_("address"))
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    revenue = columns.Money(_("yearly revenue"))
    currency = columns.Currency(_("currency"))
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("parent company")
    )
    comment = columns.LongText(_("comment"), blank=True)

    class Meta:
        verbose_name = _("Company")
        verbose_name_plural = _("Companies")
        indexes = [
            models.Index(fields=["name_key", "id"], name="company_name"),
            models.Index(fields=["-created_at", "-id"], name="company_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="company_owner_created"),
            models.Index(fields=["deleted_at"], name="company_bin", condition=models.Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int | None:
        """Whole years since the foundation."""
        if self.founded_on is None:
            return None
        today = date.today()
        return (
            today.year
            - self.founded_on.year
            - ((today.month, today.day) < (self.founded_on.month, self.founded_on.day))
        )


class Contact(Record):
    """A person at a company."""

    name = columns.Text(pgettext_lazy("person", "name"), max_length=200, indexed=True)
    phones = columns.Phones(_("phones"))
    emails = columns.Emails(_("e-mails"))
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("company")
    )

    class Meta:
        verbose_name = _("Contact")
        verbose_name_plural = _("Contacts")
        indexes = [
            models.Index(fields=["name_key", "id"], name="contact_name"),
            models.Index(fields=["-created_at", "-id"], name="contact_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="contact_owner_created"),
        ]

    def __str__(self) -> str:
        return self.name
