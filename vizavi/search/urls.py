from django.urls import path

from vizavi.search import views

urlpatterns = [
    path("search/", views.results),
    path("search/_palette/", views.palette_rows),
    path("search/_palette/<slug:kind>/<int:pk>/", views.palette_actions),
    path("_star/<slug:kind>/<int:pk>/", views.star),
]
