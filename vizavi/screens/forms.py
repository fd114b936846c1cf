"""The whole record in one form: to create it, to change it, and the small dialog that creates from anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity
from vizavi.core.errors import Conflict, Invalid, Refused
from vizavi.core.fields import Field, LinksField
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.duplicates.finding import Match
from vizavi.screens import hints
from vizavi.screens.cells import Editor, edit
from vizavi.screens.inline import clash_text
from vizavi.screens.records import title_of, writable
from vizavi.screens.uploads import posted
from vizavi.screens.web import entity_view, go, reader_of, said, version_of
from vizavi.ui import add_trigger, is_partial, render


@entity_view
def new(request: HttpRequest, entity: Entity) -> HttpResponse:
    """`/companies/new/?name=…`: an empty form, or one begun by the address."""
    reader = reader_of(request)
    _may_create(entity, reader)
    fields = _without_files(_fields(entity, reader))
    if request.method != "POST":
        return _page(request, entity, reader, None, _begun(request, entity, reader, fields))
    data = _posted(request, fields)
    if alike := hints.unseen(request, entity, data, reader):
        errors = hints.errors_of(entity, data, reader)
        editors = _typed(request, reader, fields, errors)
        return _page(request, entity, reader, None, editors, errors=errors, alike=alike, status=409)
    try:
        record, operation = actions.create(entity, data, reader.user)
    except Invalid as error:
        return _page(
            request,
            entity,
            reader,
            None,
            _typed(request, reader, fields, error.errors),
            errors=error.errors,
            status=422,
        )
    return go(request, entity.url(record.pk), _("Created: %(title)s") % {"title": record}, operation)


@entity_view
def change(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """`/companies/7/edit/`. Only what was changed in the form is written, so that two people's edits both survive."""
    reader = reader_of(request)
    record = actions.fetch(entity, pk, reader.user)
    actions.permit(reader.user, door.CHANGE, entity, record)
    fields = _fields(entity, reader)
    initial = {f.name: f.to_json(f.value(record)) for f in fields}
    if request.method != "POST":
        reader.prefetch([record], fields)
        editors = [edit(f, f.value(record), reader, record=record) for f in fields]
        return _page(request, entity, reader, record, editors, initial=initial)
    if "use" in request.POST:
        editors = _used(request, fields, record, reader)
        return _page(request, entity, reader, record, editors, initial=initial, used=True)
    known = _initial(request.POST.get("initial")) or initial
    try:
        data = {
            n: raw
            for n, raw in _posted(request, fields, record).items()
            if request.POST.get(f"keep-{n}") != "theirs" and _differs(entity.fields[n], raw, known)
        }
        if alike := hints.unseen(request, entity, data, reader, record):
            return _page(
                request,
                entity,
                reader,
                record,
                _typed(request, reader, fields, {}, record),
                alike=alike,
                initial=known,
                status=409,
                version=version_of(request.POST.get("version")),
            )
        record, operation = actions.update(entity, pk, data, reader.user, base=version_of(request.POST.get("version")))
    except Invalid as error:
        return _page(
            request,
            entity,
            reader,
            record,
            _typed(request, reader, fields, error.errors, record),
            errors=error.errors,
            initial=known,
            status=422,
            version=version_of(request.POST.get("version")),
        )
    except Conflict as conflict:
        clashes = {c.field: clash_text(conflict, entity, reader, c.field) for c in conflict.clashes}
        return _page(
            request,
            entity,
            reader,
            record,
            _typed(request, reader, fields, {}, record),
            clashes=clashes,
            initial=known,
            status=409,
            version=conflict.version,
        )
    return go(request, entity.url(pk), _("Saved"), operation) if operation else go(request, entity.url(pk))


def quick(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The dialog of a few fields. `?target=` names the combobox that waits for the new record."""
    reader = reader_of(request)
    _may_create(entity, reader)
    names = [f.name for f in reader.fields(entity) if f.name in request.GET and f.name not in entity.quick]
    fields = _without_files([f for f in reader.fields(entity, [*entity.quick, *names]) if writable(entity, f, reader)])
    target = request.GET.get("target", "") or request.POST.get("target", "")
    if request.method != "POST":
        if not is_partial(request):
            return HttpResponseRedirect(f"{entity.url()}new/?{request.GET.urlencode()}")
        return _dialog(request, entity, _begun(request, entity, reader, fields), target)
    data = _posted(request, fields)
    alike = hints.unseen(request, entity, data, reader)
    try:
        if alike:
            raise Invalid(hints.errors_of(entity, data, reader))
        record, operation = actions.create(entity, data, reader.user)
    except Invalid as error:
        editors = _typed(request, reader, fields, error.errors)
        summary = _summary(entity, error.errors, fields)
        return _dialog(request, entity, editors, target, summary, alike, status=409 if alike else 422)
    text = _("Created: %(title)s") % {"title": record}
    if target:
        response = add_trigger(
            HttpResponse(),
            "combo:created",
            {"target": target, "id": record.pk, "label": title_of(entity, record, reader)},
        )
        return said(add_trigger(response, "closeDialog"), text, operation)
    if request.POST.get("then") == "again":
        return said(_dialog(request, entity, _begun(request, entity, reader, fields)), text, operation)
    return add_trigger(go(request, entity.url(record.pk), text, operation), "closeDialog")


quick = entity_view(quick)


def _dialog(
    request: HttpRequest,
    entity: Entity,
    editors: list[Editor],
    target: str = "",
    errors: Sequence[dict[str, str]] = (),
    alike: Sequence[Match] = (),
    status: int = 200,
) -> HttpResponse:
    hints.attach(entity, editors, alike)
    context = {
        "entity": entity,
        "editors": editors,
        "target": target,
        "action": request.get_full_path(),
        "errors": errors,
        "alike": alike,
        "dupes_url": hints.url(entity),
    }
    return render(request, "screens/quick.html", context, status=status)


def _may_create(entity: Entity, reader: Reader) -> None:
    if not entity.many:
        raise Refused(_("There is only one of these."))
    actions.permit(reader.user, door.CREATE, entity)


def _fields(entity: Entity, reader: Reader) -> list[Field]:
    """The fields of the form, in the order of the sections."""
    names = [n for found in entity.sections.values() for n in found]
    return [f for f in reader.fields(entity, names) if writable(entity, f, reader)]


def _without_files(fields: list[Field]) -> list[Field]:
    """A file is attached to a record that is there already."""
    return [f for f in fields if f.kind != "file"]


def _posted(request: HttpRequest, fields: list[Field], record: Journaled | None = None) -> dict[str, Any]:
    return {f.name: raw for f in fields if (raw := posted(request, f, record)) is not None}


def _begun(request: HttpRequest, entity: Entity, reader: Reader, fields: list[Field]) -> list[Editor]:
    """Editors of an empty record, filled from the address where it says something."""
    blank = actions.build(entity, {}, reader.user)
    said: dict[str, Any] = {n: v for n, v in request.GET.items() if n in entity.fields}
    if request.GET.get("target") and "name" in request.GET:
        # A combobox sends what was typed into it, whatever the entity calls its parts.
        said |= entity.begun(said.pop("name", request.GET["name"]))
    editors = []
    for f in fields:
        if f.name in said and isinstance(f, LinksField):
            try:
                editors.append(edit(f, f.parse(said[f.name]), reader))
                continue
            except ValidationError:
                pass
        typed = f.name in said and f.compact
        editors.append(edit(f, said[f.name] if typed else f.value(blank), reader, raw=typed, record=blank))
    return editors


def _typed(
    request: HttpRequest,
    reader: Reader,
    fields: list[Field],
    errors: dict[str, list[str]],
    record: Journaled | None = None,
) -> list[Editor]:
    """The editors again, with what the person typed."""
    return [
        edit(f, _again(request, f, record), reader, raw=True, errors=errors.get(f.name), record=record) for f in fields
    ]


def _used(request: HttpRequest, fields: list[Field], record: Journaled, reader: Reader) -> list[Editor]:
    """The editors of a record that is taken instead of a new one: what it lacks is filled in from what was typed."""
    reader.prefetch([record], fields)
    editors = []
    for f in fields:
        value = f.value(record)
        try:
            typed = f.parse(f.raw_from_form(request.POST))
        except ValidationError:
            typed = None
        if typed is not None and f.kind in ("phones", "emails"):
            value = f.parse([*(value or ()), *typed])
        elif typed is not None and f.is_empty(value):
            value = typed
        editors.append(edit(f, value, reader, record=record))
    return editors


def _again(request: HttpRequest, f: Field, record: Journaled | None) -> Any:
    """What the person typed; of a file that was too large nothing is left."""
    try:
        return posted(request, f, record)
    except Invalid:
        return f.raw_from_form(request.POST)


def _initial(raw: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(raw or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _differs(f: Field, raw: Any, initial: dict[str, Any]) -> bool:
    """Whether the person changed it: what the form showed is not written again."""
    try:
        value = f.parse(raw)
    except ValidationError:
        return True
    before, after = initial.get(f.name), None if value is None else f.to_json(value)
    return before != after and not (f.is_empty(before) and f.is_empty(after))


def _summary(entity: Entity, errors: dict[str, list[str]], fields: list[Field]) -> list[dict[str, str]]:
    shown = {f.name for f in fields}
    label = {n: entity.fields[n].label for n in errors if n in entity.fields}
    return [
        {"name": n if n in shown else "", "label": label.get(n, ""), "text": m}
        for n, found in errors.items()
        for m in found
    ]


def _page(
    request: HttpRequest, entity: Entity, reader: Reader, record: Journaled | None, editors: list[Editor], **more: Any
) -> HttpResponse:
    hints.attach(entity, editors, more.get("alike") or ())
    by_name = {e.name: e for e in editors}
    errors, clashes = more.get("errors") or {}, more.get("clashes") or {}
    version = more.get("version") or (record.version if record is not None else None)
    context = {
        "entity": entity,
        "record": record,
        "title": title_of(entity, record, reader) if record is not None else "",
        "url": entity.url(record.pk) if record is not None else entity.url(),
        "sections": [
            (str(label), [by_name[n] for n in names if n in by_name])
            for label, names in entity.sections.items()
            if any(n in by_name for n in names)
        ],
        "errors": _summary(entity, errors, [e.field for e in editors]),
        "clashes": clashes,
        "version": version,
        "initial": json.dumps(more.get("initial") or {}, ensure_ascii=False),
        "draft": f"{entity.plural}-{record.pk if record is not None else 'new'}",
        "alike": more.get("alike"),
        "used": more.get("used"),
        "dupes_url": hints.url(entity, record),
    }
    return render(request, "screens/form.html", context, block="content", status=more.get("status", 200))
