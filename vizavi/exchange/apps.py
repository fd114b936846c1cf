from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "vizavi.exchange"
    label = "exchange"
    verbose_name = _("Import and export")

    def ready(self) -> None:
        from vizavi.exchange import marks, rejects, tasks, trial  # noqa: F401
