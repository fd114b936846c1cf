from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DictionariesConfig(AppConfig):
    name = "vizavi.dictionaries"
    label = "dictionaries"
    verbose_name = _("Dictionaries")

    def ready(self) -> None:
        from vizavi.dictionaries import actions

        # The end of a migration is Django's to tell, and it tells it by a signal.
        post_migrate.connect(actions.ship, sender=self, dispatch_uid="dictionaries.ship")
