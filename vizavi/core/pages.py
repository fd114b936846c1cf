"""Pages by key: LIMIT from each branch of the door by its own index, merged; no OFFSET, no exact count of much.

NULL stands last in both directions. Where the first sort column may be NULL, the rows that have a value and those that
have none are two phases, so that an index serves each on both databases.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.dialect import ids_of
from vizavi.core.errors import Invalid

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.fields import Field
    from vizavi.core.reading import Reader
    from vizavi.core.records import Journaled

#: Beyond this many rows nothing is counted or summed exactly.
EXACT = 10_000
MOST_KEYS = 3
SIZES = (25, 50, 100, 200)
MOST_ROWS = 500


@dataclass(frozen=True)
class Key:
    """One sort column. `nullable` decides whether NULL has to be thought of."""

    name: str
    column: str
    descending: bool
    nullable: bool
    field: Field | None = None

    def of(self, record: Journaled) -> Any:
        """What the database compares of this record."""
        return record.pk if self.field is None else self.field.store.compared(record, self.column)

    def read(self, value: Any) -> Any:
        """Such a value, out of a cursor. Raises what the column raises."""
        return (
            models.BigIntegerField() if self.field is None else self.field.store.compared_as(self.column)
        ).to_python(value)


def keys(entity: Entity, sort: str, reader: Reader) -> list[Key]:
    """Sort keys of `-created_at,name`, made total by the id. Raises `Invalid` for a field that does not sort."""
    found: list[Key] = []
    for part in [p for p in sort.split(",") if p][:MOST_KEYS]:
        name = part.lstrip("-")
        target = entity.fields.get(name)
        if target is None or not target.sortable or not reader.access(entity).sees(name):
            raise Invalid({"sort": [_("There is no field “%(name)s” to sort by.") % {"name": name[:60]}]})
        path = target.order_path
        found.append(Key(name, path, part.startswith("-"), target.store.compared_as(path).null, target))
    last = found[-1].descending if found else True
    return [*found, Key("id", "pk", last, False)]


def sort_text(found: list[Key]) -> str:
    return ",".join(("-" if k.descending else "") + k.name for k in found if k.name != "id")


@dataclass
class Page:
    """Some records in order, and the cursors to those before and after."""

    records: list[Journaled] = field(default_factory=list)
    next: str | None = None
    previous: str | None = None
    #: Number of the first record, from 1; None where it is not known (a page reached from the end of a long list).
    start: int | None = 1


def _encode(values: list[Any], position: int | None) -> str:
    def plain(v: Any) -> Any:
        if isinstance(v, datetime):
            return {"t": v.astimezone(UTC).isoformat()}
        return v if v is None or isinstance(v, int | str | bool) else {"s": str(v)}

    packed = json.dumps([position, *map(plain, values)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _decode(cursor: str, found: list[Key]) -> tuple[list[Any], int | None]:
    wrong = Invalid({"after": [_("This page address is damaged; start from the first page.")]})
    try:
        packed = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position, values = packed[0], packed[1:]
        if len(values) != len(found) or not (position is None or isinstance(position, int)):
            raise wrong
        result = []
        for value, key in zip(values, found, strict=True):
            value = next(iter(value.values())) if isinstance(value, dict) else value
            if value is None and not key.nullable:
                raise wrong
            value = None if value is None else key.read(value)
            if isinstance(value, int) and abs(value) > 2**63 - 1:
                raise wrong
            result.append(value)
        return result, position
    except Invalid:
        raise
    except (ValueError, TypeError, IndexError, KeyError, StopIteration, AttributeError, binascii.Error, RecursionError):
        raise wrong from None
    except Exception as error:  # a column's own ValidationError
        raise wrong from error


def _beyond(found: list[Key], values: list[Any], backwards: bool) -> Q:
    """Rows strictly after `values` in the order of the keys (or before them), NULL last."""
    result = Q(pk__in=[])
    same = Q()
    for key, value in zip(found, values, strict=True):
        up = key.descending == backwards
        if value is None:
            step = Q(pk__in=[]) if not backwards else Q(**{f"{key.column}__isnull": False})
        else:
            step = Q(**{f"{key.column}__{'gt' if up else 'lt'}": value})
            if key.nullable and not backwards:
                step |= Q(**{f"{key.column}__isnull": True})
        result |= same & step
        same &= Q(**{f"{key.column}__isnull": True}) if value is None else Q(**{key.column: value})
    return result


def _ordering(found: list[Key], backwards: bool, phase: str) -> list[Any]:
    terms: list[Any] = []
    for index, key in enumerate(found):
        down = key.descending != backwards
        if index == 0 and key.nullable and phase == "null":
            continue
        if not key.nullable or (index == 0 and phase == "value"):
            terms.append(f"-{key.column}" if down else key.column)
        elif backwards:
            terms.append(F(key.column).desc(nulls_first=True) if down else F(key.column).asc(nulls_first=True))
        else:
            terms.append(F(key.column).desc(nulls_last=True) if down else F(key.column).asc(nulls_last=True))
    return terms


def _take(
    entity: Entity,
    branches: list[Q],
    where: Q,
    found: list[Key],
    values: list[Any] | None,
    backwards: bool,
    limit: int,
    deleted: bool,
) -> list[Journaled]:
    """`limit` rows beyond `values`, from each branch by its own index, merged and without repetition; one query a phase."""
    base = entity.model.objects.binned() if deleted else entity.model.objects.alive()
    first = found[0]
    phases = ["value", "null"] if first.nullable else ["all"]
    if backwards:
        phases.reverse()
    rows: list[Journaled] = []
    for phase in phases:
        if len(rows) >= limit or (values is not None and first.nullable and _passed(phase, values[0], backwards)):
            continue
        condition = where if values is None else where & _beyond(found, values, backwards)
        if values is not None and values[0] is not None and phase != "null":
            # The OR alone keeps SQLite from seeking in the index; the first column's bound lets it.
            condition &= Q(**{f"{first.column}__{'gte' if first.descending == backwards else 'lte'}": values[0]})
        if phase != "all":
            condition &= Q(**{f"{first.column}__isnull": phase == "null"})
        order = _ordering(found, backwards, phase)
        taken, left = base.filter(condition).order_by(*order), limit - len(rows)
        # Ids first, even where there is one branch: what no index sorts is sorted without its wide rows.
        firsts = [taken.filter(branch)._pass()[:left] for branch in branches]
        rows += base.filter(pk__in=ids_of(firsts)).order_by(*order)._pass()[:left]
    return rows


def _passed(phase: str, value: Any, backwards: bool) -> bool:
    """A cursor among the NULLs has left the valued rows behind (and the other way round when going back)."""
    return (phase == "value" and value is None and not backwards) or (
        phase == "null" and value is not None and backwards
    )


def page(
    entity: Entity, reader: Reader, where: Q | None = None, *, sort: str = "", after: str = "", before: str = "",
    last: bool = False, limit: int = 50, deleted: bool = False, action: str = door.SEE, narrow: bool = False,
) -> Page:  # fmt: skip
    """One page of what this person sees. `narrow`: the condition leaves few rows, so that one query does for all branches.

    `after` and `before` are cursors of an earlier page; `last` asks for the end of the list. Raises `Invalid` for a
    damaged cursor or a sort that is not offered.
    """
    limit = max(1, min(limit, MOST_ROWS))
    found = keys(entity, sort or entity.sort, reader)
    branches = door.branches(reader.user, entity, action)
    if not branches:
        return Page(start=None)
    backwards = bool(before) or last
    cursor, position = _decode(before or after, found) if before or after else (None, None)
    branches = [door.union(branches)] if narrow else branches
    rows = _take(entity, branches, where or Q(), found, cursor, backwards, limit + 1, deleted)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    reader.learn(entity, rows if not deleted else [])
    result = Page(rows)
    if not rows:
        result.start = None
        return result
    if backwards:
        result.start = None if position is None or last else max(1, position - len(rows))
    else:
        result.start = 1 if cursor is None else None if position is None else position + 1
    ends = [[k.of(r) for k in found] for r in (rows[0], rows[-1])]
    if more if backwards else cursor is not None:
        result.previous = _encode(ends[0], result.start)
    if (not last and backwards) or (more and not backwards):
        result.next = _encode(ends[1], None if result.start is None else result.start + len(rows) - 1)
    return result


def place_of(record: Journaled, sort: str, reader: Reader) -> str:
    """The cursor of a record in a list of that order, for its neighbours."""
    return _encode([k.of(record) for k in keys(record.entity(), sort, reader)], None)


def count(entity: Entity, reader: Reader, where: Q | None = None, *, deleted: bool = False) -> tuple[int, bool]:
    """How many rows this person sees, and whether that is exact: counting stops beyond `EXACT`."""
    branches = door.branches(reader.user, entity)
    if not branches:
        return 0, True
    base = entity.model.objects.binned() if deleted else entity.model.objects.alive()
    rows = base.filter(door.union(branches)).filter(where or Q()).order_by()._pass()
    number = rows.values("pk")[: EXACT + 1].count()
    return min(number, EXACT), number <= EXACT
