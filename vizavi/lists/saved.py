"""Saved views of lists: tabs over the list, pins in the menu, saving, sharing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.core import actions, door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.lists import own
from vizavi.lists.models import ALL, PRIVATE, View
from vizavi.lists.state import PLACE, ListState, Pairs, pairs_of, read
from vizavi.screens.cells import Editor, edit
from vizavi.screens.records import writable
from vizavi.screens.web import entity_view, go, reader_of, safe_next
from vizavi.ui import add_trigger, render

#: What is asked when a view is saved.
ASKED = ("name", "audience", "icon", "tone", "default_for")
#: So many views are read at most; a firm has dozens.
MOST = 500


@dataclass
class Shown:
    """What an address means for one person, and what they should be told about it."""

    state: ListState
    views: list[View]
    view: View | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def views_of(request: HttpRequest, entity: Entity | None = None) -> list[View]:
    """The views that this person sees, of one entity or of all; looked up once per request."""
    if not hasattr(request, "_views"):
        rows = View.objects.visible_to(request.user).order_by("name_key", "pk")
        request._views = [v for v in rows[:MOST] if v.kind in {e.name for e in registry}]  # type: ignore[attr-defined]
    return [v for v in request._views if entity is None or v.kind == entity.name]  # type: ignore[attr-defined]


def tabs(entity: Entity, views: list[View], user: Any, *, hidden: bool = False) -> list[View | None]:
    """Tabs from the left, None for the list without a view: in the person's own order, else what opens first for
    the role, the plain list, the rest. `hidden` counts in those that the person does not want to see."""
    mine = own.of(user, entity)
    role = registry["user"].fields["role"].value(user)
    rank = {str(key): n for n, key in enumerate(mine.get("tabs", ()))}
    found: list[View | None] = [None, *views]
    # Views that are new since the person put the tabs in order stand after them.
    found.sort(key=lambda v: rank.get(key_of(v), len(rank) + (1 if v is None else 0 if role in v.default_for else 2)))
    return [v for v in found if hidden or is_shown(v, mine, user)] or [None]


def is_shown(view: View | None, mine: dict[str, Any], user: Any) -> bool:
    """An administrator sees every department's views, but as tabs only those meant for them."""
    for_me = view is None or view.audience == ALL or view.owner_id in door.colleagues(user)
    return for_me and key_of(view) not in mine.get("hidden", ())


def key_of(view: View | None) -> str:
    return "all" if view is None else str(view.pk)


def open_list(request: HttpRequest, entity: Entity, pairs: Pairs) -> Shown:
    """The list of these parameters, or of the view that they name, or (without any) of the leftmost tab.

    What makes no sense in the parameters is left out and told in `problems`; what in a view is not for this person,
    in `notes`.
    """
    reader = reader_of(request)
    params = [p for p in pairs if p[0] not in PLACE]
    views, mark = views_of(request, entity), dict(pairs).get("view", "")
    first = tabs(entity, views, reader.user)[0]
    view = next((v for v in views if str(v.pk) == mark), None if mark or params else first)
    shown = Shown(read(entity, reader, [], cols=own.of(reader.user, entity).get("cols", "")), views, view)
    if view is not None:
        dropped: list[str] = []
        shown.state = state = read(entity, reader, pairs_of(view.query), dropped=dropped)
        state.view, state.saved = str(view.pk), state
        if dropped:
            shown.notes.append(_("Some conditions of this view are not for you; they were left out."))
    elif mark not in ("", "all"):
        shown.notes.append(_("This view is no longer there, or it is not shared with you."))
    if params:
        base = shown.state
        shown.state = read(entity, reader, params, cols=base.cols_text, dropped=shown.problems)
        shown.state.view, shown.state.saved = base.view, base.saved
    if view is None and first is not None:
        shown.state.view = "all"
    return shown


def back_of(request: HttpRequest, entity: Entity) -> ListState:
    """The list that the person was looking at, whose query the form carries as `back`."""
    raw = request.POST.get("back") or request.GET.get("back", "")
    return open_list(request, entity, pairs_of(raw)).state


def context(request: HttpRequest, views: list[View], view: View | None, state: ListState) -> dict[str, Any]:
    """What the list's template says about views."""
    entity, user = state.entity, request.user
    shown = tabs(entity, views, user)
    first = shown[0]
    items = [
        {
            "label": v.name if v else _("All %(what)s") % {"what": entity.label_plural.lower()},
            "url": v.url if v else entity.url() + ("" if first is None else "?view=all"),
            "icon": v.icon if v else None,
            "tone": v.tone if v else "slate",
            "current": v is view,
            "changed": v is not None and v is view and state.changed,
            "key": key_of(v),
        }
        for v in ([*shown, view] if view not in shown else shown)
    ]
    mine = view is not None and bool(door.can(user, door.CHANGE, registry["view"], view))
    return {
        "tabs": items,
        "view": view,
        "view_url": f"{entity.url()}_views/{view.pk}/" if view else "",
        "may_save": mine,
        "pinned": view is not None and view.pk in own.pinned(user),
        "saving": urlencode({"back": urlencode(state.address())}),
        "plain": not (state.found or state.group or state.sort),
    }


# -- saving ------------------------------------------------------------------------------------------------------------


def view_or_404(request: HttpRequest, entity: Entity, pk: int) -> View:
    view: Any = actions.fetch(registry["view"], pk, request.user)
    if view.kind != entity.name:
        raise actions.NotThere
    return view


@entity_view
def new(request: HttpRequest, entity: Entity) -> HttpResponse:
    """ "Save as": GET asks for the name and who sees it, POST makes the view of the list at `back`."""
    declared = registry["view"]
    if request.method != "POST":
        blank = actions.build(declared, {}, request.user)
        return _dialog(request, entity, None, _editors(request, blank))
    state = back_of(request, entity)
    data = {**_posted(request), "kind": entity.name, "query": state.query()}
    try:
        made, operation = actions.create(declared, data, request.user)
    except Invalid as error:
        return _dialog(request, entity, None, _editors(request, None, error.errors), error.errors)
    url: str = made.url  # type: ignore[attr-defined]
    return add_trigger(go(request, url, _("The view is saved: %(title)s") % {"title": made}, operation), "closeDialog")


@entity_view
def change(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """The name, the look and who sees a view; `do=save` puts the list at `back` in its place, `do=delete` ends it."""
    view, declared, user = view_or_404(request, entity, pk), registry["view"], request.user
    if request.method != "POST":
        actions.permit(user, door.CHANGE, declared, view)
        return _dialog(request, entity, view, _editors(request, view))
    if request.POST.get("do") == "delete":
        done = actions.delete(declared, [pk], user)
        text, url = _("Moved to the recycle bin: %(title)s") % {"title": view}, f"{entity.url()}?view=all"
        return add_trigger(go(request, url, text, done), "closeDialog")
    saving = request.POST.get("do") == "save"
    data = {"query": back_of(request, entity).query()} if saving else _posted(request)
    try:
        _view, operation = actions.update(declared, pk, data, user)
    except Invalid as error:
        return _dialog(request, entity, view, _editors(request, view, error.errors), error.errors)
    return add_trigger(go(request, view.url, _("Saved"), operation), "closeDialog")


@entity_view
def pin(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """POST: into the menu or out of it, for this person alone."""
    view = view_or_404(request, entity, pk)
    on = request.POST.get("on") == "1"
    own.pin(request.user, view.pk, on)
    text = _("Pinned to the menu") if on else _("Taken out of the menu")
    return add_trigger(go(request, safe_next(request.POST.get("next"), view.url), text), "closeDialog")


@entity_view
def manage(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The order of the tabs and which are shown, for this person alone. The leftmost is what opens."""
    views, user = views_of(request, entity), request.user
    if request.method == "POST":
        order = [k for k in request.POST.getlist("order") if k == "all" or k.isdigit()][:MOST]
        shown = set(request.POST.getlist("shown"))
        order.sort(key=lambda key: key not in shown)
        own.keep(user, entity, tabs=order, hidden=[k for k in order if k not in shown])
        if request.POST.get("do") == "reset":
            own.keep(user, entity, tabs=[], hidden=[])
        return add_trigger(go(request, entity.url()), "closeDialog")
    mine = own.of(user, entity)
    rows = [
        {
            "key": key_of(v),
            "label": v.name if v else _("All %(what)s") % {"what": entity.label_plural.lower()},
            "sub": v.get_audience_display() if v and v.audience != PRIVATE else "",
            "on": is_shown(v, mine, user),
            "url": v.url if v else "",
            "edit": f"{entity.url()}_views/{v.pk}/" if v and door.can(user, door.CHANGE, registry["view"], v) else "",
        }
        for v in tabs(entity, views, user, hidden=True)
    ]
    return render(request, "lists/views.html", {"entity": entity, "rows": rows}, block="dialog")


def _fields(reader: Reader) -> list[Field]:
    declared = registry["view"]
    return [f for f in reader.fields(declared, ASKED) if writable(declared, f, reader)]


def _posted(request: HttpRequest) -> dict[str, Any]:
    fields = _fields(reader_of(request))
    return {f.name: raw for f in fields if (raw := f.raw_from_form(request.POST)) is not None}


def _editors(request: HttpRequest, view: Any, errors: dict[str, list[str]] | None = None) -> dict[str, Editor]:
    reader = reader_of(request)
    if errors is None:
        return {f.name: edit(f, f.value(view), reader) for f in _fields(reader)}
    raw = {f.name: f.raw_from_form(request.POST) for f in _fields(reader)}
    return {f.name: edit(f, raw[f.name], reader, raw=True, errors=errors.get(f.name)) for f in _fields(reader)}


def _dialog(
    request: HttpRequest, entity: Entity, view: View | None, editors: Any, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    back = request.POST.get("back") or request.GET.get("back", "")
    known = {
        "entity": entity,
        "saved": view,
        "editors": editors,
        "back": back,
        "action": request.path,
        "errors": [m for name, found in (errors or {}).items() if name not in editors for m in found],
        "pinned": view is not None and view.pk in own.pinned(request.user),
    }
    return render(request, "lists/view.html", known, block="dialog", status=422 if errors else 200)
