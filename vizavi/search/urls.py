from django.urls import path

from vizavi.search import views

urlpatterns = [path("search/", views.results), path("search/_palette/", views.palette)]
