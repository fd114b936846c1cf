"""What can be done with any record, through door and journal: the one path of page, API, import and commands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.columns import derived_from
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid, Merged, NotThere, Refused
from vizavi.core.journal.operation import operation
from vizavi.core.models import Forward, Operation
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled, writing

#: Rules over several records that packages above add: called with a record that is about to be live with changes of these
#: fields, in the transaction that writes it. Raises `Invalid`.
rules: list[Callable[[Entity, Journaled, Collection[str]], None]] = []


def fetch(entity: Entity, pk: int, user: Any, *, deleted: bool = False) -> Journaled:
    """One record that this person may see; the recycle bin is looked into only on request.

    Raises `NotThere`, and `Merged` for one that was merged into another which this person may see.
    """
    rows = entity.model.objects.reach_of(user)
    record = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if record is None or (record.deleted_at is not None and not deleted):
        survivor = survivor_of(entity, pk, user)
        raise Merged(survivor) if survivor else NotThere
    return record


def survivor_of(entity: Entity, pk: int, user: Any) -> int | None:
    """The record into which this one was merged, directly or by way of others, if this person may see it."""
    seen = [pk] if 0 < pk < 2**63 else []
    while seen:
        row = Forward.objects.filter(entity=entity.name, record_id=seen[-1]).first()
        if row is None or row.into_id in seen:
            break
        seen.append(row.into_id)
    found = entity.model.objects.visible_to(user).filter(pk=seen[-1]).exists() if len(seen) > 1 else False
    return seen[-1] if found else None


def permit(user: Any, action: str, entity: Entity, record: Journaled | None = None) -> None:
    """Raises `Refused` with the reason when the door says no."""
    verdict = door.can(user, action, entity, record)
    if not verdict:
        raise Refused(verdict.reason, getattr(record, "owner_id", None))


def prepare(
    entity: Entity, data: Mapping[str, Any], reader: Reader, record: Journaled | None = None, *, complete: bool = True
) -> dict[str, Any]:
    """Raw values by field name, as values ready to be written by this person.

    Raises `Invalid` by field: unknown or hidden names, values that do not parse, relations to what the person does not
    see. A relation that already points to something hidden survives when it is sent back unchanged. Without a record
    it is a new one, whose required fields must be there unless `complete` is off.
    """
    access = reader.access(entity)
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, raw in data.items():
        f = entity.fields.get(name)
        if f is None or not access.sees(name):
            errors[name] = [_("There is no field “%(name)s”.") % {"name": str(name)[:60]}]
        elif (
            f.computed or (not f.editable and not (name == "created_at" and record is None)) or not access.writes(name)
        ):
            errors[name] = [_("This field cannot be changed.")]
        else:
            try:
                values[name] = f.parse(raw)
            except ValidationError as error:
                errors[name] = list(error.messages)
    if record is None and complete:
        for f in entity.fields.values():
            if f.needed and f.name not in data:
                errors[f.name] = [_("This field is required.")]
    for name, value in values.items():
        f = entity.fields[name]
        before = [] if record is None else f.points_to(f.value(record))
        for target, pk in f.points_to(value):
            ref = reader.ref(target, pk)
            if (target, pk) not in before and (not ref.visible or ref.deleted):
                errors[name] = [_("Choose from the list.")]
        if record is not None:
            values[name] = f.kept(value, f.value(record), reader)
    if errors:
        raise Invalid(errors)
    return values


def check(entity: Entity, record: Journaled, names: Iterable[str] | None = None) -> None:
    """The model's own rules: `Model.clean`, uniqueness, constraints. Raises `Invalid`."""
    changed = {f.name for f in record._meta.fields} if names is None else set(names)
    derived = derived_from(entity.model, changed)
    for column in derived:
        column.pre_save(record, False)
    untouched = {f.name for f in record._meta.fields} - changed - {f.name for f in derived}
    fields = entity.fields
    for name in changed & set(fields):
        if (entity, record.pk) in fields[name].points_to(fields[name].value(record)):
            raise Invalid({name: [_("A record cannot point to itself.")]})
    try:
        with writing():
            record.clean()
            record.validate_unique(exclude=untouched)
            record.validate_constraints(exclude=untouched)
    except ValidationError as error:
        known = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        raise Invalid({("" if n == "__all__" else n): m for n, m in known.items()}) from None
    for rule in rules:
        rule(entity, record, changed)


def refusals(entity: Entity, wanted: Iterable[tuple[Journaled, Mapping[str, Any]]]) -> dict[int, dict[str, list[str]]]:
    """Which of these changes of stored records the model's own rules refuse, and why: {id: {field: messages}}."""
    refused = {}
    for record, values in wanted:
        changed = entity.model(**{f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields})
        changed._state.adding = False
        for name, value in values.items():
            entity.fields[name].assign(changed, value)
        try:
            check(entity, changed, values)
        except Invalid as error:
            refused[record.pk] = error.errors
    return refused


def build(entity: Entity, values: Mapping[str, Any], by: Any) -> Journaled:
    """A new record in memory with these prepared values and the defaults of what is not said; its owner is its maker."""
    record: Any = entity.model()
    if entity.has_owner and "owner" not in values:
        record.owner = by
    fields = entity.fields
    begun = {n: f.parse(f.default) for n, f in fields.items() if f.default and n not in values}
    for name, value in {**begun, **values}.items():
        fields[name].assign(record, value)
    return record


def create(
    entity: Entity, data: Mapping[str, Any], by: Any, *, via: str = "page", verb: str = ""
) -> tuple[Journaled, Operation]:
    """Make a record out of raw values. Raises `Refused`, `Invalid`."""
    permit(by, door.CREATE, entity)
    values = prepare(entity, data, Reader(by))
    record = build(entity, values, by)
    permit(by, door.CREATE, entity, record)
    with integrity(), operation(verb or f"{entity.name}.create", by=by, via=via) as op:
        check(entity, record)
        op.create([record])
    return record, op.row


def update(
    entity: Entity,
    pk: int,
    data: Mapping[str, Any],
    by: Any,
    *,
    base: int | None = None,
    via: str = "page",
    verb: str = "",
) -> tuple[Journaled, Operation | None]:
    """Change fields of a record from raw values; `base` is the version that the person saw.

    Returns the record as it is now and the operation, None when nothing changed. Raises `NotThere`, `Refused`,
    `Invalid`, `Conflict`; then nothing was written.
    """
    permit(by, door.CHANGE, entity, fetch(entity, pk, by))
    with integrity(), operation(verb or f"{entity.name}.edit", by=by, via=via) as op:
        record = op.lock(entity.model, [pk]).get(pk)
        if record is None or record.deleted_at is not None:
            raise NotThere
        values = prepare(entity, data, Reader(by), record)
        for errors in refusals(entity, [(record, values)]).values():
            raise Invalid(errors)
        op.update(record, values, base=base)
        if entity.within:
            # It may have moved: whoever may not touch what it is now a part of takes nothing there.
            permit(by, door.CHANGE, entity, record)
    return record, op.row if op.done else None


def delete(
    entity: Entity, ids: Iterable[int], by: Any, *, base: int | None = None, via: str = "page", verb: str = ""
) -> Operation | None:
    """Put records into the recycle bin; `base` is the version that the person saw.

    Raises `NotThere`, `Refused`, and `Conflict` when anything was changed after `base`; all or none.
    """
    return _move(entity, ids, by, via, verb or f"{entity.name}.delete", into_bin=True, base=base)


def restore(entity: Entity, ids: Iterable[int], by: Any, *, via: str = "page", verb: str = "") -> Operation | None:
    """Take records out of the recycle bin. Raises `NotThere`, `Refused`, `Invalid`; all or none."""
    return _move(entity, ids, by, via, verb or f"{entity.name}.restore", into_bin=False)


def _move(
    entity: Entity, ids: Iterable[int], by: Any, via: str, verb: str, *, into_bin: bool, base: int | None = None
) -> Operation | None:
    wanted = list(dict.fromkeys(ids))
    for pk in wanted:
        permit(by, door.DELETE, entity, fetch(entity, pk, by, deleted=not into_bin))
    with integrity(), operation(verb, by=by, via=via) as op:
        records = list(op.lock(entity.model, wanted).values())
        if base is not None:
            for record in records:
                op.check_unchanged(record, base)
        for record in [] if into_bin else records:
            for rule in rules:
                rule(entity, record, entity.fields)
        (op.delete if into_bin else op.restore)(records)
    return op.row if op.done else None


class integrity:
    """A constraint that validation could not foresee (two people at once) is the person's error, not the program's."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, IntegrityError):
            raise Invalid(
                {"": [_("Another record stands in the way: a value that must be unique is taken.")]}
            ) from error
