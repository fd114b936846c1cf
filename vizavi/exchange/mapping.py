"""Which column goes where: guessed, then settled by the person, kept as JSON and remembered for the next file."""

from __future__ import annotations

import difflib
import hashlib
import re
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
from vizavi.core.fields import (
    ChoiceField,
    EmailsField,
    Field,
    LongTextField,
    PhonesField,
    ReachField,
    TextField,
    UserField,
)
from vizavi.core.reading import Reader
from vizavi.exchange import layouts, targets
from vizavi.exchange.layouts import normal
from vizavi.exchange.targets import FULL_NAME, Target
from vizavi.tables import Broken, Table

SKIP, FILL, OVERWRITE, CREATE = "skip", "fill", "overwrite", "create"
RULES = (FILL, OVERWRITE, SKIP, CREATE)
#: The place of a column that a person does not want.
LEAVE = "-"
#: So many rows are looked at for values that need a mapping.
SAMPLE = 2000


@dataclass
class Mapping:
    """`columns`: {heading: path}; `values`: {path: {text: key or id}}; by what a duplicate is known, and what then.

    `month_first` says that dates with slashes are written month/day.
    """

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    duplicates: str = SKIP
    month_first: bool = False

    def json(self) -> dict[str, Any]:
        """As it is kept, and as `--mapping FILE` reads it."""
        return asdict(self)


def fingerprint(headers: Iterable[str]) -> str:
    """What two files of one layout have in common, whatever the order of their columns."""
    return hashlib.sha256("\n".join(sorted(map(normal, headers))).encode()).hexdigest()


def names_of(f: Field) -> set[str]:
    """Everything by which a heading may call a field: its name, its label in both languages, its synonyms."""
    found = {f.name}
    for language in ("ru", "en"):
        with override(language):
            # Also as the program calls it: the administrator may have given it another name.
            found |= {f.label, str(f.column.verbose_name)}
    words = f.entity.synonyms.get(f.name, ())
    found |= {words} if isinstance(words, str) else set(words)
    return {normal(name) for name in found}


def repeatable(target: Target) -> bool:
    """Whether several columns may fill it together."""
    f = target.field
    if isinstance(f, ReachField) or target.part in targets.Address.PARTS:
        return True
    return target.part == FULL_NAME or type(f) in (TextField, LongTextField)


#: Headings of a full name where another column has the first name.
_CALLED = ("name", "имя")


def goes_on(target: Target, heading: str) -> bool:
    """Whether a second column of the same place adds to the first; two lines of text are more often the same twice."""
    if target.part.rpartition(".")[2] in targets.Address.PARTS:
        # The second line of one address, or (where each has a number) a part of another address.
        several = bool(targets.pieces_of(target.field)) and " - " in heading
        return several or (
            target.part.endswith("line") and bool(re.search(r"\d|extended|house|suite|офис", heading, re.I))
        )
    return isinstance(target.field, ReachField | LongTextField)


def guess(entity: Entity, table: Table, reader: Reader) -> Mapping:
    """The mapping that the headings and the values suggest."""
    fields = targets.fillable(entity, reader)
    labels = {path: name for name in fields for path in names_of(name)}
    columns = _guess_columns(entity, table, reader, labels)
    columns = _guess_columns(entity, table, reader, labels, _unnamed(entity, columns, reader))
    if targets.has_full_name(entity):
        _settle_names(columns)
    mapping = Mapping(columns=columns, duplicates=FILL)
    mapping.month_first = month_first(table, mapping, entity, reader)
    mapping.values = guess_values(entity, table, mapping, reader)
    keys = [f.name for f in key_fields(entity, reader)]
    mapping.keys = [name for name in keys if name in heads(columns) and (name in entity.keys or not entity.keys)]
    return mapping


def _unnamed(entity: Entity, columns: dict[str, str], reader: Reader) -> set[str]:
    """The relations of which columns say something, but not who it is: nothing could be found or made by them."""
    found = [t for path in columns.values() if (t := targets.resolve(entity, path, reader)) and t.via is not None]
    named = {t.via.name for t in found if t.field and t.field.name in (t.entity.title, *t.entity.keys)}  # type: ignore[union-attr]
    return {t.via.name for t in found} - named  # type: ignore[union-attr]


def _guess_columns(
    entity: Entity, table: Table, reader: Reader, labels: dict[str, Field], without: Iterable[str] = ()
) -> dict[str, str]:
    """The place of each heading; none beyond the relations `without`."""
    columns: dict[str, str] = {}
    known = {normal(heading) for heading in table.headers}
    for heading in table.headers:
        own = labels.get(normal(heading))
        linked = own is not None and targets.linked_entity(own, entity) is not None
        wanted = [heading]
        if own is not None and not linked:
            # «Город» is rather the city of an address than the whole of it.
            wanted += [*(p for p in layouts.paths_of(heading) if p.startswith(f"{own.name}.")), own.name]
        if normal(heading) in _CALLED and any(layouts.paths_of(h)[:1] == ("name",) for h in table.headers):
            wanted = [FULL_NAME]
        beside, instead = layouts.INSTEAD.get(normal(heading), ("", ""))
        if beside in known:
            columns |= {heading: instead} if targets.resolve(entity, instead, reader) else {}
            continue
        wanted += layouts.paths_of(heading)
        if linked and own is not None:
            wanted += [f"{own.name}.{own.target.title}", own.name]  # type: ignore[attr-defined]
        for path in wanted:
            target = targets.resolve(entity, path, reader)
            taken = target and target.path in columns.values()
            if target and target.via is not None and target.via.name in without:
                continue
            if target and (not taken or goes_on(target, heading)):
                columns[heading] = target.path
                break
    return columns


def heads(columns: dict[str, str]) -> set[str]:
    """The fields that columns fill, whole or in part."""
    return {path.partition(".")[0] for path in columns.values()}


def _settle_names(columns: dict[str, str]) -> None:
    """A column of names is one of full names when no other column has the surname."""
    named = [heading for heading, path in columns.items() if path == "name"]
    if "surname" not in columns.values():
        for heading in named:
            columns[heading] = FULL_NAME


def month_first(table: Table, mapping: Mapping, entity: Entity, reader: Reader) -> bool:
    """Whether dates with slashes can only be month/day: one has a second number above 12, and none a first."""
    at = [
        n
        for n, h in enumerate(table.headers)
        if (t := targets.resolve(entity, mapping.columns.get(h, ""), reader)) and t.field and "date" in t.field.kind
    ]
    first = second = False
    for row in islice(table.rows(), SAMPLE) if at else ():
        for match in (re.match(r"(\d{1,2})/(\d{1,2})/\d", str(row[n])) for n in at):
            if match:
                first, second = first or int(match[1]) > 12, second or int(match[2]) > 12
    return second and not first


# -- values ------------------------------------------------------------------------------------------------------------


def taught(target: Target) -> bool:
    """Whether the values of this column are looked at one by one: choices and colleagues."""
    return isinstance(target.field, ChoiceField | UserField) and not target.part


def guess_values(
    entity: Entity, table: Table, mapping: Mapping, reader: Reader, known: dict[str, dict[str, str]] | None = None
) -> dict[str, dict[str, str]]:
    """Values of choices and colleagues that are none: each with what it was taught to mean (`known`), else with the one
    that is spelt most like it (`""`: none is)."""
    found: dict[str, dict[str, str]] = {}
    chosen: dict[int, Target] = {}
    for number, heading in enumerate(table.headers):
        target = targets.resolve(entity, mapping.columns.get(heading, ""), reader)
        if target and taught(target):
            chosen[number] = target
    looked: dict[tuple[str, str], bool] = {}
    for row in islice(table.rows(), SAMPLE) if chosen else ():
        for number, target in chosen.items():
            text = "" if isinstance(row, Broken) else str(row[number] if row[number] is not None else "").strip()
            if not text or len(text) > 200 or (target.path, text) in looked:
                continue
            looked[target.path, text] = True
            if meaning(target, text, reader) is None:
                before = (known or {}).get(target.path, {})
                found.setdefault(target.path, {})[text] = (
                    before[text] if text in before else closest(target, text, reader)
                )
    return found


def spoken(f: Any, text: str) -> str:
    """The key that other programs mean by this word, else the word itself."""
    if not isinstance(f, ChoiceField):
        return text
    return layouts.kind_of(text, [key for key, _label in f.options]) or text


def meaning(target: Target, text: str, reader: Reader) -> Any:
    """The value that a text means by itself, None when it means none."""
    f: Any = target.field
    try:
        return f.value_by_name(text, reader) if isinstance(f, UserField) else f.parse(spoken(f, text))
    except ValidationError:
        return None


def choices(target: Target, reader: Reader) -> list[tuple[str, str]]:
    """What a text may be taught to mean: (key or id, label)."""
    f: Any = target.field
    if not isinstance(f, UserField):
        return list(f.options)
    rows = f.target.model.objects.visible_to(reader.user).order_by("pk")[:500]
    return sorted(((str(r.pk), str(r)) for r in rows), key=lambda pair: pair[1])


def closest(target: Target, text: str, reader: Reader) -> str:
    """The key of the option spelt most like the text, `""` when none is close."""
    names: dict[str, str] = {}
    for language in ("ru", "en"):
        with override(language):
            names |= {normal(str(label)): key for key, label in choices(target, reader)}
    if isinstance(target.field, UserField):
        # «Петрова» is Анна Петрова, when there is only one.
        meant = {key for name, key in choices(target, reader) for part in key.split() if normal(part) == normal(text)}
        ids = [key for key, name in choices(target, reader) if name in meant]
        if len(ids) == 1:
            return ids[0]
    else:
        names |= {normal(key): key for key, _label in choices(target, reader)}
    best = difflib.get_close_matches(normal(text), list(names), n=1, cutoff=0.75)
    return names[best[0]] if best else ""


# -- checked -----------------------------------------------------------------------------------------------------------


def read(entity: Entity, raw: Any, headers: Sequence[str], reader: Reader) -> Mapping:
    """A mapping that came from outside, checked. Raises `Invalid`."""
    if not isinstance(raw, dict):
        raise Invalid({"": [_("The mapping is not a JSON object.")]})
    columns: Any = raw.get("columns") if isinstance(raw.get("columns"), dict) else {}
    values: Any = raw.get("values") if isinstance(raw.get("values"), dict) else {}
    keys = raw.get("keys") if "keys" in raw else raw.get("key") or []
    found = Mapping(
        columns={str(h): str(n) for h, n in columns.items() if n and n != LEAVE},
        values={str(n): {str(k): str(v) for k, v in m.items()} for n, m in values.items() if isinstance(m, dict)},
        keys=[str(k) for k in ([keys] if isinstance(keys, str) else keys if isinstance(keys, list) else []) if k],
        duplicates=str(raw.get("duplicates") or SKIP),
        month_first=raw.get("month_first") is True,
    )
    problems: list[str] = []
    seen: dict[str, Target] = {}
    for heading, path in found.columns.items():
        if heading not in headers:
            problems.append(_("There is no column “%(name)s” in the file.") % {"name": heading[:60]})
        target = targets.resolve(entity, path, reader)
        if target is None:
            problems.append(_("There is no field “%(name)s”.") % {"name": path[:60]})
            continue
        found.columns[heading] = target.path
        if target.path in seen and not repeatable(target):
            problems.append(_("Two columns fill “%(name)s”.") % {"name": target.label})
        seen[target.path] = target
    if found.duplicates not in RULES:
        problems.append(_("Duplicates are skipped, filled in, overwritten or created."))
    known = {f.name for f in key_fields(entity, reader)}
    if any(k not in known or k not in heads(found.columns) for k in found.keys):
        problems.append(_("Duplicates can be found only by a field that a column fills."))
    if not seen:
        problems.append(_("Choose a field for at least one column."))
    for path, taught_ in found.values.items():
        target = seen.get(path)
        if target is not None and taught(target):
            allowed = {key for key, _label in choices(target, reader)} | {""}
            wrong = [text for text, key in taught_.items() if key not in allowed]
            problems += [_("“%(value)s” is not one of the choices.") % {"value": text[:60]} for text in wrong]
    filled = heads(found.columns) | (set(targets.NAMES) if FULL_NAME in found.columns.values() else set())
    if found.duplicates in (CREATE, SKIP) or not found.keys:
        for f in required(entity):
            if f.name not in filled:
                problems.append(_("No column fills “%(name)s”, which is required.") % {"name": f.label})
    if problems:
        raise Invalid({"": problems})
    return found


def required(entity: Entity) -> Iterable[Field]:
    """Fields without which no record can be made."""
    return [f for f in entity.fields.values() if f.needed]


def key_fields(entity: Entity, reader: Reader) -> list[Field]:
    """Fields by which duplicates can be recognised, the surest first."""
    names = dict.fromkeys((*entity.keys, entity.title))
    fields = [entity.fields[n] for n in names if door.fields(reader.user, entity).sees(n)]
    return [f for f in fields if isinstance(f, TextField | PhonesField | EmailsField)]
