from django.urls import path

from vizavi.demo import views

urlpatterns = [path("demo/remove/", views.remove)]
