"""Which column is which field: guessed, then settled by the person, kept as JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from vizavi.core import door
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import ChoiceField, EmailsField, Field, PhonesField, TextField
from vizavi.core.fold import fold
from vizavi.core.reading import Reader
from vizavi.exchange.readers import Table

SKIP, UPDATE, CREATE = "skip", "update", "create"
#: So many rows are looked at for values that need a mapping.
SAMPLE = 2000


@dataclass
class Mapping:
    """`columns`: {heading: field}; `values`: {field: {text: key}}; by what a duplicate is known, and what then."""

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    key: str = ""
    duplicates: str = SKIP

    def json(self) -> dict[str, Any]:
        """As it is kept, and as `--mapping FILE` reads it."""
        return asdict(self)


def importable(entity: Entity, reader: Reader) -> list[Field]:
    """The fields that a file may fill for this person."""
    writes = reader.access(entity).writes
    fields = [f for f in reader.fields(entity) if not f.computed and writes(f.name)]
    return [f for f in fields if f.editable or f.name == "created_at"]


def normal(text: str) -> str:
    """A heading or value without case, marks and ё."""
    return "".join(c for c in fold(text) if c.isalnum())


def names_of(f: Field) -> set[str]:
    """Everything by which a heading may call a field: its name, its label in both languages, its synonyms."""
    found = {f.name}
    for language in ("ru", "en"):
        with override(language):
            found.add(f.label)
    words = f.entity.synonyms.get(f.name, ())
    found |= {words} if isinstance(words, str) else set(words)
    return {normal(name) for name in found}


def guess(entity: Entity, table: Table, reader: Reader) -> Mapping:
    """The mapping that the headings and the values suggest."""
    fields = importable(entity, reader)
    names = {f.name: names_of(f) for f in fields}
    columns: dict[str, str] = {}
    for heading in table.headers:
        wanted = normal(heading)
        found = next((n for n, known in names.items() if wanted in known and n not in columns.values()), None)
        if found:
            columns[heading] = found
    mapping = Mapping(columns=columns)
    mapping.values = guess_values(entity, table, mapping)
    keys = [name for name in (*entity.keys, entity.title) if name in columns.values()]
    mapping.key = keys[0] if keys else ""
    return mapping


def guess_values(entity: Entity, table: Table, mapping: Mapping) -> dict[str, dict[str, str]]:
    """Values of choices that are no choice, each with the one that is spelt most like it (`""`: none is)."""
    found: dict[str, dict[str, str]] = {}
    chosen = {h: entity.fields[n] for h, n in mapping.columns.items() if isinstance(entity.fields[n], ChoiceField)}
    at = {heading: table.headers.index(heading) for heading in chosen}
    for row in islice(table.rows(), SAMPLE) if chosen else ():
        for heading, f in chosen.items():
            text = str(row[at[heading]] or "").strip()
            known = found.setdefault(f.name, {})
            if text and text not in known and not _is_choice(f, text):
                known[text] = closest(f, text)
    return {name: known for name, known in found.items() if known}


def _is_choice(f: Field, text: str) -> bool:
    try:
        f.parse(text)
    except ValidationError:
        return False
    return True


def closest(f: Any, text: str) -> str:
    """The key of the option spelt most like the text, `""` when none is close."""
    names: dict[str, str] = {}
    for language in ("ru", "en"):
        with override(language):
            names |= {normal(str(label)): key for key, label in f.options}
    names |= {normal(key): key for key, _label in f.options}
    best = difflib.get_close_matches(normal(text), list(names), n=1, cutoff=0.75)
    return names[best[0]] if best else ""


def read(entity: Entity, raw: Any, headers: Sequence[str], reader: Reader) -> Mapping:
    """A mapping that came from outside, checked. Raises `Invalid`."""
    if not isinstance(raw, dict):
        raise Invalid({"": [_("The mapping is not a JSON object.")]})
    allowed = {f.name for f in importable(entity, reader)}
    columns: Any = raw.get("columns") if isinstance(raw.get("columns"), dict) else {}
    values: Any = raw.get("values") if isinstance(raw.get("values"), dict) else {}
    found = Mapping(
        columns={str(h): str(n) for h, n in columns.items() if n},
        values={str(n): {str(k): str(v) for k, v in m.items()} for n, m in values.items() if isinstance(m, dict)},
        key=str(raw.get("key") or ""),
        duplicates=str(raw.get("duplicates") or SKIP),
    )
    problems: list[str] = []
    for heading, name in found.columns.items():
        if heading not in headers:
            problems.append(_("There is no column “%(name)s” in the file.") % {"name": heading[:60]})
        if name not in allowed:
            problems.append(_("There is no field “%(name)s”.") % {"name": name[:60]})
    twice = {n for n in found.columns.values() if list(found.columns.values()).count(n) > 1}
    problems += [
        _("Two columns fill “%(name)s”.") % {"name": entity.fields[n].label}
        for n in sorted(twice)
        if n in entity.fields
    ]
    if found.duplicates not in (SKIP, UPDATE, CREATE):
        problems.append(_("Duplicates are skipped, updated or created."))
    if found.key and found.key not in found.columns.values():
        problems.append(_("Duplicates can be found only by a field that a column fills."))
    if not found.columns:
        problems.append(_("Choose a field for at least one column."))
    for f in required(entity):
        if f.name not in found.columns.values() and found.duplicates != UPDATE:
            problems.append(_("No column fills “%(name)s”, which is required.") % {"name": f.label})
    if problems:
        raise Invalid({"": problems})
    return found


def required(entity: Entity) -> Iterable[Field]:
    """Fields without which no record can be made."""
    return [f for f in entity.fields.values() if f.needed]


def key_fields(entity: Entity, reader: Reader) -> list[Field]:
    """Fields by which duplicates can be recognised."""
    names = dict.fromkeys((*entity.keys, entity.title))
    fields = [entity.fields[n] for n in names if door.fields(reader.user, entity).sees(n)]
    return [f for f in fields if isinstance(f, TextField | PhonesField | EmailsField)]
