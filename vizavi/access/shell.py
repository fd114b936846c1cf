"""Who can help somebody whom the door refuses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vizavi.access.models import User
from vizavi.ui import context_provider

#: So many administrators are named.
MOST = 3


@context_provider
def helpers(request: HttpRequest) -> dict[str, Any]:
    """`helpers(owner_id)`: asked only by the pages that refuse, so that others do not pay for it."""
    user = getattr(request, "user", None)
    return {"helpers": who_helps} if user is not None and user.is_authenticated else {}


def who_helps(owner_id: int | None = None) -> list[dict[str, Any]]:
    """The person responsible for the record, then administrators: name, e-mail, role in words."""
    active = User.objects.alive().filter(is_active=True)
    people = list(active.filter(pk=owner_id)) if owner_id else []
    people += list(active.filter(role="administrator").exclude(pk=owner_id).order_by("pk")[:MOST])
    return [{"id": p.pk, "name": str(p), "email": p.email, "role": p.get_role_display()} for p in people]
