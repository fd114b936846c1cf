"""The closed lists of clients as they are shipped; from then on they are the administrator's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.dictionaries.lists import Dictionary

COMPANY_KINDS = Dictionary(
    "company_kind",
    _("Company types"),
    {
        "client": (_("Client"), "green", ""),
        "partner": _("Partner"),
        "supplier": _("Supplier"),
        "investor": _("Investor"),
        "competitor": (_("Competitor"), "red", ""),
        "other": (pgettext_lazy("company", "Other"), "slate", ""),
    },
)

INDUSTRIES = Dictionary(
    "industry",
    _("Industries"),
    {
        "technology": _("Technology"),
        "software": _("Software"),
        "telecommunications": _("Telecommunications"),
        "retail": _("Retail"),
        "wholesale": _("Wholesale"),
        "manufacturing": _("Manufacturing"),
        "construction": _("Construction"),
        "transport": _("Transport and logistics"),
        "energy": _("Energy"),
        "agriculture": _("Agriculture"),
        "food": _("Food and restaurants"),
        "finance": _("Finance"),
        "medical": _("Medicine"),
        "education": _("Education"),
        "marketing": _("Marketing and advertising"),
        "entertainment": _("Entertainment and media"),
        "employment": _("Recruitment"),
        "services": _("Services"),
        "government": _("Government"),
        "other": (pgettext_lazy("company", "Other"), "slate", ""),
    },
)
