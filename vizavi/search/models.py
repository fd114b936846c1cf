"""The derived table of search; its full-text half is made by the migration, per database."""

from __future__ import annotations

from django.db import models


class SearchRow(models.Model):
    """What a record is found by. The tokens stand in `search_fts` (SQLite) or in the column `tokens` (PostgreSQL)."""

    entity = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)

    class Meta:
        db_table = "search_row"
        constraints = [models.UniqueConstraint(fields=["entity", "record_id"], name="search_once")]

    def __str__(self) -> str:
        return self.title
