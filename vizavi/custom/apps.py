from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomConfig(AppConfig):
    name = "vizavi.custom"
    label = "custom"
    verbose_name = _("Custom fields")

    def ready(self) -> None:
        from vizavi.core import shape
        from vizavi.custom import shapes

        shape.register(shapes)
