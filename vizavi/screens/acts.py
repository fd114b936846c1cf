"""Deleting, restoring, changing many at once, and looking up."""

from __future__ import annotations

from typing import Any

from django.core.paginator import InvalidPage, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi import search
from vizavi.core import actions, door, pages
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Refused
from vizavi.core.filters import Filter
from vizavi.core.models import Change
from vizavi.core.reading import Reader
from vizavi.jobs.tasks import BIN_DAYS
from vizavi.screens.records import title_of
from vizavi.screens.web import door_view, entity_view, go, reader_of, safe_next
from vizavi.ui import render

COMBO_ROWS = 20


@entity_view
def delete(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """POST: into the recycle bin."""
    reader = reader_of(request)
    record = actions.fetch(entity, pk, reader.user)
    done = actions.delete(entity, [pk], reader.user)
    return go(
        request,
        safe_next(request.POST.get("next"), entity.url()),
        _("Moved to the recycle bin: %(title)s") % {"title": title_of(entity, record, reader)},
        done,
    )


@entity_view
def restore(request: HttpRequest, entity: Entity, pk: int) -> HttpResponse:
    """POST: back from the recycle bin."""
    reader = reader_of(request)
    record = actions.fetch(entity, pk, reader.user, deleted=True)
    done = actions.restore(entity, [pk], reader.user)
    return go(
        request,
        safe_next(request.POST.get("next"), entity.url(pk)),
        _("Restored: %(title)s") % {"title": title_of(entity, record, reader)},
        done,
    )


@door_view
def bin_page(request: HttpRequest) -> HttpResponse:
    """`/bin/?entity=company&page=2`: what was deleted and can be restored, newest first."""
    reader = reader_of(request)
    places = [e for e in registry if e.many and e.pages and door.branches(reader.user, e)]
    # What people work with comes before what administrators keep.
    places.sort(key=lambda e: (not e.place, e.admin))
    if not places:
        raise Refused(_("You have no access to these records."))
    entity = next((e for e in places if e.name == request.GET.get("entity")), places[0])
    rows = entity.model.objects.binned().reach_of(reader.user).order_by("-deleted_at", "-pk")
    # The bin is emptied after BIN_DAYS, so that its pages stay few; the count is cut off all the same.
    paginator = Paginator(rows[: pages.EXACT], 50)
    try:
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage:
        page = paginator.page(1)
    records = list(page.object_list)
    may = set(
        entity.model.objects.reach_of(reader.user, door.DELETE)
        .filter(pk__in=[r.pk for r in records])
        .values_list("pk", flat=True)
    )
    together = deleted_together(entity, [r.pk for r in records], reader)
    context = {
        "entity": entity,
        "days": BIN_DAYS,
        "page": page,
        "tabs": [{"label": e.label_plural, "url": f"/bin/?entity={e.name}", "current": e is entity} for e in places],
        "rows": [
            {
                "id": r.pk,
                "title": title_of(entity, r, reader),
                "at": r.deleted_at,
                "url": entity.url(r.pk),
                "restore": r.pk in may,
                "together": together.get(r.pk),
            }
            for r in records
        ],
    }
    return render(request, "screens/bin.html", context, block="content")


def deleted_together(entity: Entity, ids: list[int], reader: Reader) -> dict[int, dict[str, Any]]:
    """By record: the operation that deleted it with others and that this person may undo, for one button."""
    rows = Change.objects.filter(entity=entity.name, record_id__in=ids, action=Change.DELETE, operation__changes__gt=1)
    found = {}
    for change in rows.select_related("operation").order_by("pk"):
        row = change.operation
        mine = row.by_id == reader.user.pk or door.can(reader.user, door.CHANGE, registry["firm"])
        found[change.record_id] = {"url": f"/operations/{row.pk}/undo/", "count": row.changes} if mine else None
    return {pk: one for pk, one in found.items() if one}


@entity_view
def combo(request: HttpRequest, entity: Entity) -> HttpResponse:
    """What a combobox offers: by the search index when something is typed, otherwise the list's first page."""
    reader = reader_of(request)
    if not door.branches(reader.user, entity) or not reader.access(entity).sees(entity.title):
        raise Refused(_("You have no access to these records."))
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100]
    where = search.condition(entity, text, reader) if text else Filter(entity).where(reader)
    if entity.name == "user":
        where &= entity.fields["is_active"].any_of([True])
    sort = entity.title if entity.admin or text else entity.sort
    page = pages.page(entity, reader, where, sort=sort, limit=COMBO_ROWS)
    reader.prefetch(page.records, reader.fields(entity, entity.subtitle))
    options = [
        {"id": r.pk, "label": str(r), "sub": entity.subtitle_of(r, reader), "tone": getattr(r, "tone", None)}
        for r in page.records
    ]
    return render(
        request, "screens/combo.html", {"options": options, "q": text, "more": bool(page.next), "all_url": entity.url()}
    )
