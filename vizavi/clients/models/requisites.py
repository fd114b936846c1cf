"""Requisites: sets of clients, which are warned about, and of our own companies, which must be right."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vizavi.clients import checks
from vizavi.clients.columns import Code
from vizavi.clients.models.people import Company, Contact
from vizavi.core import columns
from vizavi.core.records import Dependent, Journaled, unrestricted

ORGANISATION, ENTREPRENEUR, PERSON = "organisation", "entrepreneur", "person"


class Identity(models.Model):
    """What stands in contracts and invoices about one party: who it is in the registers, and one bank account."""

    KINDS = [
        (ORGANISATION, _("Organisation")),
        (ENTREPRENEUR, _("Individual entrepreneur")),
        (PERSON, pgettext_lazy("requisites", "Person")),
    ]

    name = columns.Text(_("name"), max_length=500, blank=True, indexed=True)
    kind = models.CharField(pgettext_lazy("requisites", "kind"), max_length=12, choices=KINDS, default=ORGANISATION)
    inn = Code(_("INN"), db_index=True)
    kpp = Code(_("KPP"))
    ogrn = Code(_("OGRN or OGRNIP"))
    legal_address = columns.Address(_("legal address"))
    actual_address = columns.Address(_("actual address"))
    director = columns.Text(_("director"), max_length=200, blank=True)
    director_position = columns.Text(
        _("director's position"), max_length=200, blank=True, help_text=_("As it stands in contracts")
    )
    basis = columns.Text(
        _("acts on the basis of"), max_length=200, blank=True, help_text=_("The charter, a power of attorney № …")
    )
    accountant = columns.Text(_("chief accountant"), max_length=200, blank=True)
    bank = columns.Text(_("bank"), max_length=300, blank=True)
    bik = Code(_("BIK"))
    account = Code(_("settlement account"))
    correspondent = Code(_("correspondent account"))
    currency = columns.Currency(_("currency"))

    tones = {"kind": {ORGANISATION: "teal", ENTREPRENEUR: "violet", PERSON: "slate"}}

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def doubts(self) -> dict[str, list[str]]:
        """What is wrong with the numbers of this kind of party, by field."""
        organised = self.kind == ORGANISATION
        problems = {
            "inn": checks.inn(self.inn, 10 if organised else 12),
            "kpp": checks.kpp(self.kpp) if organised or not self.kpp else gettext("Only organisations have a KPP."),
            "ogrn": checks.ogrn(self.ogrn, 13 if organised else 15),
            "bik": checks.bik(self.bik),
            "account": checks.account(self.account, self.bik),
            "correspondent": checks.correspondent(self.correspondent, self.bik),
        }
        if self.kind == PERSON and self.ogrn:
            problems["ogrn"] = gettext("A person has no OGRN.")
        return {name: [text] for name, text in problems.items() if text}


class Requisites(Identity, Dependent):
    """A set of a client, company or person; a second bank account is a second set. Doubtful numbers are warned about."""

    company = models.ForeignKey(
        Company, models.CASCADE, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("company")
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("contact")
    )

    class Meta:
        verbose_name = _("Requisites")
        verbose_name_plural = _("Requisites")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="requisites_created"),
            columns.some("company", "requisites_company"),
            columns.some("contact", "requisites_contact"),
        ]

    def clean(self) -> None:
        """Somebody's they are. Raises `ValidationError`."""
        if self.company_id is None and self.contact_id is None:
            raise ValidationError({"company": _("Choose a company or a contact.")})

    def warnings(self) -> dict[str, list[str]]:
        return self.doubts()

    def follow(self, changed: Any) -> dict[str, Any]:
        """A new set begins with what is known of its company or person."""
        if self.pk is not None:
            return {}
        with unrestricted("a set begins with what its own client says"):
            whole: Any = (
                Company.objects.filter(pk=self.company_id).first() or Contact.objects.filter(pk=self.contact_id).first()
            )
        if whole is None:
            return {}
        if isinstance(whole, Contact):
            begun = {"name": str(whole)}
        else:
            begun = {"name": whole.legal_name or whole.name}
            if not self.inn:
                begun |= {"inn": whole.inn, "kpp": self.kpp or whole.kpp, "ogrn": self.ogrn or whole.ogrn}
        return {name: value for name, value in begun.items() if value and (name != "name" or not self.name)}


class OurCompany(Identity, Journaled):
    """One of the firm's own companies: a seller in contracts and invoices, whose numbers must be right."""

    is_default = models.BooleanField(_("default"), default=False, help_text=_("The seller unless another is chosen"))

    class Meta:
        verbose_name = _("Our company")
        verbose_name_plural = _("Our companies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True, deleted_at__isnull=True),
                name="one_default_seller",
                violation_error_message=_("Another company of ours is the default: take that from it first."),
            )
        ]

    @classmethod
    def default(cls) -> OurCompany | None:
        """The seller unless another is chosen: the one that is marked, else the only one."""
        rows = list(cls.objects.alive().order_by("-is_default", "pk")[:2])
        return rows[0] if rows and (rows[0].is_default or len(rows) == 1) else None

    def clean(self) -> None:
        """Raises `ValidationError` by field for what is wrong with its numbers."""
        problems: dict[str, Any] = dict(self.doubts())
        if not self.name:
            problems["name"] = [_("This field is required.")]
        if problems:
            raise ValidationError(problems)
