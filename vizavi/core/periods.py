"""Relative dates by name, as filters, views, reports and the API spell them: `this_week`, `last_30_days`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

#: Names that are offered in a picker, in order, with their labels.
NAMED = {
    "today": _("today"), "yesterday": _("yesterday"), "tomorrow": _("tomorrow"),
    "this_week": _("this week"), "last_week": _("last week"), "next_week": _("next week"),
    "this_month": _("this month"), "last_month": _("last month"), "next_month": _("next month"),
    "this_quarter": _("this quarter"), "last_quarter": _("last quarter"), "next_quarter": _("next quarter"),
    "this_year": _("this year"), "last_year": _("last year"), "next_year": _("next year"),
}  # fmt: skip

ROLLING = re.compile(r"(last|next)_([1-9]\d{0,3})_days")
AGO = re.compile(r"(\d{1,4})_days_ago")


def span(name: str, today: date) -> tuple[date, date] | None:
    """First and last day of a named period seen from `today`, both included; None for an unknown name.

    Weeks start on Monday. `last_30_days` ends today, `next_7_days` begins today, `30_days_ago` is one day.
    """
    if match := AGO.fullmatch(name):
        day = today - timedelta(days=int(match[1]))
        return day, day
    if match := ROLLING.fullmatch(name):
        days = timedelta(days=int(match[2]) - 1)
        return (today - days, today) if match[1] == "last" else (today, today + days)
    if name not in NAMED:
        return None
    if name in ("today", "yesterday", "tomorrow"):
        day = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[name])
        return day, day
    which, unit = name.split("_")
    step = {"this": 0, "last": -1, "next": 1}[which]
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = (today.year * 12 + today.month - 1) // months * months + step * months
    first = date(index // 12, index % 12 + 1, 1)
    after = index + months
    return first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def label(name: str) -> str | None:
    """The period for eyes, None for an unknown name."""
    if match := AGO.fullmatch(name):
        return ngettext("%(days)s day ago", "%(days)s days ago", int(match[1])) % {"days": match[1]}
    if match := ROLLING.fullmatch(name):
        days = int(match[2])
        if match[1] == "last":
            return ngettext("last %(days)s day", "last %(days)s days", days) % {"days": days}
        return ngettext("next %(days)s day", "next %(days)s days", days) % {"days": days}
    return str(NAMED[name]) if name in NAMED else None
