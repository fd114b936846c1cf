"""Pages about duplicates."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vizavi.cleaning import merging, worklist

both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("duplicates/", require_GET(worklist.duplicates)),
    path("duplicates/scan/", require_POST(worklist.scan)),
    path("duplicates/<int:pk>/later/", require_POST(worklist.later)),
    path("duplicates/<int:pk>/distinct/", require_POST(worklist.distinct)),
    path("<slug:plural>/merge/", both(merging.page)),
]
