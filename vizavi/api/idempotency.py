"""`Idempotency-Key`: the same key with the same request gets the same answer, and the act happens once.

The key is written in the transaction of the act itself. So there is no half-way state after a crash, and of two
requests at once the second waits for the first: on PostgreSQL at the unique index, on SQLite at the one write lock.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vizavi.api.errors import ApiError
from vizavi.api.models import KeptAnswer

KEEP = timedelta(days=1)
LONGEST = 200
_HEADERS = ("Location", "ETag", "Operation-Id")


class _Taken(Exception):
    """The key has been used before."""


def digest_of(request: HttpRequest, content: bytes) -> str:
    """What makes two requests the same: method, address and content."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    found.update(content)
    return found.hexdigest()


def once(request: HttpRequest, user: Any, content: bytes, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Act, unless this person has sent the same request under the same key within a day: then the answer of that time.

    What fails is not kept: a request that was refused can be mended and sent again under its key. Raises 422 when the
    key was used for another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise ApiError(400, "bad_request", _("An Idempotency-Key is 1 to %(most)s characters.") % {"most": LONGEST})
    digest = digest_of(request, content)
    for _attempt in range(3):
        kept = KeptAnswer.objects.filter(user=user, key=key).first()
        if kept is not None and kept.at < timezone.now() - KEEP:
            KeptAnswer.objects.filter(pk=kept.pk).delete()
        elif kept is not None:
            return _repeat(kept, digest)
        try:
            return _act(user, key, digest, act)
        except _Taken:
            continue
    raise ApiError(409, "in_progress", _("A request with this key is being worked on."), headers={"Retry-After": "1"})


def _act(user: Any, key: str, digest: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(user=user, key=key, digest=digest)
        except IntegrityError:
            raise _Taken from None
        response = act()
        kept.status, kept.body = response.status_code, response.content.decode()
        kept.headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        kept.save()
    if random.random() < 0.01:  # noqa: S311  housekeeping, so that the table stays small without a schedule
        purge()
    return response


def _repeat(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        raise ApiError(422, "key_reused", _("This Idempotency-Key was used for another request."))
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return HttpResponse(kept.body, status=kept.status, headers=headers, content_type="application/json")


def purge() -> int:
    """Forget answers older than a day; how many there were."""
    return KeptAnswer.objects.filter(at__lt=timezone.now() - KEEP).delete()[0]
