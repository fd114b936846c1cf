"""The list of every entity and its dialogs: `/<plural>/…`, and the same under `/settings/`."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vizavi.lists import bulk, columns, filtering, menu, page, saved, steps

both = require_http_methods(["GET", "HEAD", "POST"])


def entity_urls(base: str, *, admin: bool) -> list[URLPattern]:
    """Every address of the lists under one base."""
    only = {"admin": admin}
    return [
        path(base, require_GET(page.record_list), only),
        path(f"{base}_bulk/", require_POST(bulk.bulk), only),
        path(f"{base}_filter/", require_GET(filtering.filter_editor), only),
        path(f"{base}_columns/", both(columns.choose), only),
        path(f"{base}_views/", both(saved.manage), only),
        path(f"{base}_views/new/", both(saved.new), only),
        path(f"{base}_views/<int:pk>/", both(saved.change), only),
        path(f"{base}_views/<int:pk>/pin/", require_POST(saved.pin), only),
        path(f"{base}<int:pk>/_step/<slug:way>/", require_GET(steps.step), only),
    ]


urlpatterns = [
    path("_badges/", require_GET(menu.badges)),
    *entity_urls("settings/<slug:plural>/", admin=True),
    *entity_urls("<slug:plural>/", admin=False),
]
