"""Every address of Vizavi: each package brings its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

# The generic pages come last: their `<plural>/` would swallow the others.
PACKAGES = [
    ("api/v1/", "vizavi.api.urls"),
    ("api/docs/", "vizavi.api.docs"),
    ("", "vizavi.access.urls"),
    ("", "vizavi.setup.urls"),
    ("", "vizavi.search.urls"),
    ("", "vizavi.files.urls"),
    ("", "vizavi.moving.urls"),
    ("", "vizavi.activities.urls"),
    ("", "vizavi.clients.urls"),
    ("", "vizavi.cleaning.urls"),
    ("", "vizavi.demo.urls"),
    ("", "vizavi.ui.urls"),
    ("", "vizavi.screens.urls"),
    ("", "vizavi.lists.urls"),
]

urlpatterns: list[URLPattern | URLResolver] = [path(prefix, include(module)) for prefix, module in PACKAGES]

# Pages of errors; the last is what allauth looks for.
handler400 = "vizavi.api.errors.bad_request"
handler403 = "vizavi.ui.errors.forbidden"
handler404 = "vizavi.ui.errors.not_found"
handler429 = "vizavi.ui.errors.too_often"
handler500 = "vizavi.api.errors.broken"
