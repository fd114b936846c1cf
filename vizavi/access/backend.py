"""Who may sign in at all."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

PATH = "vizavi.access.backend.Backend"


class Backend(AuthenticationBackend):
    """By e-mail and password. Neither a blocked person nor one in the recycle bin; both also lose their sessions."""

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.is_active and user.deleted_at is None)
