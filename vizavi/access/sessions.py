"""Where people are signed in, and forgetting what opens nothing any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from vizavi.access.models import SignInLink

#: A link that was used or has grown old is remembered so long, so that it can say what has become of it.
LINK_DAYS = 30


def sessions_of(user: Any) -> list[UserSession]:
    """Sessions that still let this person in, newest first: neither run out nor ended by a new password.

    Writes nothing, unlike allauth's own list: what has ended is swept by `forget_old`.
    """
    known = {s.session_key: s for s in UserSession.objects.filter(user=user)}
    rows = Session.objects.filter(session_key__in=list(known), expire_date__gt=timezone.now())
    valid = user.get_session_auth_hash()
    found = [
        known[row.session_key]
        for row in rows
        if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), valid)
    ]
    return sorted(found, key=lambda s: s.created_at, reverse=True)


def forget_old() -> None:
    """Sweep sessions and links that open nothing."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    SignInLink.objects.filter(created_at__lt=now - timedelta(days=LINK_DAYS)).delete()
