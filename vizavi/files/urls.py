from django.urls import path

from vizavi.files import views

urlpatterns = [
    path("files/<int:pk>/", views.download),
    path("files/<int:pk>/delete/", views.remove),
    path("settings/<slug:plural>/<int:pk>/_files/", views.upload),
    path("<slug:plural>/<int:pk>/_files/", views.upload),
]
