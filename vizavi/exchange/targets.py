"""Where a column of a file may go: a field, a part of one, or a field of a related record, written as a path.

`name` · `phones.mobile` (a number of that kind) · `phones.kind` (names the kind of the next column of numbers) ·
`address.city` · `addresses.work.city` (several addresses, each of a kind and out of parts) · `birthday.year` ·
`full_name` (split into surname, name and patronymic) · `company.inn` (a company found by its keys, else made) ·
`companies.role` · `id` (the number that the record has in the program it comes from).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.columns import Address
from vizavi.core.entity import BOOKKEEPING, Entity
from vizavi.core.fields import AddressField, DateField, DateTimeField, Field, ReachField, RelationField
from vizavi.core.reading import Reader

ID, FULL_NAME, KIND, ROLE = "id", "full_name", "kind", "role"
#: The fields into which a full name is split.
NAMES = ("surname", "name", "patronymic")
DATE_PARTS = ("year", "month", "day")


@dataclass(frozen=True)
class Target:
    """One place. `field` is None for the id and the full name; `via` is the relation through which it is reached."""

    path: str
    entity: Entity
    field: Field | None = None
    part: str = ""
    via: Field | None = None

    @property
    def label(self) -> str:
        """For eyes: `Company: INN`, `Phones: mobile`."""
        words = [self.via.label] if self.via else []
        if self.field is not None:
            words.append(self.field.label)
        if self.part:
            words.append(part_label(self.field, self.part))
        return ": ".join(words)


def part_label(f: Field | None, part: str) -> str:
    """The name of a part."""
    named = {
        ID: _("ID in the other program"), FULL_NAME: _("Full name"), KIND: _("kind of the next column"), ROLE: _("role"),
        "line": _("street, house"), "city": _("city"), "region": _("region"), "postcode": _("postcode"),
        "country": _("country"), "year": _("year"), "month": _("month"), "day": _("day"),
    }  # fmt: skip
    return ": ".join(str(dict(getattr(f, "options", ())).get(word) or named[word]) for word in part.split("."))


def fillable(entity: Entity, reader: Reader) -> list[Field]:
    """The fields that a file may fill for this person."""
    writes = reader.access(entity).writes
    fields = [f for f in reader.fields(entity) if not f.computed and writes(f.name)]
    return [f for f in fields if f.editable or f.name == "created_at"]


def has_full_name(entity: Entity) -> bool:
    return all(name in entity.fields for name in NAMES[:2])


def linked_entity(f: Field, entity: Entity) -> Entity | None:
    """What may be made together with a record: that to which a relation points, unless it is the same kind of record."""
    target: Any = getattr(f, "target", None)
    if target is None or target is entity or not target.pages or not target.many or target.admin:
        return None
    return target if target.has_owner and f.name not in BOOKKEEPING else None


def parts_of(f: Field) -> list[str]:
    """The parts that a field has; those of a date are understood, but hardly ever wanted."""
    if isinstance(f, ReachField):
        kinds = [key for key, _label in f.options]
        pieces = pieces_of(f)
        return [*kinds, KIND, *pieces, *(f"{kind}.{piece}" for kind in kinds for piece in pieces)]
    if isinstance(f, AddressField):
        return list(Address.PARTS)
    if isinstance(f, DateField) and not isinstance(f, DateTimeField):
        return list(DATE_PARTS)
    return []


def pieces_of(f: Field | None) -> tuple[str, ...]:
    """The pieces out of which each of several values is put together: those of a postal address."""
    return Address.PARTS if getattr(f, "postal", False) else ()


def resolve(entity: Entity, path: str, reader: Reader, via: Field | None = None) -> Target | None:
    """The place of a path for this person; None when there is none or it may not be filled."""
    head, _dot, rest = path.partition(".")
    full = f"{via.name}.{path}" if via else path
    if not rest and ((head == ID and via is None) or (head == FULL_NAME and has_full_name(entity))):
        return Target(full, entity, None, head, via)
    names = {f.name: f for f in fillable(entity, reader)}
    f = names.get(head)
    if f is None:
        # Our own words for the relation to a company, whether there may be one of them or several.
        f = names.get({"company": "companies", "companies": "company"}.get(head, "")) if rest and via is None else None
        full = f"{f.name}.{rest}" if f else full
    if f is None:
        return None
    if not rest:
        return Target(full, entity, f, "", via)
    if rest in parts_of(f):
        return Target(full, entity, f, rest, via)
    other = linked_entity(f, entity) if via is None else None
    if other is None:
        return None
    if rest == ROLE and getattr(f, "roles", False):
        return Target(full, other, None, ROLE, f)
    if not door.can(reader.user, door.CREATE, other):
        return None
    return resolve(other, rest, reader, via=f)


def chosen(f: Field, part: str) -> bool:
    """Whether a person would choose a part; the others are understood when a program writes them."""
    if part in DATE_PARTS:
        return False
    return not pieces_of(f) or part.partition(".")[0] in [key for key, _label in f.options][:2]  # type: ignore[attr-defined]


def offered(entity: Entity, reader: Reader, via: Field | None = None) -> list[tuple[str, list[Target]]]:
    """What a person chooses from, under headings: the record's own places, then those of each related record."""
    own: list[Target] = []
    others: list[tuple[str, list[Target]]] = []
    if via is None:
        own.append(Target(ID, entity, None, ID))
    if has_full_name(entity):
        own.append(Target(f"{via.name}.{FULL_NAME}" if via else FULL_NAME, entity, None, FULL_NAME, via))
    prefix = f"{via.name}." if via else ""
    for f in fillable(entity, reader):
        other = linked_entity(f, entity) if via is None else None
        if other is not None and door.can(reader.user, door.CREATE, other):
            group = offered(other, reader, f)[0][1]
            if getattr(f, "roles", False):
                group.append(Target(f"{f.name}.{ROLE}", other, None, ROLE, f))
            others.append((f.label, group))
            continue
        if via is not None and (isinstance(f, RelationField) or hasattr(f, "target") or f.name in BOOKKEEPING):
            continue
        own.append(Target(prefix + f.name, entity, f, "", via))
        own += [Target(f"{prefix}{f.name}.{part}", entity, f, part, via) for part in parts_of(f) if chosen(f, part)]
    return [(entity.label, own), *others]
