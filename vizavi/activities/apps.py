from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "vizavi.activities"
    label = "activities"
    verbose_name = _("Activities")

    def ready(self) -> None:
        from vizavi.activities import panels  # noqa: F401  what it adds to the pages of records
