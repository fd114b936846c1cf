"""Pages about duplicates."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_http_methods

from vizavi.cleaning import merging

both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [path("<slug:plural>/merge/", both(merging.page))]
