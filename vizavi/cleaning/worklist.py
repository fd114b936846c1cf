"""The work list of duplicates: groups that the scan has found, as far as this person sees their members."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.cleaning.merging import ids_of
from vizavi.core import door
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Refused
from vizavi.core.reading import Reader
from vizavi.duplicates import scanning
from vizavi.duplicates.finding import WORDS
from vizavi.duplicates.merging import MOST
from vizavi.duplicates.models import Group, Member, Scan
from vizavi.duplicates.tasks import scan_soon
from vizavi.screens.cells import show
from vizavi.screens.records import title_of
from vizavi.screens.web import door_view, go, reader_of, safe_next
from vizavi.ui import render

#: Groups on a page, members shown of one, and so many are counted at most.
PAGE, SHOWN, COUNTED = 20, 10, 100
KINDS = ("strong", "weak", "later")
LATER_DAYS = 7


def places(user: Any) -> list[Entity]:
    """The entities whose duplicates this person may clear up."""
    return [e for e in registry if e.duplicates and door.branches(user, e) and door.can(user, door.CHANGE, e)]


def _seen(entity: Entity, reader: Reader, kind: str) -> QuerySet[Member, dict[str, Any]]:
    """Groups of which this person sees two members at least: their ids, with how many they see."""
    visible = entity.model.objects.visible_to(reader.user).filter(pk=OuterRef("record_id"))
    current = Scan.objects.filter(state=Scan.FINISHED).order_by("-pk").values("pk")[:1]
    later = Q(group__later_until__gt=timezone.now())
    rows = Member.objects.filter(group__scan__in=current, group__entity=entity.name)
    rows = rows.filter(later) if kind == "later" else rows.exclude(later).filter(group__strong=kind == "strong")
    return rows.filter(Exists(visible)).values("group").annotate(n=Count("pk")).filter(n__gte=2).order_by("-group")


@door_view
def duplicates(request: HttpRequest) -> HttpResponse:
    """`/duplicates/?entity=company&kind=weak&before=7`: newest groups first."""
    reader = reader_of(request)
    entities = places(reader.user)
    if not entities:
        raise Refused(_("You have no access to these records."))
    entity = next((e for e in entities if e.name == request.GET.get("entity")), entities[0])
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    rows = _seen(entity, reader, kind)
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        rows = rows.filter(group__lt=int(before))
    found = [row["group"] for row in rows[: PAGE + 1]]
    labels = {"strong": _("Evident"), "weak": _("Possible"), "later": _("Put off")}
    running = Scan.objects.filter(state=Scan.RUNNING).first()
    last = Scan.objects.filter(state=Scan.FINISHED).order_by("-pk").first()
    context = {
        "entity": entity,
        "kind": kind,
        "tabs": [
            {"label": e.label_plural, "url": f"/duplicates/?entity={e.name}", "current": e is entity} for e in entities
        ],
        "kinds": [
            {
                "label": f"{labels[k]} {_counted(_seen(entity, reader, k))}",
                "url": f"/duplicates/?{urlencode({'entity': entity.name, 'kind': k})}",
                "current": k == kind,
            }
            for k in KINDS
        ],
        "groups": _groups(entity, found[:PAGE], reader),
        "older": f"/duplicates/?{urlencode({'entity': entity.name, 'kind': kind, 'before': found[PAGE - 1]})}"
        if len(found) > PAGE
        else "",
        "running": running,
        "last": last,
        "here": request.get_full_path(),
        "most": MOST,
    }
    return render(request, "cleaning/duplicates.html", context, block="content")


def _counted(rows: QuerySet[Member, dict[str, Any]]) -> str:
    number = len(rows[: COUNTED + 1])
    return f"{COUNTED}+" if number > COUNTED else str(number)


def _groups(entity: Entity, ids: list[int], reader: Reader) -> list[dict[str, Any]]:
    """Groups with those members that this person sees, side by side."""
    groups = Group.objects.in_bulk(ids)
    members: dict[int, list[int]] = {}
    for group, pk in Member.objects.filter(group__in=ids).order_by("record_id").values_list("group", "record_id"):
        members.setdefault(group, []).append(pk)
    wanted = {pk for found in members.values() for pk in found}
    records = {r.pk: r for r in entity.model.objects.visible_to(reader.user).filter(pk__in=wanted)}
    names = [n for n in dict.fromkeys((*entity.recognised, "owner")) if n != entity.title]
    fields = reader.fields(entity, [n for n in names if n in entity.fields])
    reader.prefetch(list(records.values()), fields)
    shown = []
    for pk in ids:
        seen = [records[i] for i in members.get(pk, ()) if i in records]
        rows = [
            {
                "id": r.pk,
                "title": title_of(entity, r, reader),
                "url": entity.url(r.pk),
                "cells": [show(f, r, reader) for f in fields],
                "created": r.created_at,
            }
            for r in seen[:SHOWN]
        ]
        why = [str(WORDS[kind]) for kind in groups[pk].reasons.split()]
        shown.append({"id": pk, "rows": rows, "more": len(seen) - len(rows), "why": why, "count": len(seen)})
    heads = [f.label for f in fields]
    return [{**group, "heads": heads} for group in shown]


@door_view
def scan(request: HttpRequest) -> HttpResponse:
    """POST: look over the whole base anew."""
    reader = reader_of(request)
    if not places(reader.user):
        raise Refused(_("You have no access to these records."))
    scan_soon()
    return go(request, safe_next(request.POST.get("next"), "/duplicates/"))


def _group(request: HttpRequest, pk: int) -> tuple[Group, Entity]:
    """A group of which this person sees two members. Raises Http404."""
    group = Group.objects.filter(pk=pk).first()
    entity = registry.get(group.entity) if group is not None else None
    if group is None or entity is None or entity not in places(request.user):
        raise Http404
    ids = list(group.members.values_list("record_id", flat=True))
    if entity.model.objects.visible_to(request.user).filter(pk__in=ids).count() < 2:
        raise Http404
    return group, entity


@door_view
def later(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: out of sight for a week."""
    group, _entity = _group(request, pk)
    group.later_until = timezone.now() + timedelta(days=LATER_DAYS)
    group.save(update_fields=["later_until"])
    return go(request, safe_next(request.POST.get("next"), "/duplicates/"), _("Put off for a week."))


@door_view
def distinct(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `ids`: these are not the same."""
    _found, entity = _group(request, pk)
    done = scanning.not_the_same(entity, ids_of(request.POST), request.user)
    return go(
        request, safe_next(request.POST.get("next"), "/duplicates/"), _("Remembered: these are not duplicates."), done
    )
