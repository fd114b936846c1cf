"""Who we sell to: leads, companies and the people in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vizavi.clients import checks
from vizavi.clients.columns import Addresses, Code, Joined, Messengers
from vizavi.clients.dictionaries import (
    COMPANY_KINDS,
    CONVERTED,
    INDUSTRIES,
    INTERESTS,
    LEAD_STATUSES,
    REJECT_REASONS,
    SOURCES,
)
from vizavi.clients.names import FEMALE, MALE, full_name, guess_gender
from vizavi.core import columns
from vizavi.core.records import Record, unrestricted
from vizavi.dictionaries.columns import Option, Options
from vizavi.screens.dialect import above


def years_since(day: date | None) -> int | None:
    """Whole years from that day until today."""
    if day is None:
        return None
    today = timezone.localdate()
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def found(**problems: str) -> dict[str, list[str]]:
    """Messages by field, without those that say nothing."""
    return {name: [text] for name, text in problems.items() if text}


class Company(Record):
    """A firm or an organisation: a client, a supplier, a partner …"""

    name = columns.Text(_("name"), max_length=300, indexed=True)
    legal_name = columns.Text(_("legal name"), max_length=500, blank=True)
    kind = Option(_("type"), dictionary=COMPANY_KINDS.name, default="client")
    industry = Option(_("industry"), dictionary=INDUSTRIES.name)
    source = Option(_("source"), dictionary=SOURCES.name)
    inn = Code(_("INN"), db_index=True, help_text=_("10 digits of a company, 12 of a person"))
    kpp = Code(_("KPP"))
    ogrn = Code(_("OGRN"), db_index=True)
    phones = columns.Phones(_("phones"))
    emails = columns.Emails(_("e-mails"))
    website = models.URLField(_("website"), blank=True)
    address = columns.Address(_("address"))
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    revenue = columns.Money(_("yearly revenue"))
    currency = columns.Currency(_("currency"))
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("parent company"),
    )  # fmt: skip
    comment = columns.LongText(_("comment"), blank=True)

    class Meta:
        verbose_name = _("Company")
        verbose_name_plural = _("Companies")
        indexes = [
            models.Index(fields=["name_key", "id"], name="company_name"),
            models.Index(fields=["-created_at", "-id"], name="company_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="company_owner_created"),
            models.Index(fields=["deleted_at"], name="company_bin", condition=models.Q(deleted_at__isnull=False)),
            columns.some("parent", "company_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int | None:
        """Whole years since the foundation."""
        return years_since(self.founded_on)

    def clean(self) -> None:
        """A company is not a part of its own branch. Raises `ValidationError`."""
        if not (self.pk and self.parent_id):
            return
        with unrestricted("only whether it hangs under itself"):
            rings = Company.objects.filter(above(Company, "parent", self.parent_id), pk=self.pk).exists()
        if rings:
            raise ValidationError({"parent": _("That company is a branch of this one.")})

    def warnings(self) -> dict[str, list[str]]:
        return found(inn=checks.inn(self.inn), kpp=checks.kpp(self.kpp), ogrn=checks.ogrn(self.ogrn))


class Contact(Record):
    """A person, at one or several companies or on their own."""

    GENDERS = [(MALE, pgettext_lazy("gender", "male")), (FEMALE, pgettext_lazy("gender", "female"))]

    surname = columns.Text(_("surname"), max_length=100, blank=True)
    name = columns.Text(pgettext_lazy("person", "name"), max_length=100, blank=True)
    patronymic = columns.Text(_("patronymic"), max_length=100, blank=True)
    full_name = Joined(_("full name"), of=("surname", "name", "patronymic"), max_length=302, indexed=True)
    companies = columns.Links("clients.Company", roles=True, verbose_name=_("companies"))
    position = columns.Text(pgettext_lazy("person", "position"), max_length=200, blank=True)
    phones = columns.Phones(_("phones"))
    emails = columns.Emails(_("e-mails"))
    messengers = Messengers(_("messengers"))
    addresses = Addresses(_("addresses"))
    gender = models.CharField(_("gender"), max_length=6, choices=GENDERS, blank=True, default="")
    gender_guessed = models.BooleanField(_("gender by the patronymic"), default=False, editable=False)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    source = Option(_("source"), dictionary=SOURCES.name)
    interests = Options(_("interests"), dictionary=INTERESTS.name)
    hobbies = columns.Text(_("hobbies"), max_length=500, blank=True)
    communities = columns.Text(
        _("communities"), max_length=500, blank=True, help_text=_("Clubs, associations, groups they belong to")
    )
    comment = columns.LongText(_("comment"), blank=True)

    class Meta:
        verbose_name = _("Contact")
        verbose_name_plural = _("Contacts")
        indexes = [
            models.Index(fields=["full_name_key", "id"], name="contact_name"),
            models.Index(fields=["-created_at", "-id"], name="contact_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="contact_owner_created"),
            models.Index(fields=["deleted_at"], name="contact_bin", condition=models.Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return full_name(self.surname, self.name, self.patronymic)

    @property
    def age(self) -> int | None:
        return years_since(self.birthday)

    def clean(self) -> None:
        """Somebody is called somehow. Raises `ValidationError`."""
        if not (self.surname or self.name):
            raise ValidationError({"surname": _("Enter a surname or a name.")})

    def remarks(self) -> dict[str, str]:
        return {"gender": gettext("guessed by the patronymic")} if self.gender_guessed else {}

    def follow(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """The patronymic tells the gender as long as nobody has said it."""
        if "gender" in changed:
            return {} if "gender_guessed" in changed else {"gender_guessed": False}
        if "patronymic" in changed and (self.gender_guessed or not self.gender):
            guess = guess_gender(changed["patronymic"])
            return {"gender": guess, "gender_guessed": bool(guess)}
        return {}


class Lead(Record):
    """Somebody who has reacted and may become a client: collected until it is converted or rejected."""

    title = columns.Text(_("title"), max_length=300, blank=True, indexed=True, help_text=_("Empty: by name or company"))
    surname = columns.Text(_("surname"), max_length=100, blank=True)
    name = columns.Text(pgettext_lazy("person", "name"), max_length=100, blank=True)
    patronymic = columns.Text(_("patronymic"), max_length=100, blank=True)
    company_name = columns.Text(_("company name"), max_length=300, blank=True)
    position = columns.Text(pgettext_lazy("person", "position"), max_length=200, blank=True)
    phones = columns.Phones(_("phones"))
    emails = columns.Emails(_("e-mails"))
    messengers = Messengers(_("messengers"))
    website = models.URLField(_("website"), blank=True)
    address = columns.Address(_("address"))
    status = Option(_("status"), dictionary=LEAD_STATUSES.name, default="new")
    reject_reason = Option(_("reason of rejection"), dictionary=REJECT_REASONS.name)
    source = Option(_("source"), dictionary=SOURCES.name)
    interests = Options(_("interests"), dictionary=INTERESTS.name)
    amount = columns.Money(_("amount"))
    currency = columns.Currency(_("currency"))
    comment = columns.LongText(_("comment"), blank=True)
    utm_source = models.CharField(_("UTM source"), max_length=200, blank=True)
    utm_medium = models.CharField(_("UTM medium"), max_length=200, blank=True)
    utm_campaign = models.CharField(_("UTM campaign"), max_length=200, blank=True)
    utm_content = models.CharField(_("UTM content"), max_length=200, blank=True)
    utm_term = models.CharField(_("UTM term"), max_length=200, blank=True)
    referrer = models.CharField(_("came from"), max_length=1000, blank=True)
    landing_page = models.CharField(_("landing page"), max_length=1000, blank=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+", verbose_name=_("company")
    )

    class Meta:
        verbose_name = _("Lead")
        verbose_name_plural = _("Leads")
        indexes = [
            models.Index(fields=["title_key", "id"], name="lead_title"),
            models.Index(fields=["-created_at", "-id"], name="lead_created"),
            models.Index(fields=["owner", "-created_at", "-id"], name="lead_owner_created"),
            models.Index(fields=["status", "owner", "-created_at", "-id"], name="lead_status"),
            models.Index(fields=["deleted_at"], name="lead_bin", condition=models.Q(deleted_at__isnull=False)),
            columns.some("contact", "lead_contact"),
            columns.some("company", "lead_company"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def person(self) -> str:
        """The full name, as far as it is known."""
        return full_name(self.surname, self.name, self.patronymic)

    @property
    def is_converted(self) -> bool:
        return LEAD_STATUSES.means(self.status, CONVERTED)

    def clean(self) -> None:
        """There is something by which to call it and to find it again. Raises `ValidationError`."""
        if not self.title and not self.default_title():
            raise ValidationError({"title": _("Enter a title, a name, a company, a phone or an e-mail.")})

    def default_title(self) -> str:
        """What a lead is called that nobody has named."""
        reach = next((item["value"] for item in (*self.phones, *self.emails)), "")
        return (self.person or self.company_name or reach)[:300]

    def follow(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """A lead that nobody has named is called by the person or the company, as they are at present."""
        named = changed.get("title") if "title" in changed else self.title != self.default_title() and self.title
        if named:
            return {}
        parts = ("surname", "name", "patronymic", "company_name", "phones", "emails")
        after = Lead(**{n: changed.get(n, getattr(self, n)) or type(getattr(self, n))() for n in parts})
        return {"title": after.default_title() or self.title}
