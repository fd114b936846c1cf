from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuplicatesConfig(AppConfig):
    name = "vizavi.duplicates"
    label = "duplicates"
    verbose_name = _("Duplicates")

    def ready(self) -> None:
        from vizavi.core import actions
        from vizavi.duplicates import forwards, spelling  # noqa: F401  what is derived of changes; it makes keys
        from vizavi.duplicates.unique import check_unique

        actions.rules.append(check_unique)
