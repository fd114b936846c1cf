from django.urls import path

from vizavi.exchange import views

urlpatterns = [
    path("imports/", views.runs),
    path("imports/new/", views.new),
    path("imports/<int:pk>/", views.run_page),
    path("imports/<int:pk>/start/", views.start),
    path("imports/<int:pk>/cancel/", views.cancel),
    path("imports/<int:pk>/rejects.csv", views.rejects),
    path("<slug:plural>/export.csv", views.export_csv),
    path("<slug:plural>/export.xlsx", views.export_xlsx),
]
