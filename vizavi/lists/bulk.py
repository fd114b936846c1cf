"""Acting on many records: those that are ticked, or all of a filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.core import door, pages
from vizavi.core.actions import permit, prepare
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid, Refused
from vizavi.core.fields import Field
from vizavi.core.reading import Reader
from vizavi.lists import saved, tasks
from vizavi.lists.change import change_many
from vizavi.lists.state import ListState, Pairs, pairs_of
from vizavi.screens.cells import edit
from vizavi.screens.records import writable
from vizavi.screens.web import entity_view, go, invalid_text, reader_of, records_text, safe_next
from vizavi.ui import add_toast, add_trigger, is_partial, render

#: So many records are changed in the request; more become a job.
MOST_AT_ONCE = 200
MODES = ("set", "add", "remove")
#: Fields with a list of values, to which a change of many may add.
LISTS = ("choices", "links")


@dataclass
class Selection:
    """What is selected: ids, or (`state`) all rows of a list as far as its filter goes."""

    entity: Entity
    reader: Reader
    ids: list[int] = field(default_factory=list)
    state: ListState | None = None
    count: int = 0
    exact: bool = True

    def text(self) -> str:
        return records_text(self.count) if self.exact else _("more than 10 000 records")

    def pairs(self) -> Pairs:
        """The filter that finds it again."""
        return [("id", ",".join(map(str, self.ids)))] if self.state is None else self.state.found.params()

    def now(self) -> list[int]:
        """The ids, for a selection that is small enough."""
        if self.state is None:
            return self.ids
        rows = self.entity.model.objects.visible_to(self.reader.user).filter(self.state.where()).order_by("pk")
        return list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])


def selection_of(request: HttpRequest, entity: Entity) -> Selection:
    """The selection that a form carries: `ids`, or `all=1` with the list's query in `back`. Raises `Invalid`."""
    reader, data = reader_of(request), request.POST
    chosen = Selection(entity, reader)
    if data.get("all"):
        shown = saved.open_list(request, entity, pairs_of(data.get("back", "")))
        if shown.problems:
            raise Invalid({"": shown.problems})
        chosen.state = shown.state
        chosen.count, chosen.exact = pages.count(entity, reader, shown.state.where())
    else:
        parts = ",".join(data.getlist("ids")).split(",")
        chosen.ids = [int(i) for i in dict.fromkeys(parts) if i.isdigit() and len(i) < 19]
        chosen.count = len(chosen.ids)
    if not chosen.count or len(chosen.ids) > MOST_AT_ONCE:
        raise Invalid({"": [_("Select up to %(most)s records.") % {"most": MOST_AT_ONCE}]})
    return chosen


@entity_view
def bulk(request: HttpRequest, entity: Entity) -> HttpResponse:
    """POST of a selection: `do=ask:kind` the dialog of a field, `do=set` with `field` and its value, `do=delete`,
    `do=export.csv`. All that may be changed are, the rest is told."""
    try:
        chosen = selection_of(request, entity)
        return act(request, entity, chosen, request.POST.get("do", "set"))
    except Invalid as error:
        if is_partial(request):
            headers = {"HX-Reswap": "none"}
            return add_toast(HttpResponse(status=422, headers=headers), invalid_text(error.errors), kind="error")
        messages.error(request, invalid_text(error.errors))
        return go(request, back_url(request, entity))


def act(request: HttpRequest, entity: Entity, chosen: Selection, do: str) -> HttpResponse:
    """One of the buttons of the bar."""
    verb, _colon, name = do.partition(":")
    small = chosen.exact and chosen.count <= MOST_AT_ONCE
    if verb.startswith("export."):
        permit(request.user, door.EXPORT, entity)
        cols = [("cols", request.POST.get("cols", ""))] if request.POST.get("cols") else []
        url = f"{entity.url()}{verb}?{urlencode([*chosen.pairs(), *cols])}"
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if is_partial(request) else go(request, url)
    if verb == "delete":
        permit(request.user, door.DELETE, entity)
        if not small and not request.POST.get("sure"):
            return dialog(request, chosen, None)
        return carry_out(request, chosen, None, "set", small)
    permit(request.user, door.CHANGE, entity)
    f = entity.fields.get(name or request.POST.get("field", ""))
    if f is None or not writable(entity, f, chosen.reader):
        raise Refused(_("You may not change this field."))
    if verb == "ask":
        return dialog(request, chosen, f)
    mode = request.POST.get("mode", "set")
    raw = f.raw_from_form(request.POST)
    try:
        values = prepare(entity, {f.name: raw}, chosen.reader, complete=False)
        data = {f.name: f.to_json(values[f.name])}
    except Invalid as error:
        return dialog(request, chosen, f, raw=raw, errors=error.errors.get(f.name))
    return carry_out(request, chosen, data, mode if mode in MODES and f.kind in LISTS else "set", small)


def dialog(
    request: HttpRequest, chosen: Selection, f: Field | None, raw: Any = None, errors: list[str] | None = None
) -> HttpResponse:
    """The small dialog that says how many, and asks for the value (or, for a deletion, whether it is meant)."""
    reader = chosen.reader
    context = {
        "entity": chosen.entity,
        "f": f,
        "editor": edit(f, raw if errors else f.blank(), reader, raw=bool(errors), errors=errors) if f else None,
        "count": chosen.text(),
        "ids": ",".join(map(str, chosen.ids)),
        "all": chosen.state is not None,
        "back": request.POST.get("back", ""),
        "next": back_url(request, chosen.entity),
        "modes": f is not None and f.kind in LISTS,
        "mode": request.POST.get("mode", "add"),
    }
    return render(request, "lists/bulk.html", context, block="dialog", status=422 if errors else 200)


def carry_out(request: HttpRequest, chosen: Selection, data: Any, mode: str, small: bool) -> HttpResponse:
    """At once with a way back, or as a job whose progress stands in the top bar."""
    entity, user = chosen.entity, request.user
    title = "" if data is None else title_of(entity, data, mode, chosen.reader)
    back = back_url(request, entity)
    if not small:
        tasks.begin_bulk(entity, chosen.pairs(), data, mode, user, title=title)
        response = go(request, back, _("It has begun: %(what)s. It goes on while you work.") % {"what": chosen.text()})
        return add_trigger(add_trigger(response, "closeDialog"), "tray")
    result = change_many(entity, chosen.now(), data, user, mode=mode, title=title)
    done = result.operation
    text = (_("Deleted: %(what)s.") if data is None else _("Changed: %(what)s.")) % {
        "what": records_text(result.changed)
    }
    response = add_trigger(go(request, back, text, done), "closeDialog")
    if result.skipped:
        ids = urlencode({"id__skipped": done.pk} if done else {"id": ",".join(map(str, result.skipped))})
        why = " ".join(dict.fromkeys(result.skipped.values()))
        left = _("Left alone: %(what)s. %(why)s") % {"what": records_text(len(result.skipped)), "why": why[:300]}
        return add_toast(response, left, kind="warn", link=(_("Show them"), f"{entity.url()}?{ids}"))
    return response


def title_of(entity: Entity, data: dict[str, Any], mode: str, reader: Reader) -> str:
    """`Type: Partner`: what was changed, for the list of actions."""
    [(name, value)] = data.items()
    f = entity.fields[name]
    sign = {"add": "+", "remove": "−"}.get(mode, ":")
    text = f.text(f.from_json(value), reader) or _("nothing")
    return f"{f.label}{'' if sign == ':' else ' '}{sign} {text}"


def back_url(request: HttpRequest, entity: Entity) -> str:
    back = request.POST.get("back", "")
    return safe_next(request.POST.get("next"), entity.url() + (f"?{back}" if back else ""))
