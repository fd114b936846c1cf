"""`/api/docs/`: the OpenAPI document as a page, for people who are signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from vizavi.api.document import BASE, document
from vizavi.api.reading import address
from vizavi.core.entity import registry
from vizavi.ui import render


def type_text(schema: dict[str, Any]) -> str:
    """`text or null`, `list of object`: the type of a value in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return type_text(schema["anyOf"][0])
    kinds = schema.get("type", "any")
    shown = []
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind == "array":
            shown.append(f"array of {type_text(schema.get('items', {}))}")
        else:
            shown.append(schema.get("format", kind) if kind == "string" else kind)
    return " | ".join(shown)


def field_rows(name: str, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of an entity: name, type, what it means, whether it is needed or only read."""
    needed = schemas.get(f"{name}Create", {}).get("required", [])
    return [
        {
            "name": field,
            "type": type_text(schema),
            "text": schema.get("description", ""),
            "note": _("required") if field in needed else _("read only") if schema.get("readOnly") else "",
        }
        for field, schema in schemas[name]["properties"].items()
    ]


def sections() -> list[dict[str, Any]]:
    """Addresses by kind of record: what people work with before what administrators keep."""
    whole = document(get_language() or "")
    found: dict[str, dict[str, Any]] = {}
    for address_path, methods in whole["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            entity = registry.by_plural(tag)
            section = found.setdefault(
                tag,
                {
                    "tag": tag,
                    "title": capfirst(entity.label_plural) if entity else tag,
                    "fields": field_rows(entity.name.capitalize(), whole["components"]["schemas"]) if entity else [],
                    "operations": [],
                },
            )
            parameters = [p for p in operation["parameters"] if p["in"] != "path"]
            section["operations"].append(
                {
                    "id": operation["operationId"],
                    "method": method.upper(),
                    "path": BASE + address_path.lstrip("/"),
                    "summary": operation["summary"],
                    "text": operation.get("description", ""),
                    "parameters": parameters,
                    "answers": sorted(operation["responses"]),
                }
            )

    def late(section: dict[str, Any]) -> bool:
        entity = registry.by_plural(section["tag"])
        return entity is None or entity.admin or not entity.place

    return sorted(found.values(), key=late)


def page(request: HttpRequest) -> HttpResponse:
    context = {"page_title": _("API"), "sections": sections(), "base": address(request, BASE)}
    return render(request, "api/docs.html", context)


urlpatterns = [path("", require_GET(login_required(page)), name="api_docs")]
