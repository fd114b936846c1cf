from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CleaningConfig(AppConfig):
    name = "vizavi.cleaning"
    label = "cleaning"
    verbose_name = _("Keeping data clean")

    def ready(self) -> None:
        from vizavi.cleaning import menu  # noqa: F401  what it adds to other pages
