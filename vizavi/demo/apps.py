from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "vizavi.demo"
    label = "demo"
    verbose_name = _("Demo data")

    def ready(self) -> None:
        from vizavi.demo import views  # noqa: F401  the strip on the page "Today"
