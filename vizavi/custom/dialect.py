"""Where the databases differ: who may change tables, and indexes on expressions; both halves side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, models

from vizavi.core.dialect import custom_sql, is_sqlite

#: Grows when `custom_sql` spells something else: then every index is made anew.
SPELLING = 1
_PREFIX = f"custom_field_v{SPELLING}_"


@contextmanager
def as_owner() -> Iterator[None]:
    """For what changes the shape of tables: this thread's connection under the role that owns them.

    On PostgreSQL a firm may give the running program a role that can only read and write rows (DATABASE_OWNER_URL names
    the other). With one role, and on SQLite, this changes nothing. Not inside a transaction.
    """
    mine = {name: connection.settings_dict[name] for name in settings.OWNER_DATABASE}
    if mine:
        connection.close()
        connection.settings_dict.update(settings.OWNER_DATABASE)
    try:
        yield
    finally:
        if mine:
            connection.close()
            connection.settings_dict.update(mine)


def name_of(pk: int) -> str:
    """The name of the index of a definition."""
    return f"{_PREFIX}{pk}"


def indexes() -> set[str]:
    """The indexes that are there and sound, of any spelling."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'custom_field_v%'"
        if is_sqlite()
        else "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
        "WHERE c.relname LIKE 'custom_field_v%' AND i.indisvalid"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall()}


def create(name: str, model: type[models.Model], column: str, cast: str, key: str, then: str) -> None:
    """Make an index on a custom value, where there is one, and on the columns by which rows of the same value are ordered.

    PostgreSQL lets people write meanwhile, SQLite makes them wait.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    value = custom_sql(connection.vendor, connection.ops.quote_name(column), cast, key)
    # Inside a transaction (a test's) PostgreSQL cannot index concurrently.
    how = "" if is_sqlite() or connection.in_atomic_block else "CONCURRENTLY "
    with as_owner(), connection.cursor() as cursor:
        if not is_sqlite():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")  # one that was interrupted is there, but not sound
        cursor.execute(f"CREATE INDEX {how}{name} ON {table} ({value}, {then}) WHERE {value} IS NOT NULL")
        # Without figures about the expression the planner guesses, and badly.
        cursor.execute(f"ANALYZE {name if is_sqlite() else table}")


def drop(name: str) -> None:
    """Remove an index."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(name)}")
