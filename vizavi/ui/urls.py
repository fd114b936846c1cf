from django.urls import path

from vizavi.ui import views

urlpatterns = [
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/_demo/<slug:what>/", views.styleguide_demo, name="styleguide_demo"),
]
