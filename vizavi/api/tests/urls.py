"""The API alone, at its own address."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("vizavi.api.urls")),
    path("api/docs/", include("vizavi.api.docs")),
]
