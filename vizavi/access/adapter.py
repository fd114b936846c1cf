"""How allauth fits into the product."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext as _

from vizavi.core.firm import firm
from vizavi.jobs.mail import send_later


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and letters go through the outbox in our words."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        # The whole row would be written by the journal only; a password is no data of the firm.
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        if user is not None and getattr(user, "deleted_at", None) is not None:
            return
        if template_prefix == "account/email/password_reset_key":
            words = {"firm": firm().name, "url": context["password_reset_url"]}
            text = _(
                "Somebody, we hope it was you, asked for a new password for “%(firm)s”.\n\n"
                "Choose it here: %(url)s\n\nIf it was not you, do nothing: your password stays as it is."
            )
            send_later(email, _("New password for “%(firm)s”") % words, text % words)
            return
        letter = self.render_mail(template_prefix, email, context)
        send_later(email, letter.subject, letter.body)
