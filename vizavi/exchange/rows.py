"""One row of a file as values, or what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vizavi.core.columns import Address
from vizavi.core.entity import Entity
from vizavi.core.fields import AddressField, DateField, Field, LongTextField, NumberField, ReachField, RelationField
from vizavi.core.fold import sort_key
from vizavi.core.reading import Reader
from vizavi.exchange import layouts, targets
from vizavi.exchange.mapping import Mapping, fingerprint, spoken
from vizavi.exchange.targets import DATE_PARTS, FULL_NAME, ID, KIND, NAMES, ROLE, Target
from vizavi.tables import Broken, Table
from vizavi.tables.writing import unquoted

#: Between several values in one cell, as Google writes them.
_MANY = re.compile(r"\s:::\s|\n")
#: How Outlook writes a day that nobody knows, and Google one without its year.
_NO_DAY = re.compile(r"0+[./-]0+[./-]0+|--\d\d?-?\d\d?")
_WORDS = re.compile(r"[,;\n]|:::")
#: The group in which Google has everybody.
_NO_WORDS = frozenset({"mycontacts"})
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2,4})(.*)", re.DOTALL)


@dataclass
class Problem:
    """What is wrong: in which column (None: with the row as a whole), in words."""

    column: int | None
    text: str


@dataclass
class Part:
    """What a row says of one record: of the row's own, or of one to which it is related."""

    values: dict[str, Any] = field(default_factory=dict)
    role: str = ""


@dataclass
class Row:
    """One row: its number (1 is the first under the headings), its cells, what they mean."""

    number: int
    cells: list[Any]
    own: Part = field(default_factory=Part)
    related: dict[str, Part] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: What looks wrong, but is taken.
    doubts: list[Problem] = field(default_factory=list)
    id: str = ""
    #: By what it is known again, see `RowReader.know`.
    keys: dict[str, list[str]] = field(default_factory=dict)
    origin: str = ""

    def refuse(self, text: str, column: int | None = None) -> None:
        self.problems.append(Problem(column, text))


class RowReader:
    """Reads the rows of one table under one mapping for one person; remembers what names mean."""

    def __init__(self, entity: Entity, table: Table, mapping: Mapping, reader: Reader):
        self.entity, self.table, self.mapping, self.reader = entity, table, mapping, reader
        self.columns: list[tuple[int, Target]] = []
        for number, heading in enumerate(table.headers):
            target = targets.resolve(entity, mapping.columns.get(heading, ""), reader)
            if target is not None:
                self.columns.append((number, target))
        #: After how many columns of kinds of its field a column stands: all of these are of one value.
        self.groups = self._groups()
        # A record may point to one that stands further down in the same file: those come in a second pass.
        self.later = [
            (n, t.field) for n, t in self.columns if isinstance(t.field, RelationField) and t.field.target is entity
        ]
        self.relations = {t.via.name: t.via for _n, t in self.columns if t.via is not None}
        self._names: dict[tuple[str, str], int | str] = {}
        #: Tags by their folded name: ids, or words that are not there yet.
        self.coined: dict[str, int | str] = {}
        self._source = fingerprint(table.headers)[:12]

    def _groups(self) -> dict[int, int]:
        seen: dict[tuple[str, str], int] = {}
        found: dict[int, int] = {}
        for at, target in self.columns:
            key = (target.via.name if target.via else "", target.field.name if target.field else "")
            seen[key] = seen.get(key, 0) + (target.part == KIND)
            found[at] = seen[key]
        return found

    def read(self, number: int, cells: list[Any]) -> Row:
        """The values of a row, or what is wrong with it, by column."""
        row = Row(number, cells)
        if isinstance(cells, Broken):
            row.refuse(cells.reason)
            return row
        if len(cells) > len(self.table.headers):
            row.refuse(_("The row has more cells than there are headings."))
            return row
        pieces: dict[tuple[str, str], list[Any]] = {}
        names: dict[str, dict[str, str]] = {}
        kinds: dict[tuple[str, str, int], str] = {}
        later = {at for at, _f in self.later}
        for at, target in self.columns:
            raw = self._clean(cells[at])
            if raw == "" or at in later:
                continue
            via, f = target.via.name if target.via else "", target.field
            if f is None:
                if target.part == ID:
                    row.id = str(raw)
                elif target.part == FULL_NAME:
                    names[via] = {n: t for n, t in target.entity.begun(str(raw)).items() if n in NAMES}
                elif target.part == ROLE:
                    row.related.setdefault(via, Part()).role = " ".join(str(raw).split())
                continue
            group = (via, f.name, self.groups[at])
            if target.part == KIND:
                kinds[group] = layouts.kind_of(str(raw).lstrip("* "), [k for k, _label in f.options])  # type: ignore[attr-defined]
                continue
            try:
                piece = self._piece(target, raw, kinds.get(group, ""), self.groups[at])
                # A value that means nothing here is as good as an empty cell: a new record gets what is usual.
                if piece is not None:
                    pieces.setdefault((via, f.name), []).append(piece)
            except ValidationError as error:
                row.refuse(" ".join(error.messages), at)
        for (via, name), found in pieces.items():
            part = row.own if not via else row.related.setdefault(via, Part())
            f = self._field(via, name)
            try:
                part.values[name] = self._whole(f, found)
            except ValidationError as error:
                row.refuse(f"{f.label}: {' '.join(error.messages)}")
        for via, known in names.items():
            values = row.own.values if not via else row.related.setdefault(via, Part()).values
            if not any(values.get(name) for name in NAMES):
                values.update(known)
        return row

    def _clean(self, raw: Any) -> Any:
        """A cell without the guard against formulas; a whole number out of a spreadsheet without its `.0`."""
        if raw is None:
            return ""
        if isinstance(raw, str):
            text = raw.strip()
            return unquoted(text) if self.table.kind == "text" else text
        return int(raw) if isinstance(raw, float) and raw.is_integer() else raw

    def _field(self, via: str, name: str) -> Field:
        entity: Any = self.relations[via].target if via else self.entity  # type: ignore[attr-defined]
        return entity.fields[name]

    def _piece(self, target: Target, raw: Any, kind: str, group: int = 0) -> Any:
        """One cell as a value or as a part of one. Raises `ValidationError`."""
        f: Any = target.field
        if isinstance(f, ReachField):
            chosen, _dot, piece = target.part.rpartition(".")
            if piece in targets.pieces_of(f):
                return {"of": (chosen or kind, group), piece: str(raw)}
            chosen = target.part or kind
            if targets.pieces_of(f) and chosen:
                return [{"kind": chosen, "value": " ".join(str(raw).split())}]
            items = [item for text in _MANY.split(str(raw)) if text.strip() for item in f.parse(text) or ()]
            return [{**item, "kind": chosen} for item in items] if chosen else items
        if isinstance(f, AddressField) and target.part:
            return {target.part: str(raw)}
        if target.part in DATE_PARTS:
            return {target.part: raw}
        taught = self.mapping.values.get(target.path)
        if taught is not None and str(raw) in taught:
            meant = taught[str(raw)]
            return (int(meant) if isinstance(f, RelationField) else f.parse(meant)) if meant else None
        if getattr(f, "many", False) and getattr(getattr(f, "target", None), "open", False):
            return self.words(f, str(raw))
        if hasattr(f, "value_by_name"):
            return self.related(f, str(raw))
        if f.kind in ("date", "datetime") and isinstance(raw, int | float | str):
            raw = str(raw)
            if _NO_DAY.fullmatch(raw):
                return None
            if self.mapping.month_first and (match := _SLASHED.fullmatch(raw)):
                raw = f"{match[2]}.{match[1]}.{match[3]}{match[4]}"
        elif not isinstance(f, NumberField) and isinstance(raw, int | float) and not isinstance(raw, bool):
            raw = str(raw) if f.kind in ("text", "longtext", "choice", "choices", "address", "url") else raw
        return f.parse(spoken(f, raw) if isinstance(raw, str) else raw)

    def _whole(self, f: Field, found: list[Any]) -> Any:
        """The pieces of several columns as one value. Raises `ValidationError`."""
        if isinstance(f, ReachField):
            whole = [item for items in found if isinstance(items, list) for item in items]
            apart: dict[tuple[str, int], list[dict[str, Any]]] = {}
            for piece in found:
                if isinstance(piece, dict):
                    apart.setdefault(piece.pop("of"), []).append(piece)
            lines = [{"kind": kind, "value": Address.text_of(_joined(p))} for (kind, _at), p in apart.items()]
            return f.parse([*whole, *lines])
        if isinstance(found[0], dict) and isinstance(f, AddressField):
            return f.parse(_joined(found))
        if isinstance(found[0], dict) and isinstance(f, DateField):
            numbers = {part: value for piece in found for part, value in piece.items()}
            try:
                return date(*(int(numbers[part]) for part in DATE_PARTS))
            except KeyError:
                return None
            except (ValueError, TypeError):
                raise ValidationError(_("There is no such day: %(text)s.") % {"text": str(numbers)[:30]}) from None
        if len(found) > 1 and all(isinstance(piece, str) for piece in found):
            return f.parse(("\n" if isinstance(f, LongTextField) else " ").join(found))
        return found[0]

    def words(self, f: Any, text: str) -> list[Any]:
        """The ids of these tags; one that is not there yet stands as a word, until the importer coins it."""
        found = []
        for name in (part.strip().lstrip("* ") for part in _WORDS.split(text)):
            key = sort_key(name)
            if key is None or key in _NO_WORDS:
                continue
            if key not in self.coined:
                ids = f.target.by_title(name, self.reader.user)
                self.coined[key] = ids[0] if ids else name[:60]
            found.append(self.coined[key])
        return list(dict.fromkeys(found))

    def related(self, f: Any, text: str) -> Any:
        """What a name means, looked up once. Raises `ValidationError`."""
        known = self._names.get((f.target.name, text))
        if known is None:
            try:
                known = f.value_by_name(text, self.reader)
            except ValidationError as error:
                known = " ".join(error.messages)
            self._names[f.target.name, text] = known
        if isinstance(known, str):
            raise ValidationError(known)
        return known

    # -- by what a row is known again ------------------------------------------------------------------------------

    def know(self, row: Row, keys: dict[str, list[str]]) -> None:
        """Note its keys and its origin: its number in the other program, or all that it says when it has no key.

        Numbers are those of one layout: another program counts its own.
        """
        row.keys = keys
        if row.id:
            row.origin = f"id:{self._source}:{row.id}"[:100]
        elif not keys:
            said = sorted((t.path, str(row.cells[n])) for n, t in self.columns if str(row.cells[n] or "").strip())
            row.origin = "row:" + hashlib.sha256(repr(said).encode()).hexdigest()


def _joined(pieces: list[dict[str, Any]]) -> dict[str, str]:
    """The parts of an address out of several columns; what two of them say of one part stands in one line, once."""
    parts: dict[str, dict[str, None]] = {}
    for piece in pieces:
        for part, text in piece.items():
            parts.setdefault(part, {})[" ".join(str(text).split())] = None
    return {part: ", ".join(texts) for part, texts in parts.items()}


def mended(cells: list[Any], fix: dict[str, str], width: int) -> list[Any]:
    """Cells with corrections by column; a row that could not be read can be after it was written anew."""
    if not fix:
        return cells
    now = [*cells[:width], *[""] * (width - len(cells))]
    for at, text in fix.items():
        if at.isdigit() and int(at) < width:
            now[int(at)] = text
    return Broken(now, cells.reason) if isinstance(cells, Broken) and not any(fix.values()) else now
