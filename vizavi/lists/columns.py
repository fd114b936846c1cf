"""Which columns a list shows, in which order and how wide: a dialog, and what dragging a head does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from vizavi.core.entity import Entity
from vizavi.lists import own
from vizavi.lists.saved import back_of
from vizavi.lists.state import NARROW, WIDE, columns_of
from vizavi.screens.web import entity_view, go, reader_of
from vizavi.ui import add_trigger, render


@entity_view
def choose(request: HttpRequest, entity: Entity) -> HttpResponse:
    """GET: the dialog for the list at `back`. POST: `order` and `shown` (or `cols` as the address has it) make the new
    columns; in a list without a view they become this person's own, `do=reset` forgets them."""
    reader, state = reader_of(request), back_of(request, entity)
    if request.method != "POST":
        shown = dict(state.cols)
        rows = [
            (f, shown.get(f, 0), f in shown)
            for f in [*shown, *(f for f in reader.fields(entity, entity.shape.shown) if f not in shown)]
        ]
        context = {"entity": entity, "rows": rows, "title": entity.title, "narrow": NARROW, "wide": WIDE}
        return render(request, "lists/columns.html", {**context, "back": request.GET.get("back", "")}, block="dialog")
    shown_names = set(request.POST.getlist("shown"))
    order = [n for n in request.POST.getlist("order") if n in shown_names]
    asked = request.POST.get("cols") or ",".join(f"{n}:{request.POST.get(f'width-{n}') or 0}" for n in order)
    if request.POST.get("do") == "reset":
        asked = state.saved.cols_text if state.saved else ""
    changed = state.but(cols=columns_of(entity, reader, asked))
    if state.saved is None:
        own.keep(request.user, entity, cols="" if request.POST.get("do") == "reset" else changed.cols_text)
        changed.default_cols = () if asked else changed.cols
    return add_trigger(go(request, changed.url(), replace=True), "closeDialog")
