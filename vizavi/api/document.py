"""The OpenAPI 3.1 document: addresses as ninja routes them, their descriptions and schemas out of the registry."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vizavi import __version__
from vizavi.api import describe, describe_imports, duplicates
from vizavi.api.errors import answer
from vizavi.api.records import served
from vizavi.api.site import api, descriptions
from vizavi.core import shape
from vizavi.core.entity import registry
from vizavi.dictionaries import lists

BASE = "/api/v1/"


def schemas() -> dict[str, Any]:
    """Three schemas for each entity: as sent, as created, as changed."""
    found = {**describe.common_schemas(), **describe_imports.import_schemas(), "Match": duplicates.schema()}
    for entity in filter(served, registry):
        name = describe.component(entity)
        found[name] = describe.shown_schema(entity)
        found[f"{name}Change"] = describe.written_schema(entity, create=False)
        if entity.many:
            found[f"{name}Create"] = describe.written_schema(entity, create=True)
    return found


def operation(route: dict[str, Any]) -> dict[str, Any]:
    """What ninja knows of a route (address, parameters of the path, security) with what we say of it."""
    said = descriptions[route["operationId"]]()
    path_parameters = [
        {**parameter, "schema": describe.ID} for parameter in route["parameters"] if parameter["in"] == "path"
    ]
    return {
        **{name: route[name] for name in ("operationId", "tags", "security")},
        **said,
        "parameters": [*path_parameters, *said.get("parameters", [])],
    }


def document(language: str) -> dict[str, Any]:
    """The document in the current language, which is `language`."""
    return _document(language, (lists.version(), shape.source.stamp()))


@lru_cache(maxsize=4)
def _document(language: str, _version: Any) -> dict[str, Any]:
    """It is made afresh when an option of a dictionary, a custom field or a layout has changed."""
    routed = api.get_openapi_schema(path_prefix="")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vizavi",
            "version": __version__,
            "description": _("The API of this firm's Vizavi. What you see and may do here is what your rights allow."),
        },
        "servers": [{"url": BASE}],
        "paths": {
            path: {method: operation(route) for method, route in methods.items()}
            for path, methods in routed["paths"].items()
        },
        "components": {
            "schemas": schemas(),
            "responses": describe.error_responses(),
            "headers": describe.headers(),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def document_view(request: HttpRequest) -> HttpResponse:
    """The document for anybody: it tells what the program can do, nothing of what the firm has in it."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    return answer(document(get_language() or ""))
