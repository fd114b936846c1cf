from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SetupConfig(AppConfig):
    name = "vizavi.setup"
    label = "setup"
    verbose_name = _("Settings")

    def ready(self) -> None:
        from vizavi.setup import menu, onboarding, people, personal  # noqa: F401  what they add to every page
