"""Questions about trees, in SQL that both databases understand alike."""

from __future__ import annotations

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

#: No branch of a tree is followed further than this.
DEEPEST = 12


def above(model: type[models.Model], column: str, pk: int) -> Q:
    """The row itself and those that it hangs under by the relation `column`."""
    table, up = (connection.ops.quote_name(n) for n in (model._meta.db_table, f"{column}_id"))
    step = f"SELECT t.id, t.{up}, w.depth + 1 FROM {table} t JOIN w ON t.id = w.up WHERE w.depth < %s"  # noqa: S608
    return _walk(table, up, step, [pk, DEEPEST, DEEPEST + 1])


def below(model: type[models.Model], column: str, pk: int, most: int) -> Q:
    """The row itself and the live rows under it, the nearest `most` of them.

    Both databases walk level by level and stop at the limit; an ORDER BY would make them walk the whole tree first.
    """
    table, up = (connection.ops.quote_name(n) for n in (model._meta.db_table, f"{column}_id"))
    # LEFT JOIN, though only what is there is wanted: for an inner one SQLite reads the whole table into a Bloom filter.
    live = f"t.{up} = w.id AND t.{connection.ops.quote_name('deleted_at')} IS NULL"
    found = f"FROM w LEFT JOIN {table} t ON {live} WHERE w.depth < %s AND w.id IS NOT NULL"
    step = f"SELECT t.id, t.{up}, w.depth + 1 {found}"
    return _walk(table, up, step, [pk, DEEPEST, most])


def _walk(table: str, up: str, step: str, parameters: list[int]) -> Q:
    start = f"SELECT id, {up}, 0 FROM {table} WHERE id = %s"  # noqa: S608
    sql = (
        f"WITH RECURSIVE w(id, up, depth) AS ({start} UNION ALL {step}) SELECT id FROM w WHERE id IS NOT NULL LIMIT %s"  # noqa: S608
    )
    return Q(pk__in=RawSQL(sql, parameters))  # noqa: S611
