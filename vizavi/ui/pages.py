"""One template, two entrances: the whole page for a visit, one named block for htmx."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from jinja2_fragments import render_block as render_named_block

from vizavi.ui.context import page_context
from vizavi.ui.jinja import engine


def is_partial(request: HttpRequest) -> bool:
    """Does htmx want a piece of the page? A boosted visit and the Back button want all of it."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and headers.get("HX-Request-Type") != "full"
    )


def _full_context(request: HttpRequest, context: dict[str, Any] | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "request": request,
        "csrf_input": csrf_input_lazy(request),
        "csrf_token": csrf_token_lazy(request),
    }
    data |= page_context(request)
    for processor in engine().template_context_processors:
        if processor is not page_context:
            data |= processor(request)
    return data | (context or {})


def render_block(request: HttpRequest, template: str, block: str, context: dict[str, Any] | None = None) -> str:
    """One named block as text: to be sent alone, or inside <hx-partial> beside others."""
    return render_named_block(engine().env, template, block, _full_context(request, context))


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    block: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """The page; or only `block` of it when htmx asks for a piece. The answer varies by the headers that decided."""
    data = _full_context(request, context)
    if block is not None and is_partial(request):
        text = render_named_block(engine().env, template, block, data)
    else:
        text = engine().env.get_template(template).render(data)
    response = HttpResponse(text, status=status, headers=headers)
    if block is not None:
        response.headers["Vary"] = ", ".join(
            filter(None, [response.headers.get("Vary"), "HX-Request", "HX-Boosted", "HX-Request-Type"])
        )
    return response


def add_trigger(response: HttpResponse, name: str, detail: Any = True) -> HttpResponse:
    """Adds a browser event to the answer: `add_trigger(response, "closeDialog")`."""
    events = json.loads(response.headers.get("HX-Trigger") or "{}")
    events[name] = detail
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def add_toast(
    response: HttpResponse, text: str, kind: str = "ok", undo_url: str = "", link: tuple[str, str] | None = None
) -> HttpResponse:
    """Says it in a toast. Kinds: ok, info, warn, error. `undo_url` gets a POST; `link` is (label, url)."""
    detail: dict[str, Any] = {"text": str(text), "kind": kind}
    if undo_url:
        detail["undo_url"] = undo_url
    if link:
        detail["link"] = {"label": str(link[0]), "url": link[1]}
    return add_trigger(response, "toast", detail)
