"""From a record to its neighbours in the list that it was opened from."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from vizavi.core import pages
from vizavi.core.actions import fetch
from vizavi.core.entity import Entity
from vizavi.lists.saved import open_list
from vizavi.lists.state import pairs_of
from vizavi.screens.web import entity_view, reader_of


@entity_view
def step(request: HttpRequest, entity: Entity, pk: int, way: str) -> HttpResponse:
    """`/companies/7/_step/next/?list=kind%3Dclient`: to the neighbour in the list that the record was opened from."""
    if way not in ("next", "previous"):
        raise Http404
    reader = reader_of(request)
    record = fetch(entity, pk, reader.user)
    state = open_list(request, entity, pairs_of(request.GET.get("list", ""))).state
    cursor: Any = {"after" if way == "next" else "before": pages.place_of(record, state.order, reader)}
    page = pages.page(entity, reader, state.where(), sort=state.order, limit=1, **cursor)
    base = f"{entity.url(page.records[0].pk if page.records else pk)}{'_peek/' if request.GET.get('peek') else ''}"
    response = HttpResponseRedirect(f"{base}?{urlencode({'list': request.GET.get('list', '')})}")
    if not page.records:
        messages.info(request, _("The list ends here.") if way == "next" else _("The list begins here."))
    return response
