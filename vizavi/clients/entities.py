"""What the models cannot say about companies, contacts and leads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.clients import fields  # noqa: F401  the kinds must be known before any declaration is built
from vizavi.clients.models import Company, Contact, Lead, OurCompany, Requisites
from vizavi.clients.names import split_name
from vizavi.core.entity import Entity, register
from vizavi.core.fields import IntegerField

#: By what two people are known to be the same, and how other programs call the parts of a name.
PERSON = {"person": "surname name patronymic", "phone": "phones", "email": "emails", "messenger": "messengers"}
NAMES = {
    "surname": ["last name", "lastname", "family name"],
    "name": ["first name", "firstname", "given name"],
    "patronymic": ["middle name", "second name"],
}


@register
class CompanyEntity(Entity):
    model = Company
    plural = "companies"
    icon = "building-2"
    tone = "teal"
    subtitle = "inn address"
    tree = "parent"
    columns = "name kind industry phones address owner created_at"
    filters = "kind industry source owner created_at"
    quick = "name kind phones emails inn"
    search = "name legal_name inn ogrn phones emails website address comment"
    keys = "inn ogrn name"
    duplicates = {"firm": "name", "inn": "inn kpp", "ogrn": "ogrn", "phone": "phones", "email": "emails"}
    unique = "inn"
    sections = {
        _("About the company"): "name kind industry source phones emails website address owner",
        _("Requisites"): "legal_name inn kpp ogrn",
        _("More"): "founded_on age employees revenue currency parent comment",
    }
    computed = {"age": (_("age, years"), IntegerField)}
    synonyms = {
        "name": ["account", "company", "организация", "наименование", "контрагент", "клиент"],
        "legal_name": ["full name", "полное наименование", "юридическое название"],
        "kind": ["company type", "account type", "тип компании"],
        "industry": ["sector", "сфера деятельности", "отрасль"],
        "source": ["lead source", "канал"],
        "inn": ["tax number", "vat number"],
        "address": ["office_location", "город", "location", "юридический адрес"],
        "employees": ["number of employees", "сотрудников", "численность"],
        "founded_on": ["year_established", "дата основания", "год основания"],
        "revenue": ["annual revenue", "годовой оборот", "выручка"],
        "parent": ["subsidiary_of", "parent account", "головная компания"],
    }


@register
class ContactEntity(Entity):
    model = Contact
    plural = "contacts"
    icon = "contact"
    tone = "violet"
    title = "full_name"
    subtitle = "position companies"
    columns = "full_name companies position phones emails owner created_at"
    filters = "companies source birthday owner created_at"
    quick = "surname name patronymic companies phones emails"
    search = "surname name patronymic position phones emails messengers hobbies communities addresses comment"
    keys = "emails phones"
    duplicates = {"person": "surname name patronymic", "phone": "phones", "email": "emails", "messenger": "messengers"}
    unique = "email"
    timeline = "companies"
    sections = {
        _("About the person"): "surname name patronymic companies position phones emails messengers owner",
        _("Personal"): "gender birthday age addresses interests hobbies communities",
        _("More"): "source comment",
    }
    computed = {"age": (_("age, years"), IntegerField)}
    synonyms = {
        **NAMES,
        "companies": ["company", "account", "organization", "компания", "организация"],
        "position": ["job title", "title", "должность"],
        "messengers": ["telegram", "whatsapp", "im"],
        "birthday": ["birth date", "date of birth", "дата рождения", "др"],
        "addresses": ["address", "адрес", "home address"],
        "source": ["lead source", "канал"],
    }

    def begun(self, text: str) -> dict[str, str]:
        return split_name(text)


@register
class LeadEntity(Entity):
    model = Lead
    plural = "leads"
    icon = "magnet"
    tone = "amber"
    title = "title"
    pool = True
    badge = "status=new&or.1.owner=me&or.1.owner__empty=1"
    subtitle = "company_name source"
    columns = "title status source company_name phones amount owner created_at"
    filters = "status source owner created_at"
    quick = "name company_name phones emails source"
    search = "title surname name patronymic company_name phones emails messengers website address comment"
    keys = "emails phones"
    duplicates = {**PERSON, "firm": "company_name"}
    resembles = "contact company"
    timeline = "contact company"
    sections = {
        _("About the lead"): "title status reject_reason source amount currency owner",
        _("Who"): "surname name patronymic company_name position phones emails messengers website address",
        _("More"): "interests comment contact company",
        _("Where from"): "utm_source utm_medium utm_campaign utm_content utm_term referrer landing_page",
    }
    synonyms = {
        "title": ["lead", "название лида", "тема", "subject"],
        **NAMES,
        "company_name": ["company", "компания", "организация"],
        "status": ["stage", "стадия", "этап"],
        "source": ["lead source", "канал", "источник лида"],
        "amount": ["opportunity", "сумма", "бюджет", "budget"],
    }

    def begun(self, text: str) -> dict[str, str]:
        return split_name(text)


REQUISITES = {
    _("Who"): "name kind inn kpp ogrn legal_address actual_address",
    _("Who signs"): "director director_position basis accountant",
    _("Bank account"): "bank bik account correspondent currency",
}


@register
class RequisitesEntity(Entity):
    model = Requisites
    plural = "requisites"
    icon = "file-badge"
    tone = "slate"
    place = False
    within = "company contact"
    timeline = "company contact"
    subtitle = "kind inn bank"
    columns = "name kind inn kpp bank account company contact created_at"
    filters = "kind company contact"
    quick = "kind name inn kpp ogrn bik account"
    keys = "inn"
    sections = {**REQUISITES, _("Whose"): "company contact"}


@register
class OurCompanyEntity(Entity):
    model = OurCompany
    plural = "our_companies"
    icon = "building"
    tone = "teal"
    admin = True
    sort = "name"
    columns = "name kind inn kpp bank account is_default"
    quick = "kind name inn kpp ogrn"
    keys = "inn"
    sections = {**REQUISITES, _("As a seller"): "is_default"}
