"""The style guide: every component in every state, for the people who build and for the tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.ui import errors
from vizavi.ui.html import ALL_TONES
from vizavi.ui.jinja import engine
from vizavi.ui.pages import add_toast, add_trigger, render, render_block

PEOPLE = [
    {"id": 1, "name": "Анна Ковалёва"},
    {"id": 2, "name": "Олег Смирнов"},
    {"id": 3, "name": "Дарья Никитина"},
    {"id": 4, "name": "Марина Лаптева"},
]
COMPANIES = [
    {"id": 11, "label": "АО «Северсталь-Метиз»", "sub": "ИНН 3528090760 · Череповец"},
    {"id": 12, "label": "ООО «Северный порт»", "sub": "ИНН 7805440921 · Санкт-Петербург"},
    {"id": 13, "label": "ООО «Ромашка»", "sub": "ИНН 7701234567 · Москва"},
    {"id": 14, "label": "ИП Ким", "sub": "Екатеринбург"},
]


def _check(request: HttpRequest) -> None:
    user = getattr(request, "user", None)
    if not settings.DEBUG and not (user is not None and user.is_authenticated):
        raise Http404


def styleguide(request: HttpRequest) -> HttpResponse:
    _check(request)
    now = timezone.now()
    context: dict[str, Any] = {
        "page_title": _("Components"),
        "tones": ALL_TONES,
        "people": PEOPLE,
        "companies": COMPANIES,
        "now": now,
        "earlier": now - timedelta(days=4, hours=3),
        "families": engine().env.globals["ui"].all(),  # type: ignore[attr-defined]
    }
    return render(request, "ui/styleguide.html", context)


def styleguide_demo(request: HttpRequest, what: str) -> HttpResponse:
    """Answers of the components that ask a server: as a real page would."""
    _check(request)
    template = "ui/styleguide_demo.html"
    query = request.GET.get("q", "").strip().lower()
    data: dict[str, Any] = {"q": query, "value": request.POST.get("value", "4 300 000"), "errors": []}
    if what == "combo":
        data["options"] = [c for c in COMPANIES if query in str(c["label"]).lower()]
    if what == "field" and request.method == "POST":
        if not request.POST.get("value", "").strip():
            data["errors"] = [_("Enter a value.")]
            return HttpResponse(render_block(request, template, "editor", data), status=422)
        return add_toast(
            HttpResponse(render_block(request, template, "field", data)), _("Saved"), undo_url=request.path
        )
    if what == "field":
        return HttpResponse(render_block(request, template, "field" if "show" in request.GET else "editor", data))
    if what == "toast":
        kind = request.GET.get("kind", "ok")
        undo = request.path if "undo" in request.GET else ""
        return add_toast(HttpResponse(status=204), _("The record was saved"), kind, undo)
    if what == "create" and request.method == "POST":
        detail = {"target": request.POST.get("target"), "id": 99, "label": request.POST.get("name")}
        return add_trigger(add_trigger(HttpResponse(), "combo:created", detail), "closeDialog")
    if what in ("combo", "dialog", "drawer", "create", "palette"):
        data["name"] = request.GET.get("name", "")
        data["target"] = request.GET.get("target", "")
        return HttpResponse(render_block(request, template, what, data))
    if what == "busy":
        return HttpResponse(status=429, headers={"Retry-After": "12"})
    pages = {"page-403": errors.forbidden, "page-404": errors.not_found, "page-429": errors.too_often}
    if what in pages:
        return pages[what](request)
    if what == "page-500":
        return errors.broken(request)
    if what == "error":
        response = HttpResponse(status=500)
        response.headers["X-Incident"] = "a1b2c3"
        return response
    raise Http404
