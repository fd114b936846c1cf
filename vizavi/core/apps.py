from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "vizavi.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from vizavi.core import derived  # noqa: F401  its subscribers
        from vizavi.core.entity import registry

        registry.discover()
