from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClientsConfig(AppConfig):
    name = "vizavi.clients"
    label = "clients"
    verbose_name = _("Clients")

    def ready(self) -> None:
        from vizavi.clients import api, heritage, panels, recognition  # noqa: F401  what it adds to what is below
