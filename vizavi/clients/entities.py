"""What the models cannot say about companies and contacts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.clients.models import Company, Contact
from vizavi.core.entity import Entity, register
from vizavi.core.fields import IntegerField


@register
class CompanyEntity(Entity):
    model = Company
    plural = "companies"
    icon = "building-2"
    tone = "teal"
    subtitle = "inn address"
    columns = "name kind industry phones address owner created_at"
    filters = "kind industry owner created_at"
    quick = "name kind phones emails inn"
    search = "name inn ogrn phones emails website address comment"
    keys = "inn name"
    duplicates = {"firm": "name", "inn": "inn kpp", "ogrn": "ogrn", "phone": "phones", "email": "emails"}
    unique = "inn"
    sections = {
        _("About the company"): "name kind industry phones emails website address owner",
        _("Requisites"): "inn kpp ogrn",
        _("More"): "founded_on age employees revenue currency parent comment",
    }
    computed = {"age": (_("age, years"), IntegerField)}
    synonyms = {
        "name": ["account", "company", "организация", "наименование", "контрагент", "клиент"],
        "industry": ["sector", "сфера деятельности", "отрасль"],
        "address": ["office_location", "город", "location", "юридический адрес"],
        "founded_on": ["year_established", "дата основания", "год основания"],
        "parent": ["subsidiary_of", "головная компания"],
    }


@register
class ContactEntity(Entity):
    model = Contact
    plural = "contacts"
    icon = "contact"
    tone = "violet"
    subtitle = "company"
    columns = "name company phones emails owner created_at"
    filters = "company owner created_at"
    quick = "name company phones emails"
    search = "name phones emails"
    keys = "emails phones"
    duplicates = {"person": "name", "phone": "phones", "email": "emails"}
    unique = "email"
    timeline = "company"
