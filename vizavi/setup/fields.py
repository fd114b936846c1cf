"""Fields and cards: custom fields, and how the fields of an entity are called, ordered, grouped and hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_GET, require_http_methods

from vizavi.core import actions, door, pages
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Conflict, Invalid
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.custom.actions import add_field, lay_out, standard
from vizavi.custom.layouts import Arrangement, may_be_required, other_than
from vizavi.custom.models import CustomField
from vizavi.custom.shapes import arrangement
from vizavi.custom.words import LANGUAGES
from vizavi.screens import verbs
from vizavi.screens.records import sections, title_of
from vizavi.screens.web import door_view, go, reader_of, version_of
from vizavi.setup.definitions import moved, posted, values_of
from vizavi.setup.views import page
from vizavi.ui import add_trigger, render
from vizavi.ui.html import TONE_NAMES, TONES

BASE = "/settings/fields/"
ICONS = {
    "text": "type", "longtext": "text-align-start", "integer": "hash", "number": "calculator", "money": "banknote",
    "currency": "coins", "date": "calendar", "datetime": "calendar-clock", "choice": "list", "choices": "list-checks",
    "yesno": "square-check", "user": "user", "relation": "link", "links": "waypoints", "phones": "phone",
    "emails": "mail", "email": "mail", "address": "map-pin", "url": "globe", "file": "paperclip", "computed": "sigma",
}  # fmt: skip
#: What each kind is for, in the words of somebody who has to choose one.
MEANT = {
    "text": gettext_lazy("One line: a name, a number of a contract"),
    "longtext": gettext_lazy("Several lines: a description"),
    "integer": gettext_lazy("How many: people, rooms, days"),
    "number": gettext_lazy("With a fraction: weight, area, share"),
    "money": gettext_lazy("A sum with its own currency"),
    "date": gettext_lazy("A day"),
    "datetime": gettext_lazy("A day and the time of it"),
    "choice": gettext_lazy("One out of a list of yours"),
    "choices": gettext_lazy("Some out of a list of yours"),
    "yesno": gettext_lazy("Yes, no, or not said"),
    "user": gettext_lazy("A colleague"),
    "relation": gettext_lazy("Another company, contact …"),
    "phones": gettext_lazy("Several numbers with their kinds"),
    "emails": gettext_lazy("Several addresses with their kinds"),
    "address": gettext_lazy("Street, city, region, postcode, country"),
    "url": gettext_lazy("A page on the web"),
    "file": gettext_lazy("A document or a picture"),
}
verbs.say("layout.edit", gettext_lazy("Fields arranged"), "layout-list")
verbs.say("layout.standard", gettext_lazy("Standard arrangement of fields"), "rotate-ccw")
either = require_http_methods(["GET", "HEAD", "POST"])


def extended() -> list[Entity]:
    """The entities whose fields are the administrator's to arrange."""
    return [entity for entity in registry if entity.can_be_extended]


def _found(request: HttpRequest, plural: str) -> tuple[Entity, Reader]:
    """The entity of the address, for somebody who may. Raises `Refused`."""
    reader = reader_of(request)
    actions.permit(reader.user, door.CHANGE, registry["layout"])
    entity = registry.by_plural(plural)
    if entity is None or not entity.can_be_extended:
        raise Http404
    return entity, reader


@require_GET
@door_view
def index(request: HttpRequest) -> HttpResponse:
    """The first entity; the others are its tabs."""
    actions.permit(reader_of(request).user, door.CHANGE, registry["layout"])
    return HttpResponseRedirect(f"{BASE}{extended()[0].plural}/")


@either
@door_view
def one(request: HttpRequest, plural: str) -> HttpResponse:
    """The fields of an entity, and the card as it comes out. POST `order` is the whole order, `do` a single step."""
    entity, reader = _found(request, plural)
    url, found = f"{BASE}{plural}/", arrangement(entity)
    if request.method != "POST":
        return page(request, "fields", _("Fields and cards"), **_context(entity, found, reader, url))
    if request.POST.get("do") == "standard":
        done = standard(entity, reader.user)
        return go(request, url, _("The standard arrangement is back.") if done else "", done)
    if request.POST.get("do", "").startswith("restore."):
        return _restored(request, entity, reader, url)
    try:
        _step(found, request)
    except (LookupError, ValueError):
        raise Http404 from None
    done = lay_out(found, reader.user)
    return go(request, url, _("Saved") if done else "", done)


def _step(found: Arrangement, request: HttpRequest) -> None:
    """One step of the arrangement. Raises `LookupError`, `ValueError` for what is not there."""
    do, _dot, name = request.POST.get("do", "").partition(".")
    steps: dict[str, Callable[[], None]] = {
        "": lambda: found.order(request.POST.getlist("order")),
        "up": lambda: found.move(name, -1),
        "down": lambda: found.move(name, 1),
        "hide": lambda: found.say(name, hidden=True),
        "show": lambda: found.say(name, hidden=False),
        "part-up": lambda: found.move_part(int(name), -1),
        "part-down": lambda: found.move_part(int(name), 1),
        "part-drop": lambda: found.drop_part(int(name)),
    }
    if do not in steps or name.startswith("-"):
        raise LookupError(do)
    steps[do]()


def _restored(request: HttpRequest, entity: Entity, reader: Reader, url: str) -> HttpResponse:
    raw = request.POST["do"].partition(".")[2]
    row = CustomField.objects.binned().filter(entity_name=entity.name, pk=int(raw) if raw.isdecimal() else 0).first()
    if row is None:
        raise Http404
    done = actions.restore(registry["customfield"], [row.pk], reader.user)
    return go(request, url, _("Restored: %(name)s") % {"name": row}, done)


def _context(entity: Entity, found: Arrangement, reader: Reader, url: str) -> dict[str, Any]:
    definitions = {f"x_{d.key}": d for d in CustomField.objects.alive().filter(entity_name=entity.name)}
    parts = [
        {"label": str(part.label), "at": at, "rows": [_row(found, name, definitions, url) for name in part.names]}
        for at, part in enumerate(found.parts)
    ]
    sample = next(iter(pages.page(entity, reader, limit=1).records), None)
    return {
        "entity": entity,
        "url": url,
        "parts": parts,
        "problems": found.problems,
        "changed": bool(found.words) or found.data() != Arrangement(entity, found.fields, {}).data(),
        "tabs": [
            {"label": e.label_plural, "url": f"{BASE}{e.plural}/", "current": e is entity, "count": len(e.shape.shown)}
            for e in extended()
        ],
        "gone": CustomField.objects.binned().filter(entity_name=entity.name).order_by("-deleted_at")[:50],
        "sample": title_of(entity, sample, reader) if sample is not None else "",
        "card": sections(entity, sample, reader, filled=False) if sample is not None else [],
        "record_url": entity.url(sample.pk) if sample is not None else "",
    }


def _row(found: Arrangement, name: str, definitions: dict[str, CustomField], url: str) -> dict[str, Any]:
    """A field as a row of the page."""
    f, definition = found.dressed(name), definitions.get(name)
    return {
        "name": name,
        "label": f.label,
        "kind": kind_label(f),
        "icon": ICONS.get(f.kind, "type"),
        "url": f"{url}custom/{definition.pk}/" if definition else f"{url}field/{name}/",
        "custom": f.custom,
        "renamed": "label" in found.words.get(name, {}),
        "required": f.required,
        "hidden": found.hides(name),
        "may_hide": not f.needed and name != found.entity.title,
    }


def kind_label(f: Field) -> str:
    """The kind of a field, in words."""
    words = dict(CustomField.KINDS)
    more = {"currency": _("Currency"), "email": _("E-mails"), "links": _("Link to a record"), "computed": _("Formula")}
    return str(words.get(f.kind) or more.get(f.kind) or _("Text"))


# -- sections ----------------------------------------------------------------------------------------------------------


@either
@door_view
def part(request: HttpRequest, plural: str, at: int | None = None) -> HttpResponse:
    """The name of a section, new or old, in a dialog or on a page."""
    entity, reader = _found(request, plural)
    url, found = f"{BASE}{plural}/", arrangement(entity)
    if at is not None and at >= len(found.parts):
        raise Http404
    now = dict.fromkeys(LANGUAGES, "") if at is None else in_both(found.parts[at].label)
    errors: list[str] = []
    label = _said(request, now)
    if request.method == "POST":
        taken = {text for n, p in enumerate(found.parts) if n != at for text in in_both(p.label).values()}
        if not any(label.values()) and (at is None or found.parts[at].standard is None):
            errors = [_("This field is required.")]
        elif taken & set(filter(None, label.values())):
            errors = [_("There is a section of this name already.")]
        else:
            found.add_part(label) if at is None else found.name_part(at, label)
            done = lay_out(found, reader.user)
            return add_trigger(go(request, url, _("Saved") if done else "", done), "closeDialog")
    context = {
        "title": _("New section") if at is None else str(found.parts[at].label),
        "label": label,
        "errors": errors,
        "action": request.path,
        "url": url,
    }
    return render(request, "setup/fields_part.html", context, block="dialog", status=422 if errors else 200)


# -- fields of the model -----------------------------------------------------------------------------------------------


@either
@door_view
def field(request: HttpRequest, plural: str, name: str) -> HttpResponse:
    """What the firm calls a field, whether it must be filled in, whether it is shown, and in which section."""
    entity, reader = _found(request, plural)
    url, found = f"{BASE}{plural}/", arrangement(entity)
    f = found.fields.get(name)
    if f is None or not any(name in p.names for p in found.parts):
        raise Http404
    if request.method == "POST":
        found.say(
            name,
            label=other_than(f.words, _said(request)),
            required=request.POST.get("required") == "1",
            hidden=request.POST.get("shown") != "1",
        )
        _put(found, name, request)
        done = lay_out(found, reader.user)
        return add_trigger(go(request, url, _("Saved") if done else "", done), "closeDialog")
    dressed = found.dressed(name)
    context = {
        "title": dressed.label,
        "f": f,
        "label": in_both(dressed.words),
        "own": in_both(f.words),
        "kind": kind_label(f),
        "required": dressed.required,
        "may_be_required": may_be_required(f),
        "hidden": found.hides(name),
        "may_hide": not f.needed and name != entity.title,
        **_parts(found, name),
        "action": request.path,
        "url": url,
    }
    return render(request, "setup/fields_field.html", context, block="dialog")


def in_both(words: Any) -> dict[str, str]:
    """A label as it reads in each language."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            text = str(words)
        found[language] = text[:1].upper() + text[1:]
    return found


def _said(request: HttpRequest, now: dict[str, str] | None = None) -> dict[str, str]:
    """The names that a form says, `label` and `label_en`; before it is sent, those that there are."""
    texts = {"ru": request.POST.get("label"), "en": request.POST.get("label_en")}
    return {n: " ".join(((now or {}).get(n, "") if t is None else t).split())[:100] for n, t in texts.items()}


def _parts(found: Arrangement, name: str = "") -> dict[str, Any]:
    """The sections to choose from, and the one in which a field stands."""
    now = next((at for at, p in enumerate(found.parts) if name in p.names), len(found.parts) - 1)
    return {"parts": [(str(at), str(p.label)) for at, p in enumerate(found.parts)], "part": str(now)}


def _put(found: Arrangement, name: str, request: HttpRequest) -> None:
    at = request.POST.get("part", "")
    if at.isdecimal() and int(at) < len(found.parts):
        found.put(name, int(at))


# -- custom fields -----------------------------------------------------------------------------------------------------


@require_GET
@door_view
def kinds(request: HttpRequest, plural: str) -> HttpResponse:
    """The first question about a new field: what it holds."""
    entity, _reader = _found(request, plural)
    rows = [
        {"url": f"{BASE}{plural}/new/{kind}/", "label": str(label), "text": str(MEANT[kind]), "icon": ICONS[kind]}
        for kind, label in CustomField.KINDS
    ]
    context = {
        "title": _("New field: %(what)s") % {"what": entity.label_plural},
        "rows": rows,
        "url": f"{BASE}{plural}/",
    }
    return render(request, "setup/fields_kinds.html", context, block="dialog")


@either
@door_view
def custom(request: HttpRequest, plural: str, kind: str = "", pk: int | None = None) -> HttpResponse:
    """The definition of a custom field, new or old; `do` moves a choice (`up.2`) or deletes the field."""
    entity, reader = _found(request, plural)
    own, url = registry["customfield"], f"{BASE}{plural}/"
    row: Any = actions.fetch(own, pk, reader.user) if pk else CustomField(entity_name=entity.name, kind=kind)
    if row.entity_name != entity.name or row.kind not in dict(CustomField.KINDS):
        raise Http404
    if request.method != "POST":
        return _form(request, entity, row, values_of(row), {})
    do = request.POST.get("do", "")
    if do == "delete" and pk:
        done = actions.delete(own, [pk], reader.user)
        text = _("Deleted: %(what)s. The values are kept.") % {"what": row}
        return add_trigger(go(request, url, text, done), "closeDialog")
    data = posted(request, row)
    if do.startswith(("up.", "down.")):
        data["choices"] = moved(data["choices"], do)
        return _form(request, entity, row, data, {})
    section = request.POST.get("part", "")
    at = int(section) if section.isdecimal() else None
    try:
        if row.pk:
            done = _changed(entity, row, data, at, reader, request)
        else:
            row, done = add_field(entity, {**data, "kind": row.kind}, reader.user, section=at)
    except Invalid as error:
        return _form(request, entity, row, data, error.errors, 422)
    except Conflict:
        stale = {"": [_("Somebody has changed this meanwhile. Save again if yours is right.")]}
        return _form(request, entity, actions.fetch(own, row.pk, reader.user), data, stale, 409)
    return add_trigger(go(request, url, _("Saved"), done), "closeDialog")


def _changed(
    entity: Entity, row: CustomField, data: dict[str, Any], at: int | None, reader: Reader, request: Any
) -> Any:
    """The definition first; another section is an act of its own."""
    version = version_of(request.POST.get("version"))
    _row, done = actions.update(registry["customfield"], row.pk, data, reader.user, base=version)
    found = arrangement(entity)
    if at is not None and at < len(found.parts):
        found.put(f"x_{row.key}", at)
        done = lay_out(found, reader.user) or done
    return done


def _form(
    request: HttpRequest,
    entity: Entity,
    row: Any,
    values: dict[str, Any],
    errors: dict[str, list[str]],
    status: int = 200,
) -> HttpResponse:
    known = {"label", "label_en", "key", "help", "default", "choices", "target", "places"}
    context = {
        "title": str(row) if row.pk else _("New field: %(what)s") % {"what": str(row.get_kind_display()).lower()},
        "row": row,
        "values": {**values_of(row), **values},
        "kind": row.get_kind_display(),
        "icon": ICONS[row.kind],
        "errors": errors,
        "others": [{"name": "", "label": "", "text": m} for n, ms in errors.items() if n not in known for m in ms],
        "targets": [(e.name, e.label_plural) for e in registry if e.has_owner and e.pages],
        "has_default": row.kind not in ("user", "relation", "file", "phones", "emails", "address"),
        "tones": [(key, str(name)) for key, name in TONE_NAMES if key in TONES],
        "defaults": [(c["key"], c["label"]) for c in values.get("choices", ()) if c.get("key")],
        **_parts(arrangement(entity), f"x_{row.key}"),
        "action": request.path,
        "url": f"{BASE}{entity.plural}/",
    }
    return render(request, "setup/fields_custom.html", context, block="dialog", status=status)
