"""`operations/`: what was done, and undoing it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from vizavi.api import describe
from vizavi.api.errors import ApiError, answer
from vizavi.api.idempotency import once
from vizavi.api.reading import limit_of, number_of, only, page_address
from vizavi.api.records import VIA
from vizavi.api.site import Section
from vizavi.api.tokens import READ, WRITE, need
from vizavi.core import door
from vizavi.core.entity import registry
from vizavi.core.errors import NotThere
from vizavi.core.journal import UndoResult, can_undo, subjects, undo
from vizavi.core.journal.undo import AT_ONCE
from vizavi.core.models import Operation
from vizavi.core.reading import Reader


def operations_of(user: Any) -> QuerySet[Operation]:
    """One's own operations; an administrator's are everybody's."""
    if door.can(user, door.CHANGE, registry["firm"]):
        return Operation.objects.all()
    return Operation.objects.filter(by=user)


def fetch(user: Any, pk: int) -> Operation:
    """Raises `NotThere` for one that this person does not see."""
    row = operations_of(user).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise NotThere
    return row


def shown(row: Operation, reader: Reader) -> dict[str, Any]:
    title, record_id = subjects([row], reader)[row.pk]
    return {
        "id": row.pk,
        "at": row.at,
        "by": row.by_id,
        "via": row.via,
        "verb": row.verb,
        "entity": row.entity or None,
        "record": record_id,
        "title": title,
        "state": row.state,
        "changes": row.changes,
        "total": row.total,
        "undoes": row.undoes_id,
    }


def list_view(request: HttpRequest) -> HttpResponse:
    reader = need(request, READ)
    only(request, "after", "limit")
    limit = limit_of(request)
    rows = operations_of(reader.user).order_by("-pk")
    after = number_of(request, "after", 0, 2**63 - 1)
    found = list((rows.filter(pk__lt=after) if after else rows)[: limit + 1])
    more = len(found) > limit
    subjects(found, reader)  # looked up together
    return answer(
        {
            "results": [shown(row, reader) for row in found[:limit]],
            "next": page_address(request, "after", found[limit - 1].pk) if more else None,
            "previous": None,
        }
    )


def read_view(request: HttpRequest, pk: int) -> HttpResponse:
    reader = need(request, READ)
    row = fetch(reader.user, pk)
    verdict = can_undo(row, reader.user)
    return answer({**shown(row, reader), "can_undo": bool(verdict), "reason": verdict.reason})


def undo_view(request: HttpRequest, pk: int) -> HttpResponse:
    reader = need(request, WRITE)
    row = fetch(reader.user, pk)

    def act() -> HttpResponse:
        verdict = can_undo(row, reader.user)
        if not verdict:
            raise ApiError(409, "cannot_undo", verdict.reason)
        return undone(undo(row, reader.user, via=VIA))

    if row.changes > AT_ONCE:
        # Written in chunks of its own; and what has been undone cannot be undone twice anyway.
        return act()
    return once(request, reader.user, b"", act)


def undone(result: UndoResult) -> HttpResponse:
    """What was undone and what stood in the way. Raises 409 when nothing could be."""
    obstacles = [
        {"entity": o.entity, "record": o.record_id, "title": o.title, "field": o.field or None, "message": o.message}
        for o in result.obstacles
    ]
    if not result.undone and obstacles:
        fields: dict[str, list[str]] = {}
        for o in result.obstacles:
            fields.setdefault(o.field or "id", []).append(o.message)
        raise ApiError(409, "conflict", _("Nothing could be undone."), fields)
    operation = result.operation.pk if result.operation else None
    return answer({"operation": operation, "undone": result.undone, "obstacles": obstacles})


def routes() -> Section:
    section = Section("/operations/")
    section.add("GET", "/", "list_operations", list_view, describe.operations)
    section.add("GET", "/{int:pk}/", "read_operation", read_view, describe.operation)
    section.add("POST", "/{int:pk}/undo/", "undo_operation", undo_view, describe.undo)
    return section
