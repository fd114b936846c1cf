"""The closed lists of clients as they are shipped; from then on they are the administrator's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.dictionaries.lists import Dictionary

#: What a lead status means to the program.
NEW, WORK, CONVERTED, REJECTED = "new", "work", "converted", "rejected"

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

SOURCES = Dictionary(
    "source",
    _("Sources"),
    {
        "web_form": _("Form on the site"),
        "phone": pgettext_lazy("source", "Phone call"),
        "email": pgettext_lazy("source", "E-mail"),
        "advertising": _("Advertising"),
        "chat": _("Chat or messenger"),
        "social": _("Social network"),
        "event": _("Event or exhibition"),
        "meeting": pgettext_lazy("source", "Meeting"),
        "point_of_sale": _("Point of sale"),
        "recommendation": _("Recommendation"),
        "marketplace": _("Marketplace"),
        "outbound": _("Our own call or letter"),
        "other": (pgettext_lazy("source", "Other"), "slate", ""),
    },
)

LEAD_STATUSES = Dictionary(
    "lead_status",
    _("Lead statuses"),
    {
        "new": (pgettext_lazy("lead", "New"), "blue", NEW),
        "in_work": (pgettext_lazy("lead", "In progress"), "amber", WORK),
        "waiting": (_("Waiting for an answer"), "violet", WORK),
        "converted": (_("Converted"), "green", CONVERTED),
        "rejected": (pgettext_lazy("lead", "Rejected"), "slate", REJECTED),
    },
    {
        NEW: _("nobody has worked on it yet"),
        WORK: _("somebody works on it"),
        CONVERTED: _("has become a contact or a company"),
        REJECTED: _("nothing will come of it"),
    },
)

REJECT_REASONS = Dictionary(
    "reject_reason",
    _("Reasons to reject a lead"),
    {
        "not_ours": _("Wants what we do not sell"),
        "no_budget": _("No money for it"),
        "no_answer": _("Does not answer"),
        "wrong_contacts": _("Wrong contact data"),
        "chose_another": _("Has chosen somebody else"),
        "spam": _("Spam or advertising"),
        "other": (pgettext_lazy("reason", "Other"), "slate", ""),
    },
)

INTERESTS = Dictionary(
    "interest",
    _("Interests"),
    {
        "technology": _("Technology"),
        "cars": _("Cars"),
        "sport": _("Sport"),
        "travel": _("Travel"),
        "culture": _("Art and culture"),
        "business": _("Business and investments"),
        "family": _("Home and family"),
        "health": _("Health"),
        "education": _("Education"),
        "charity": _("Charity"),
    },
)
