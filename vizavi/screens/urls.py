"""The generic pages of every entity: `/<plural>/…`, and the same for administrator's data under `/settings/`."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vizavi.screens import acts, forms, hints, inline, journal, records, today, tray

both = require_http_methods(["GET", "HEAD", "POST"])


def entity_urls(base: str, *, admin: bool) -> list[URLPattern]:
    """Every generic page of the entities under one address."""
    only = {"admin": admin}
    one = f"{base}<int:pk>/"
    return [
        path(f"{base}new/", both(forms.new), only),
        path(one, require_GET(records.record_page), only),
        path(f"{one}edit/", both(forms.change), only),
        path(f"{one}delete/", require_POST(acts.delete), only),
        path(f"{one}restore/", require_POST(acts.restore), only),
        path(f"{one}_timeline/", require_GET(records.timeline), only),
        path(f"{one}_peek/", require_GET(records.peek), only),
        path(f"{one}_field/<slug:name>/", both(inline.field), only),
    ]


urlpatterns = [
    path("", require_GET(today.home), name="home"),
    path("today/", require_GET(today.today)),
    path("operations/", require_GET(journal.operations)),
    path("operations/<int:pk>/", require_GET(journal.operation_page)),
    path("operations/<int:pk>/undo/", require_POST(journal.undo_view)),
    path("operations/<int:pk>/cancel/", require_POST(tray.cancel)),
    path("_tray/", require_GET(tray.tray)),
    path("bin/", require_GET(acts.bin_page)),
    path("_combo/<slug:plural>/", require_GET(acts.combo)),
    path("_dupes/<slug:plural>/", require_GET(hints.dupes)),
    path("_quick/<slug:plural>/", both(forms.quick)),
    *entity_urls("settings/<slug:plural>/", admin=True),
    *entity_urls("<slug:plural>/", admin=False),
]
