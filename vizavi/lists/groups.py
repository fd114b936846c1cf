"""Rows put together by a choice, a colleague, a yes or no, or a month: the first of each group, counts and sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum, Window
from django.db.models.functions import RowNumber, TruncMonth
from django.utils.translation import gettext as _

from vizavi.core import pages
from vizavi.core.fields import Field, MoneyField
from vizavi.core.filters import Condition
from vizavi.core.records import Journaled
from vizavi.lists.state import ListState
from vizavi.ui import formats

#: So many rows of a group are shown, and so many groups have rows on one page.
ROWS, MOST = 20, 50


@dataclass
class Group:
    """One value of the field, with the first rows that have it."""

    key: str
    label: str
    count: int
    sum: str = ""
    url: str = ""
    records: list[Journaled] = field(default_factory=list)


@dataclass
class Groups:
    """All of them, and the sums over everything; `more` counts the groups that a page has no place for."""

    groups: list[Group] = field(default_factory=list)
    sums: list[dict[str, str]] = field(default_factory=list)
    more: int = 0


def summed(state: ListState) -> list[MoneyField]:
    """The shown sums of money."""
    return [f for f in state.fields if isinstance(f, MoneyField)]


def label(f: Field) -> str:
    return _("%(label)s, by month") % {"label": f.label} if f.kind in ("date", "datetime") else f.label


def groups(state: ListState) -> Groups:
    """Two queries however many groups there are: the counts and sums, and the first rows of each by a window."""
    from vizavi.lists.page import base_money

    f, reader = state.entity.fields[state.group], state.reader
    by: Any = TruncMonth(f.group_by) if "date" in f.kind else f.group_by
    money = summed(state)
    rows = state.entity.model.objects.visible_to(reader.user).filter(state.where()).annotate(_by=by)
    found = list(
        rows.order_by().values("_by").annotate(_count=Count("pk"), **{f"sum_{m.name}": Sum(m.base) for m in money})
    )
    if f.kind == "user":
        reader.refs(f.target, [row["_by"] for row in found if row["_by"]])  # type: ignore[attr-defined]
    order = {key: n for n, (key, _label) in enumerate(getattr(f, "options", ()))}
    words = {row["_by"]: word(state, f, row["_by"]) for row in found}

    def rank(row: dict[str, Any]) -> tuple[bool, Any]:
        value = row["_by"]
        if f.is_empty(value):
            return True, 0
        if isinstance(value, date):
            return False, -value.toordinal()
        return False, order.get(value, len(order)) if order else not value if isinstance(value, bool) else words[value]

    found.sort(key=rank)
    result = Groups(more=max(0, len(found) - MOST))
    for row in found[:MOST]:
        amounts = [f"{m.label}: {base_money(row[f'sum_{m.name}'])}" for m in money if row[f"sum_{m.name}"]]
        shown = Group(
            f"{f.name}-{row['_by']}", words[row["_by"]], row["_count"], " · ".join(amounts), url(state, f, row["_by"])
        )
        result.groups.append(shown)
    for m in money:
        total = sum((row[f"sum_{m.name}"] or Decimal(0) for row in found), Decimal(0))
        result.sums.append({"label": m.label, "text": base_money(total)})
    fill(state, rows, dict(zip([row["_by"] for row in found], result.groups, strict=False)))
    return result


def fill(state: ListState, rows: Any, by_value: dict[Any, Group]) -> None:
    """The first rows of each group in the order of the list."""
    keys = pages.keys(state.entity, state.order, state.reader)
    order = [F(k.column).desc(nulls_last=True) if k.descending else F(k.column).asc(nulls_last=True) for k in keys]
    place = Window(RowNumber(), partition_by=[F("_by")], order_by=order)
    for record in rows.annotate(_place=place).filter(_place__lte=ROWS).order_by(*order):
        if record._by in by_value:
            by_value[record._by].records.append(record)


def word(state: ListState, f: Field, value: Any) -> str:
    """The heading of a group."""
    if f.is_empty(value):
        return _("Not filled in")
    return formats.month(value) if isinstance(value, date) else f.text(value, state.reader)


def url(state: ListState, f: Field, value: Any) -> str:
    """The list of this group alone."""
    return state.but(
        found=type(state.found)(state.entity, [*state.found.conditions, *only(f, value)], state.found.text), group=""
    ).url()


def only(f: Field, value: Any) -> Iterator[Condition]:
    """The condition that leaves one group."""
    if f.is_empty(value):
        yield Condition(f, "empty", ("1",))
    elif isinstance(value, date):
        first = date(value.year, value.month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        yield Condition(f, "", (f"{first}..{last}",))
    else:
        yield Condition(f, "", (str(f.to_json(value)).lower() if isinstance(value, bool) else str(value),))
