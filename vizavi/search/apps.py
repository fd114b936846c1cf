from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "vizavi.search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from vizavi.search import indexing, keys  # noqa: F401  their subscribers
