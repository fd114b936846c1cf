"""Who we sell to: companies and the people in them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.core import columns
from vizavi.core.records import Record


class Company(Record):
    """A firm or an organisation: a client, a supplier, a partner …"""

    KINDS = [
        ("client", _("Client")),
        ("partner", _("Partner")),
        ("supplier", _("Supplier")),
        ("investor", _("Investor")),
        ("competitor", _("Competitor")),
        ("other", pgettext_lazy("company", "Other")),
    ]
    INDUSTRIES = [
        ("technology", _("Technology")),
        ("software", _("Software")),
        ("telecommunications", _("Telecommunications")),
        ("retail", _("Retail")),
        ("wholesale", _("Wholesale")),
        ("manufacturing", _("Manufacturing")),
        ("construction", _("Construction")),
        ("transport", _("Transport and logistics")),
        ("energy", _("Energy")),
        ("agriculture", _("Agriculture")),
        ("food", _("Food and restaurants")),
        ("finance", _("Finance")),
        ("medical", _("Medicine")),
        ("education", _("Education")),
        ("marketing", _("Marketing and advertising")),
        ("entertainment", _("Entertainment and media")),
        ("employment", _("Recruitment")),
        ("services", _("Services")),
        ("government", _("Government")),
        ("other", pgettext_lazy("company", "Other")),
    ]

    name = columns.Text(_("name"), max_length=300, indexed=True)
    kind = models.CharField(_("type"), max_length=20, choices=KINDS, blank=True, default="client")
    industry = models.CharField(_("industry"), max_length=30, choices=INDUSTRIES, blank=True, default="")
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

    tones = {"kind": {"client": "green", "competitor": "red", "other": "slate"}}

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
