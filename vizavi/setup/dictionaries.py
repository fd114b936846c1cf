"""The closed lists of the firm: renamed, coloured, put in order, archived."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.errors import Conflict, Invalid
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.dictionaries.actions import arrange
from vizavi.dictionaries.lists import Dictionary
from vizavi.dictionaries.models import Option
from vizavi.screens.cells import edit
from vizavi.screens.web import door_view, go, reader_of, version_of
from vizavi.setup.views import page
from vizavi.ui import add_trigger, render

BASE = "/settings/dictionaries/"


def _allowed(request: HttpRequest) -> Reader:
    """Somebody who may change options. Raises `Refused`."""
    reader = reader_of(request)
    actions.permit(reader.user, door.CHANGE, registry["option"])
    return reader


def _found(name: str) -> Dictionary:
    if name not in Dictionary.known:
        raise Http404
    return Dictionary.known[name]


@require_GET
@door_view
def index(request: HttpRequest) -> HttpResponse:
    """All dictionaries."""
    _allowed(request)
    rows = [
        {
            "url": f"{BASE}{found.name}/",
            "label": found.label,
            "text": ", ".join(o.label for o in found.options()[:4]),
            "count": len(found.options()),
        }
        for found in Dictionary.known.values()
    ]
    return page(request, "dictionaries", _("Dictionaries"), rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@door_view
def one(request: HttpRequest, dictionary: str) -> HttpResponse:
    """The options of one dictionary. POST `keys` in their new order, or `move=up.<key>`, or `archive=<key>`."""
    reader, found = _allowed(request), _found(dictionary)
    url = f"{BASE}{dictionary}/"
    options = found.options(archived=True)
    if request.method == "POST":
        if (key := request.POST.get("archive")) is not None:
            option = next((o for o in options if o.key == key), None)
            if option is None:
                raise Http404
            _row, done = actions.update(registry["option"], option.pk, {"archived": not option.archived}, reader.user)
            text = _("Offered again: %(name)s") if option.archived else _("Archived: %(name)s")
            return go(request, url, text % {"name": option.label}, done)
        keys = _moved([o.key for o in options], request.POST["move"]) if "move" in request.POST else None
        try:
            done = arrange(found, request.POST.getlist("keys") if keys is None else keys, reader.user)
        except Invalid:
            raise Http404 from None
        return go(request, url, _("The order is saved.") if done else "", done)
    return page(request, "dictionary", str(found.label), found=found, options=options, url=url)


def _moved(keys: list[str], move: str) -> list[str]:
    """The keys after one of them went a step up or down."""
    way, _dot, key = move.partition(".")
    if key in keys:
        at = keys.index(key)
        to = max(0, min(len(keys) - 1, at + (-1 if way == "up" else 1)))
        keys.insert(to, keys.pop(at))
    return keys


@require_http_methods(["GET", "HEAD", "POST"])
@door_view
def option(request: HttpRequest, dictionary: str, pk: int | None = None) -> HttpResponse:
    """The form of an option, new or old, as a dialog or a page; `do=delete` takes one away that nothing needs."""
    reader, found = _allowed(request), _found(dictionary)
    entity, url = registry["option"], f"{BASE}{dictionary}/"
    row: Any = actions.fetch(entity, pk, reader.user) if pk else Option(dictionary=dictionary)
    if row.dictionary != dictionary:
        raise Http404
    fields = [entity.fields[n] for n in ("name", "tone", *(["meaning"] if found.meanings else []))]
    if request.method != "POST":
        return _form(request, found, row, fields, {f.name: f.value(row) for f in fields}, {}, reader)
    if request.POST.get("do") == "delete" and pk:
        done = actions.delete(entity, [pk], reader.user)
        return add_trigger(go(request, url, _("Deleted: %(what)s.") % {"what": row.label}, done), "closeDialog")
    data = {f.name: raw for f in fields if (raw := f.raw_from_form(request.POST)) is not None}
    if row.pk and data.get("name", "").strip() == row.shipped_label:
        data["name"] = ""
    try:
        done = (
            actions.update(entity, row.pk, data, reader.user, base=version_of(request.POST.get("version")))[1]
            if row.pk
            else actions.create(entity, {"dictionary": dictionary, **data}, reader.user)[1]
        )
    except Invalid as error:
        return _form(request, found, row, fields, data, error.errors, reader, 422)
    except Conflict:
        stale = {"": [_("Somebody has changed this meanwhile. Save again if yours is right.")]}
        row = actions.fetch(entity, row.pk, reader.user)
        return _form(request, found, row, fields, data, stale, reader, 409)
    return add_trigger(go(request, url, _("Saved"), done), "closeDialog")


def _form(
    request: HttpRequest,
    found: Dictionary,
    row: Option,
    fields: list[Field],
    values: dict[str, Any],
    errors: dict[str, list[str]],
    reader: Reader,
    status: int = 200,
) -> HttpResponse:
    if not errors and not values["name"]:
        values = {**values, "name": row.shipped_label}
    shown = [f for f in fields if f.name != "meaning"]
    context = {
        "title": row.label if row.pk else _("New option"),
        "found": found,
        "row": row,
        "editors": [edit(f, values.get(f.name, ""), reader, raw=True, errors=errors.get(f.name)) for f in shown],
        "meaning": values.get("meaning", ""),
        "meanings": [(key, str(label)) for key, label in found.meanings.items()],
        "url": f"{BASE}{found.name}/",
        "action": request.path,
        "errors": [{"name": "", "label": "", "text": m} for m in errors.get("", [])],
        "may_delete": bool(row.pk) and not row.shipped_label,
    }
    return render(request, "setup/option.html", context, block="dialog", status=status)
