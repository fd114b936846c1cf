from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CustomConfig(AppConfig):
    name = "vizavi.custom"
    label = "custom"
    verbose_name = _("Custom fields")

    def ready(self) -> None:
        from vizavi.core import shape
        from vizavi.custom import shapes

        shape.register(shapes)
        # The end of a migration is Django's to tell, and it tells it by a signal.
        post_migrate.connect(index_again, sender=self, dispatch_uid="custom.index_again")


def index_again(**_said: Any) -> None:
    """SQLite makes a table anew to alter it, and forgets the indexes that no model names."""
    from vizavi.custom.models import CustomField
    from vizavi.custom.tasks import index_values

    if CustomField.objects.exists():
        index_values.enqueue()
