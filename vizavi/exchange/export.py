"""A list as on screen, as a file, in flat memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl

from vizavi import search
from vizavi.core import door, filters, pages
from vizavi.core.actions import permit
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import AddressField, EmailsField, Field, PhonesField, ReachField
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.exchange.targets import pieces_of
from vizavi.tables import vcard, writing

CHUNK = 500
#: So many records can be named one by one.
MOST_CHOSEN = 10_000
FORMATS = ("csv", "xlsx", "vcf")


def chosen(entity: Entity, reader: Reader, names: str = "") -> list[Field]:
    """The columns that were asked for (their widths on the screen do not matter), else all that this person sees."""
    wanted = [n for part in names.split(",") if (n := part.partition(":")[0]) in entity.fields]
    return reader.fields(entity, wanted or None)


def records(entity: Entity, reader: Reader, params: Any, ids: str = "") -> Iterator[list[Journaled]]:
    """The rows of a list by its filter and order, in chunks, through the door; `ids` (`1,2,3`) takes only these.

    Raises `Refused`, `Invalid`.
    """
    permit(reader.user, door.EXPORT, entity)
    found = filters.parse(entity, params, reader)
    where = found.where(reader)
    if found.text:
        where &= search.condition(entity, found.text, reader)
    may = door.union(door.branches(reader.user, entity, door.EXPORT))
    if ids:
        return _chosen_records(entity, reader, where & may, ids)
    return _all_records(entity, reader, where & may, params.get("sort", ""))


def _all_records(entity: Entity, reader: Reader, where: Any, sort: str) -> Iterator[list[Journaled]]:
    after = ""
    while True:
        page = pages.page(entity, reader, where, sort=sort, limit=CHUNK, after=after)
        yield page.records
        after = page.next or ""
        if not after:
            return


def _chosen_records(entity: Entity, reader: Reader, where: Any, ids: str) -> Iterator[list[Journaled]]:
    """In the order in which they are named."""
    named = list(dict.fromkeys(int(part) for part in ids.split(",") if part.isdigit() and int(part) < 2**63))
    if len(named) > MOST_CHOSEN:
        raise Invalid({"ids": [str(MOST_CHOSEN)]})
    for start in range(0, max(1, len(named)), CHUNK):
        part = named[start : start + CHUNK]
        rows = entity.model.objects.visible_to(reader.user).filter(where, pk__in=part)
        by_id = {record.pk: record for record in rows}
        yield [by_id[pk] for pk in part if pk in by_id]


def lines(
    entity: Entity, fields: list[Field], reader: Reader, chunks: Iterable[list[Journaled]]
) -> Iterator[list[Any]]:
    """Typed cells, row by row; related names of a chunk are looked up together."""
    for chunk in chunks:
        fresh = Reader(reader.user)
        fresh.prefetch(chunk, fields)
        for record in chunk:
            yield [f.export(record, fresh) for f in fields]


def csv_text(entity: Entity, fields: list[Field], reader: Reader, chunks: Iterable[list[Journaled]]) -> Iterator[str]:
    """CSV that a Russian Excel opens rightly."""
    return writing.csv_lines([f.label for f in fields], lines(entity, fields, reader, chunks))


def workbook(entity: Entity, fields: list[Field], reader: Reader, chunks: Iterable[list[Journaled]]) -> IO[bytes]:
    """The same as XLSX with numbers as numbers and dates as dates, in a file that is gone when closed."""
    return writing.workbook(entity.label_plural, [f.label for f in fields], lines(entity, fields, reader, chunks))


def text(entity: Entity, reader: Reader, form: str, query: str = "", columns: str = "") -> Iterator[str]:
    """CSV or vCards of the records of a filter (`kind=client&sort=name`). Raises `Refused`, `Invalid`."""
    chunks = records(entity, reader, dict(parse_qsl(query)))
    if form == "vcf":
        return cards(entity, reader, chunks)
    return csv_text(entity, chosen(entity, reader, columns), reader, chunks)


def to_file(entity: Entity, reader: Reader, path: Path, form: str, query: str = "", columns: str = "") -> None:
    """The same into a file that is there whole or not at all. Raises `Refused`, `Invalid`, `OSError`."""
    part = path.with_name(f".{path.name}.part")
    try:
        if form == "xlsx":
            chunks = records(entity, reader, dict(parse_qsl(query)))
            with workbook(entity, chosen(entity, reader, columns), reader, chunks) as book, part.open("wb") as out:
                shutil.copyfileobj(book, out)
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                file.writelines(text(entity, reader, form, query, columns))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


# -- cards -------------------------------------------------------------------------------------------------------------


def has_cards(entity: Entity) -> bool:
    """Whether a record can be kept in a telephone: it can be called or written to."""
    return bool(entity.reach)


def cards(entity: Entity, reader: Reader, chunks: Iterable[list[Journaled]], version: str = "3.0") -> Iterator[str]:
    """A vCard a record."""
    fields = reader.fields(entity)
    for chunk in chunks:
        fresh = Reader(reader.user)
        fresh.prefetch(chunk, fields)
        for record in chunk:
            yield vcard.write(card_of(entity, record, fresh, fields), version)


def card_of(entity: Entity, record: Journaled, reader: Reader, fields: list[Field]) -> dict[str, str]:
    """The cells of a card, out of the fields that this person sees."""
    cells: dict[str, str] = {"uid": f"urn:vizavi:{entity.name}:{record.pk}"}
    named = {f.name: f for f in fields}
    people = "surname" in entity.fields
    for f in fields:
        value = f.value(record)
        if f.is_empty(value):
            continue
        if f.kind == "messengers":
            cells["messengers"] = "\n".join(f"{item['kind']}: {item['value']}" for item in value)
        elif isinstance(f, ReachField) and pieces_of(f):
            if "address_line" not in cells:
                cells |= {"address_kind": value[0]["kind"], "address_line": value[0]["value"]}
        elif isinstance(f, PhonesField | EmailsField):
            heading = "phone" if isinstance(f, PhonesField) else "email"
            for item in value:
                key = f"{heading}_{item['kind']}"
                number = item.get("e164") or item["value"]
                cells[key] = f"{cells[key]}\n{number}" if key in cells else number
        elif isinstance(f, AddressField) and "address_line" not in cells:
            cells["address_kind"] = "work"
            cells |= {f"address_{part}": str(text) for part, text in value.items()}
        elif f.name in ("surname", "name", "patronymic", "position") and people:
            cells[f.name] = str(value)
        elif f.name == "birthday":
            cells["birthday"] = value.isoformat()
        elif f.name in ("company", "companies"):
            titles = [ref.title for target in f.points_to(value) if (ref := reader.ref(*target)).visible]
            cells |= {"organization": titles[0]} if titles else {}
        elif f.kind == "url":
            cells.setdefault("url", str(value))
        elif f.kind == "longtext":
            cells.setdefault("note", str(value))
    if entity.title in named or people:
        cells["full_name"] = str(record)
    if "organization" not in cells and not people and entity.title in named:
        cells["organization"] = str(record)
    return cells
