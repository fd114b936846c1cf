from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "vizavi.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from vizavi.access import rules, shell  # noqa: F401  their subscriptions
        from vizavi.access.models import ApiToken
        from vizavi.access.policy import Policy
        from vizavi.api.tokens import register_token_lookup
        from vizavi.core import door

        door.register(Policy())
        register_token_lookup(ApiToken.lookup)
