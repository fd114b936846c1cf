"""Where SQLite and PostgreSQL differ in core: both halves side by side, and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def json_list_has(model: type[models.Model], column: str, values: list[str]) -> Q:
    """Rows whose JSON list in `column` holds any of `values`."""
    if not values:
        return Q(pk__in=[])
    table = connection.ops.quote_name(model._meta.db_table)
    quoted = f"{table}.{connection.ops.quote_name(column)}"
    marks = ", ".join(["%s"] * len(values))
    if is_sqlite():
        sql = f"EXISTS (SELECT 1 FROM json_each({quoted}) WHERE json_each.value IN ({marks}))"  # noqa: S608
    else:
        sql = f"jsonb_exists_any({quoted}, ARRAY[{marks}])"
    return Q(RawSQL(sql, values, output_field=models.BooleanField()))  # noqa: S611


def write_rows(model: type[models.Model], fields: list[models.Field], rows: list[tuple[Any, list[Any]]]) -> None:
    """UPDATE of many rows with different values: `rows` is (pk, values in the order of `fields`, as Python values).

    One prepared statement run many times: 8 to 20 times faster than one UPDATE with a CASE for each row.
    """
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(f.column)} = %s" for f in fields)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {quote(model._meta.pk.column)} = %s"  # noqa: S608
    prepared = [[f.get_db_prep_save(v, connection) for f, v in zip(fields, vs, strict=True)] + [pk] for pk, vs in rows]
    with connection.cursor() as cursor:
        cursor.executemany(sql, prepared)
