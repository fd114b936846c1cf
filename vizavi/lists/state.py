"""What the address of a list says: conditions, order, columns, groups, size of the page, and the saved view under it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q

from vizavi import search
from vizavi.core import filters, pages
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import Field
from vizavi.core.filters import Filter
from vizavi.core.pages import SIZES
from vizavi.core.reading import Reader

DEFAULT_SIZE = 50
#: Parameters that say where in the list one is, not what the list is.
PLACE = frozenset({"view", "after", "before", "last", "peek"})
#: Widths of columns in pixels, and how many columns a list may have.
NARROW, WIDE, MOST_COLUMNS = 48, 900, 40
GROUPED = ("choice", "user", "yesno", "date", "datetime")
_COLUMN = re.compile(r"(\w+)(?::(\d{1,4}))?")

Pairs = list[tuple[str, str]]


@dataclass
class ListState:
    """The list as one person sees it. `cols` are fields with the width that was dragged, 0 for as wide as it needs."""

    entity: Entity
    reader: Reader
    found: Filter
    sort: str = ""
    cols: tuple[tuple[Field, int], ...] = ()
    group: str = ""
    size: int = DEFAULT_SIZE
    #: What stands in the address for the view: its number, `all`, or nothing for a list of one's own making.
    view: str = ""
    #: The state that the view was saved with.
    saved: ListState | None = None
    #: Columns that the address need not name.
    default_cols: tuple[tuple[Field, int], ...] = ()

    @property
    def order(self) -> str:
        return self.sort or self.entity.sort

    @property
    def fields(self) -> list[Field]:
        return [f for f, _width in self.cols]

    @property
    def cols_text(self) -> str:
        """`name:240,kind`"""
        return ",".join(f"{f.name}:{width}" if width else f.name for f, width in self.cols)

    @property
    def changed(self) -> bool:
        """Is it another list than the one that was saved?"""
        return self.saved is not None and self.query() != self.saved.query()

    def where(self) -> Q:
        """The rows, free text included; the door is applied by who fetches them."""
        where = self.found.where(self.reader)
        return where & search.condition(self.entity, self.found.text, self.reader) if self.found.text else where

    def pairs(self, *, whole: bool = False) -> Pairs:
        """The parameters that make this list; `whole` spells out what the default would be too."""
        more = {"sort": self.order if whole or self.sort else "", "group": self.group}
        if whole or self.cols != self.default_cols:
            more["cols"] = self.cols_text
        if self.size != DEFAULT_SIZE:
            more["limit"] = str(self.size)
        return [*self.found.params(), *((n, v) for n, v in more.items() if v)]

    def query(self) -> str:
        """What a view keeps."""
        return urlencode(self.pairs(whole=True))

    def address(self, **place: Any) -> Pairs:
        """The parameters of this list at some place of it; an unchanged view is only named."""
        named = self.view and not self.changed
        found = [] if named and self.saved else self.pairs(whole=bool(self.saved))
        return [*([("view", self.view)] if self.view else []), *found, *((n, str(v)) for n, v in place.items() if v)]

    def url(self, **place: Any) -> str:
        query = urlencode(self.address(**place))
        return self.entity.url() + (f"?{query}" if query else "")

    def but(self, **changes: Any) -> ListState:
        """The same with something else: `state.but(sort="-name").url()`."""
        return replace(self, **changes)

    def without(self, *conditions: filters.Condition) -> ListState:
        kept = [c for c in self.found.conditions if c not in conditions]
        return self.but(found=Filter(self.entity, kept, self.found.text))


def read(
    entity: Entity,
    reader: Reader,
    pairs: Iterable[tuple[str, str]],
    *,
    cols: str = "",
    dropped: list[str] | None = None,
) -> ListState:
    """The list of these parameters; `cols` are the columns when they name none.

    Raises `Invalid` for conditions or an order that make no sense; with `dropped` they are left out and told there.
    """
    items = list(pairs)
    params = dict(items)
    sort, group, size = params.get("sort", ""), params.get("group", ""), params.get("limit", "")
    try:
        sort = pages.sort_text(pages.keys(entity, sort, reader)) if sort else ""
    except Invalid as error:
        if dropped is None:
            raise
        sort, dropped[:] = "", [*dropped, str(error)]
    named = entity.fields.get(group)
    own = columns_of(entity, reader, cols)
    return ListState(
        entity,
        reader,
        filters.parse(entity, items, reader, dropped),
        "" if sort == entity.sort else sort,
        columns_of(entity, reader, params["cols"]) if params.get("cols") else own,
        group if named is not None and groupable(named) and reader.access(entity).sees(group) else "",
        int(size) if size.isdigit() and int(size) in SIZES else DEFAULT_SIZE,
        default_cols=own,
    )


def groupable(f: Field) -> bool:
    """Rows can be put together by it."""
    return f.kind in GROUPED and not f.computed


def columns_of(entity: Entity, reader: Reader, raw: str) -> tuple[tuple[Field, int], ...]:
    """Columns of `name:240,kind`, or the declared ones: what this person sees of them, the name of the record first."""
    asked = {m[1]: int(m[2] or 0) for part in raw.split(",") if (m := _COLUMN.fullmatch(part))}
    names = dict.fromkeys((entity.title, *(asked or entity.columns)))
    seen = reader.fields(entity, [n for n in names if n in entity.shape.shown])[:MOST_COLUMNS]
    return tuple((f, max(NARROW, min(WIDE, w)) if (w := asked.get(f.name, 0)) else 0) for f in seen)


def pairs_of(query: Any) -> Pairs:
    """Parameters of a QueryDict or a query string, each as often as it stands there."""
    if isinstance(query, str):
        return parse_qsl(query[:8000])
    return [(n, v) for n, values in query.lists() for v in values]
