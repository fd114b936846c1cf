"""Addresses of every entity: list, one record, its history. Made from the registry when the server starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from vizavi import search
from vizavi.api import describe
from vizavi.api.errors import answer
from vizavi.api.idempotency import once
from vizavi.api.reading import address, base_of, body_of, etag, limit_of, number_of, only, page_address, params_of
from vizavi.api.site import Section
from vizavi.api.tokens import READ, WRITE, need
from vizavi.core import actions, door, filters, pages
from vizavi.core.entity import Entity
from vizavi.core.filters import Filter
from vizavi.core.journal import Entry
from vizavi.core.journal import history as history_of
from vizavi.core.models import Operation
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled

VIA = "api"
#: What packages above add to the addresses of an entity.
extensions: dict[str, list[Callable[[Section, Entity], None]]] = {}


def extend(name: str) -> Callable[[Callable[[Section, Entity], None]], Callable[[Section, Entity], None]]:
    """Decorator: let this function add addresses of its own (`leads/7/convert/`) to those of an entity."""

    def remember(add: Callable[[Section, Entity], None]) -> Callable[[Section, Entity], None]:
        extensions.setdefault(name, []).append(add)
        return add

    return remember


def shown(entity: Entity, record: Journaled, reader: Reader) -> dict[str, Any]:
    """A record as this person sees it: hidden fields are absent, relations to what is hidden are null."""
    values = {f.name: reader.json(f, record) for f in reader.fields(entity)}
    looks = {name: found for name, found in record.warnings().items() if name in values}
    return {"id": record.pk, "version": record.version, **values, "warnings": looks}


def one(
    entity: Entity, record: Journaled, reader: Reader, operation: Operation | None = None, status: int = 200
) -> HttpResponse:
    """One record, with its version as `ETag` and the operation that wrote it."""
    headers = etag(record.version)
    if operation is not None:
        headers["Operation-Id"] = str(operation.pk)
    return answer(shown(entity, record, reader), status, headers)


def gone(operation: Operation | None) -> HttpResponse:
    """After a deletion: nothing, but for the operation that brings it back when it is undone."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    if operation is not None:
        response["Operation-Id"] = str(operation.pk)
    return response


def where_of(found: Filter, reader: Reader) -> Q:
    """The rows of a filter, free text included."""
    where = found.where(reader)
    return where & search.condition(found.entity, found.text, reader) if found.text else where


def list_view(entity: Entity) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        reader = need(request, READ, entity)
        actions.permit(reader.user, door.SEE, entity)
        params = params_of(request)
        page = pages.page(
            entity,
            reader,
            where_of(filters.parse(entity, params, reader), reader),
            sort=request.GET.get("sort", ""),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            limit=limit_of(request),
        )
        reader.prefetch(page.records, reader.fields(entity))
        return answer(
            {
                "results": [shown(entity, record, reader) for record in page.records],
                "next": page_address(request, "after", page.next),
                "previous": page_address(request, "before", page.previous),
            }
        )

    return view


def create_view(entity: Entity) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        reader = need(request, WRITE, entity)
        content, data = body_of(request)

        def act() -> HttpResponse:
            record, operation = actions.create(entity, data, reader.user, via=VIA)
            response = one(entity, record, reader, operation, status=201)
            response.headers["Location"] = address(request, f"{request.path}{record.pk}/")
            return response

        return once(request, reader.user, content, act)

    return view


def read_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, READ, entity)
        return one(entity, actions.fetch(entity, pk, reader.user), reader)

    return view


def change_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, WRITE, entity)
        _content, data = body_of(request)
        base = base_of(request)
        record, operation = actions.update(entity, pk, data, reader.user, base=base, via=VIA)
        return one(entity, record, reader, operation)

    return view


def delete_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, WRITE, entity)
        operation = actions.delete(entity, [pk], reader.user, base=base_of(request), via=VIA)
        return gone(operation)

    return view


def entry_shown(entry: Entry, entity: Entity, pk: int) -> dict[str, Any]:
    """One row of a history."""
    source = entry.source
    return {
        "id": entry.id,
        "operation": entry.operation.pk,
        "at": entry.at,
        "by": entry.by.id if entry.by else None,
        "via": entry.operation.via,
        "verb": entry.operation.verb,
        "action": entry.action,
        "entity": source.entity if source else entity.name,
        "record": source.id if source else pk,
        "version": entry.version,
        "changes": [{"field": c.field.name, "before": c.before, "after": c.after} for c in entry.changes],
    }


def history_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, READ, entity)
        only(request, "after", "limit")
        record = actions.fetch(entity, pk, reader.user)
        older_than = number_of(request, "after", 0, 2**63 - 1) or None
        entries, cursor = history_of(entity, record, reader, before=older_than, limit=limit_of(request))
        return answer(
            {
                "results": [entry_shown(entry, entity, pk) for entry in entries],
                "next": page_address(request, "after", cursor),
                "previous": None,
            }
        )

    return view


def served(entity: Entity) -> bool:
    """Whether values make a record of it; a file needs its content and has addresses of its own."""
    stored = [f for f in entity.standard.fields.values() if not f.computed]
    return not any(f.required and not f.editable for f in stored)


def routes(entity: Entity) -> Section:
    """All addresses of one entity. Of what there is only one (the firm), none is made or deleted."""
    section = Section(f"/{entity.plural}/")
    add, one_path, tell = section.add, "/{int:pk}/", describe.Records(entity)
    add("GET", "/", f"list_{entity.plural}", list_view(entity), tell.list)
    add("GET", one_path, f"read_{entity.name}", read_view(entity), tell.read)
    add("GET", f"{one_path}history/", f"history_of_{entity.name}", history_view(entity), tell.history)
    add("PATCH", one_path, f"change_{entity.name}", change_view(entity), tell.change)
    if entity.many:
        add("POST", "/", f"create_{entity.name}", create_view(entity), tell.create)
        add("DELETE", one_path, f"delete_{entity.name}", delete_view(entity), tell.delete)
    return section
