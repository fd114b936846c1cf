from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MovingConfig(AppConfig):
    name = "vizavi.moving"
    label = "moving"
    verbose_name = _("Moving in and going out")

    def ready(self) -> None:
        from vizavi.moving import offers, tasks  # noqa: F401
