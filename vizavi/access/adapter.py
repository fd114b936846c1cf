"""How allauth fits into the product."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from vizavi.jobs.mail import send_later


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and letters go through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letter = self.render_mail(template_prefix, email, context)
        send_later(email, letter.subject, letter.body)
