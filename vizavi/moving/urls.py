from django.urls import path

from vizavi.moving import check, downloads, offers, result, wizard

urlpatterns = [
    path("imports/", wizard.runs),
    path("imports/new/", wizard.new),
    path("imports/sample.csv", downloads.sample),
    path("imports/<int:pk>/", wizard.step),
    path("imports/<int:pk>/file/", wizard.file_page),
    path("imports/<int:pk>/columns/", wizard.columns),
    path("imports/<int:pk>/check/", check.check),
    path("imports/<int:pk>/start/", wizard.start),
    path("imports/<int:pk>/cancel/", wizard.cancel),
    path("imports/<int:pk>/run/", wizard.run_page),
    path("imports/<int:pk>/result/", result.result),
    path("imports/<int:pk>/rejects.csv", result.rejects, {"form": "csv"}),
    path("imports/<int:pk>/rejects.xlsx", result.rejects, {"form": "xlsx"}),
    path("<slug:plural>/export.csv", downloads.download, {"form": "csv"}),
    path("<slug:plural>/export.xlsx", downloads.download, {"form": "xlsx"}),
    path("<slug:plural>/export.vcf", downloads.download, {"form": "vcf"}),
    path("settings/<slug:plural>/<int:pk>/run/", offers.run),
    path("<slug:plural>/<int:pk>/card.vcf", downloads.card),
]
