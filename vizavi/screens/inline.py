"""One field edited in place, on the record page and in a cell of a list."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.actions import fetch, update
from vizavi.core.entity import Entity
from vizavi.core.errors import Conflict, Invalid, Refused
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.screens import hints
from vizavi.screens.cells import edit
from vizavi.screens.records import cells, feed, head, writable
from vizavi.screens.uploads import posted
from vizavi.screens.web import entity_view, go, reader_of, said, version_of
from vizavi.ui import is_partial, render_block


@entity_view
def field(request: HttpRequest, entity: Entity, pk: int, name: str) -> HttpResponse:
    """GET: the editor, or the value with `?show=1`; POST: save. `?in=cell` answers a table cell.

    409 shows their value beside the typed one, 422 what is wrong; both keep what was typed.
    """
    reader = reader_of(request)
    record = fetch(entity, pk, reader.user)
    f = entity.fields.get(name)
    if f is None or not reader.access(entity).sees(name):
        raise Http404
    if request.method != "POST" and not is_partial(request):
        return HttpResponseRedirect(f"{entity.url(pk)}edit/#id_{name}")
    if request.method != "POST":
        block = "value" if "show" in request.GET else "editor"
        if block == "editor" and not (
            writable(entity, f, reader) and door.can(reader.user, door.CHANGE, entity, record)
        ):
            raise Refused(_("You may not change this field."))
        return answer(request, entity, f, record, reader, block)
    raw = f.raw_from_form(request.POST)
    if raw is None:
        # A form that lost its control must not empty the field.
        return HttpResponse(status=400)
    if door.can(reader.user, door.CHANGE, entity, record) and (
        alike := hints.unseen(request, entity, {name: raw}, reader, record)
    ):
        return answer(request, entity, f, record, reader, "editor", status=409, raw=raw, alike=alike)
    try:
        raw = posted(request, f, record)
        fresh, operation = update(entity, pk, {name: raw}, reader.user, base=version_of(request.POST.get("version")))
    except Invalid as error:
        messages = [m for found in error.errors.values() for m in found]
        return answer(request, entity, f, record, reader, "editor", status=422, raw=raw, errors=messages)
    except Conflict as conflict:
        return answer(
            request,
            entity,
            f,
            record,
            reader,
            "editor",
            status=409,
            raw=raw,
            conflict=clash_text(conflict, entity, reader),
            version=conflict.version,
        )
    if not is_partial(request):
        return go(request, entity.url(pk), _("Saved"), operation)
    reader = Reader(reader.user)
    response = answer(request, entity, f, fresh, reader, "value")
    if operation and request.GET.get("in") != "cell":
        # What follows from the value on the same page: other fields, the newest entry of the history, and the name.
        written = {n for c in operation.rows.filter(entity=entity.name, record_id=pk) for n in c.diff}
        names = (written | set(record.warnings()) | set(fresh.warnings())) - {name}
        followers = cells(entity, fresh, reader, sorted(names), bool(door.can(reader.user, door.CHANGE, entity, fresh)))
        context = {**head(entity, fresh, reader), **feed(entity, fresh, reader, None), "followers": followers}
        response.write(render_block(request, "screens/record.html", "around", context))
    return said(response, _("Saved"), operation) if operation else response


def answer(
    request: HttpRequest,
    entity: Entity,
    f: Field,
    record: Journaled,
    reader: Reader,
    block: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The element in the field's place: the value or its editor."""
    errors, raw = more.get("errors"), more.get("raw")
    typed = "raw" in more
    may = writable(entity, f, reader) and bool(door.can(reader.user, door.CHANGE, entity, record))
    context: dict[str, Any] = {
        "entity": entity,
        "record": record,
        "f": f,
        "in_cell": request.GET.get("in") == "cell",
        "url": f"{entity.url(record.pk)}_field/{f.name}/",
        "cell": cells(entity, record, reader, [f.name], may)[0],
        "version": more.get("version", record.version),
        "conflict": more.get("conflict", ""),
        "editor": edit(f, raw if typed else f.value(record), reader, errors=errors, raw=typed, record=record)
        if block == "editor"
        else None,
        "title_field": f.name == entity.title,
        "dupes_url": hints.url(entity, record) if f.name in entity.recognised else None,
    }
    if context["editor"] is not None:
        hints.attach(entity, [context["editor"]], more.get("alike") or ())
    name = f"{block}_cell" if context["in_cell"] else block
    return HttpResponse(render_block(request, "screens/field.html", name, context), status=status)


def clash_text(conflict: Conflict, entity: Entity, reader: Reader, name: str = "") -> str:
    """Who changed it meanwhile, and to what."""
    clash = next((c for c in conflict.clashes if not name or c.field == name), None)
    if clash is None:
        return ""
    f = entity.fields[clash.field]
    theirs = f.text(f.from_json(clash.theirs), reader) if clash.theirs is not None else ""
    who = str(clash.by) if clash.by is not None else _("Somebody")
    return _("%(who)s has changed this to “%(value)s” meanwhile.") % {"who": who, "value": theirs or _("empty")}
