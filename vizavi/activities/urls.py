from django.urls import path
from django.views.decorators.http import require_POST

from vizavi.activities import views

urlpatterns = [
    path("notes/<int:pk>/_pin/", require_POST(views.pin)),
    path("notes/<int:pk>/_remove/", require_POST(views.remove)),
    path("<slug:plural>/<int:pk>/_notes/", require_POST(views.write)),
]
