from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScreensConfig(AppConfig):
    name = "vizavi.screens"
    label = "screens"
    verbose_name = _("Screens")

    def ready(self) -> None:
        from vizavi.screens import shell, tree  # noqa: F401  what every page shows around itself, and the panel of trees
