from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    name = "vizavi.lists"
    label = "lists"
    verbose_name = _("Lists")

    def ready(self) -> None:
        from vizavi.lists import menu  # noqa: F401  what it adds to every page
