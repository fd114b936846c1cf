"""Where the databases differ: how tokens are stored and asked for, both halves side by side."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from vizavi.core.dialect import is_sqlite, new_ids
from vizavi.search.models import SearchRow

# Tokens are made in Python, and this tokenizer leaves every letter beyond ASCII alone. unicode61 would cut at those that
# are none to its own tables, and a token in two parts is a phrase, which `detail=none` cannot look for.
CREATE_SQLITE = "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, tokenize='ascii', prefix='3 5', detail=none)"
DROP_SQLITE = "DROP TABLE search_fts"
CREATE_POSTGRESQL = (
    "ALTER TABLE search_row ADD COLUMN tokens tsvector; CREATE INDEX search_tokens ON search_row USING gin (tokens)"
)
DROP_POSTGRESQL = "ALTER TABLE search_row DROP COLUMN tokens"


def create(apps: Any, editor: Any) -> None:
    """The full-text half of the table, for the migration."""
    editor.execute(CREATE_SQLITE if editor.connection.vendor == "sqlite" else CREATE_POSTGRESQL)


def drop(apps: Any, editor: Any) -> None:
    """The way back."""
    editor.execute(DROP_SQLITE if editor.connection.vendor == "sqlite" else DROP_POSTGRESQL)


def store(entity: str, rows: list[tuple[int, str, str, set[str]]]) -> None:
    """Write the rows of some records of one entity: (record id, title, text, tokens)."""
    texts = {record_id: " ".join(sorted(tokens)) for record_id, _title, _text, tokens in rows}
    with connection.cursor() as cursor:
        if is_sqlite():
            there = known_ids(entity, list(texts))
            old = [(title, text, there[pk]) for pk, title, text, _tokens in rows if pk in there]
            cursor.executemany("UPDATE search_row SET title = %s, text = %s WHERE id = %s", old)
            cursor.executemany("DELETE FROM search_fts WHERE rowid = %s", [(pk,) for pk in there.values()])
            new = [row for row in rows if row[0] not in there]
            ids = dict(zip([row[0] for row in new], new_ids(SearchRow, len(new)), strict=True))
            sql = "INSERT INTO search_row (id, entity, record_id, title, text) VALUES (%s, %s, %s, %s, %s)"
            cursor.executemany(sql, [(ids[pk], entity, pk, title, text) for pk, title, text, _tokens in new])
            sql = "INSERT INTO search_fts (rowid, tokens) VALUES (%s, %s)"
            cursor.executemany(sql, [((there.get(pk) or ids[pk]), tokens) for pk, tokens in texts.items()])
        else:
            columns = [list(column) for column in zip(*[row[:3] for row in rows], strict=True)]
            sql = (
                "INSERT INTO search_row (entity, record_id, title, text, tokens) "
                "SELECT %s, r, t, x, array_to_tsvector(string_to_array(k, ' ')) "
                "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS new (r, t, x, k) "
                "ON CONFLICT (entity, record_id) DO UPDATE "
                "SET title = excluded.title, text = excluded.text, tokens = excluded.tokens"
            )
            cursor.execute(sql, [entity, *columns, list(texts.values())])


def known_ids(entity: str, record_ids: list[int]) -> dict[int, int]:
    """Which of these records stand in the index, and under which id of `search_row`."""
    found = SearchRow.objects.filter(entity=entity, record_id__in=record_ids)
    return dict(found.values_list("record_id", "pk"))


def forget(ids: list[int]) -> None:
    """Drop the tokens of these rows; PostgreSQL keeps them in the row itself."""
    if is_sqlite():
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_fts WHERE rowid = %s", [(pk,) for pk in ids])


def match(asked: list[list[tuple[str, bool]]]) -> tuple[str, list[str]]:
    """The SQL condition on `search_row` under the alias `r`, and its parameters. Tokens are letters and digits only."""
    if is_sqlite():
        text = " AND ".join(
            "(" + " OR ".join(f'"{t}"' + ("*" if prefix else "") for t, prefix in group) + ")" for group in asked
        )
        return "r.id IN (SELECT rowid FROM search_fts WHERE search_fts MATCH %s)", [text]
    text = " & ".join(
        "(" + " | ".join(f"'{t}'" + (":*" if prefix else "") for t, prefix in group) + ")" for group in asked
    )
    return "r.tokens @@ %s::tsquery", [text]


def record_ids(entity: str, asked: list[list[tuple[str, bool]]]) -> RawSQL:
    """The ids of the records of an entity that match, as a subquery."""
    where, params = match(asked)
    sql = f"SELECT r.record_id FROM search_row r WHERE {where} AND r.entity = %s"  # noqa: S608
    return RawSQL(sql, [*params, entity], output_field=BigIntegerField())  # noqa: S611


def newest(entity: str, asked: list[list[tuple[str, bool]]], limit: int) -> list[tuple[int, str, str]]:
    """The newest matching rows of an entity: (record id, title, text)."""
    where, params = match(asked)
    sql = (
        f"SELECT r.record_id, r.title, r.text FROM search_row r WHERE {where} AND r.entity = %s "  # noqa: S608
        "ORDER BY r.id DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, entity, limit])
        return list(cursor.fetchall())
