"""Files as rows of text, numbers and dates; see the README."""

from vizavi.tables.reading import Broken, Table, Unreadable, open_table

__all__ = ["Broken", "Table", "Unreadable", "open_table"]
