from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vizavi.clients import views

urlpatterns = [
    path("leads/inbox/", require_GET(views.inbox)),
    path("leads/<int:pk>/convert/", require_http_methods(["GET", "HEAD", "POST"])(views.convert)),
    path("leads/<int:pk>/accept/", require_POST(views.accept)),
    path("leads/<int:pk>/attach/", require_POST(views.attach)),
    path("leads/<int:pk>/reject/", require_POST(views.reject)),
]
