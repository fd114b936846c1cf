"""A file on its way in, from its upload to the importer that will write it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from vizavi.core.entity import Entity, registry
from vizavi.core.reading import Reader
from vizavi.exchange import mapping, remember
from vizavi.exchange.importer import Importer
from vizavi.exchange.models import ImportRun
from vizavi.files.store import clean_name, keep
from vizavi.tables import Broken, Table, open_table

#: The place of a column that a person does not want; one that has no place yet is nothing.
LEAVE = mapping.LEAVE
SAMPLES = 3
#: So many rows are looked at for samples.
LOOKED = 200


def begin(entity: Entity, user: Any, name: str, chunks: Any, options: dict[str, str] | None = None) -> ImportRun:
    """Keep an uploaded file as an import that has not begun, with the mapping that suggests itself.

    Raises `Unreadable`, `Invalid` (a file that is too large).
    """
    sha256, _size, _kind = keep(chunks)
    run = ImportRun(entity=entity.name, file_name=clean_name(name), sha256=sha256, by=user, options=options or {})
    look_at(run)
    run.save()
    return run


def look_at(run: ImportRun) -> Table:
    """Read the whole file once: how it is read, how many rows it has, what its columns may mean. Raises `Unreadable`."""
    table = table_of(run)
    entity, reader = registry[run.entity], Reader(run.by)
    run.options = {
        **{k: v for k, v in run.options.items() if v},
        **({"sheet": table.sheet} if len(table.sheets) > 1 else {}),
        "rows": sum(1 for _row in table.rows()),
    }
    run.mapping = remember.suggested(entity, table, reader).json()
    for heading, samples in samples_of(table).items():
        if not samples and heading not in run.mapping["columns"]:
            run.mapping["columns"][heading] = LEAVE
    return table


def table_of(run: ImportRun) -> Table:
    """The file of a run, read as the person said. Raises `Unreadable`."""
    options = {k: str(v) for k, v in run.options.items() if k in ("encoding", "delimiter", "sheet")}
    return open_table(run.path, run.file_name, **options)


def importer_of(run: ImportRun) -> Importer:
    """The importer of a run. Raises `Unreadable`, `Invalid`, `Refused`."""
    entity, table = registry[run.entity], table_of(run)
    settled = mapping.read(entity, run.mapping, table.headers, Reader(run.by))
    return Importer(entity, table, settled, run.by, run.fixes)


def samples_of(table: Table) -> dict[str, list[str]]:
    """Some different values of each column."""
    found: dict[str, list[str]] = {heading: [] for heading in table.headers}
    for row in islice(table.rows(), LOOKED):
        for heading, cell in zip(table.headers, () if isinstance(row, Broken) else row, strict=False):
            text = text_of(cell)[:60].strip()
            if text and len(found[heading]) < SAMPLES and text not in found[heading]:
                found[heading].append(text)
    return found


def text_of(cell: object) -> str:
    """A cell as it stood, in so far as JSON can keep it."""
    return "" if cell is None else str(cell)[:5000].replace("\x00", "")
