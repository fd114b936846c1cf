"""So many requests a minute for a token, so many failed sign-ins a minute for an address; counted in the shared cache.

A process counts by itself and tells the others every few requests, so that a read does not write to the database each
time. Two processes that add at the same moment may lose a few counts: the limit is a fence, not a bill.
"""

from __future__ import annotations

import os
import threading
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from vizavi.api.errors import ApiError

WINDOW = 60
#: A process tells its count after this part of the limit.
SHARE = 20
MOST_REMEMBERED = 5000


class Fence:
    """At most `limit` events a minute for each key."""

    def __init__(self, name: str, limit: int):
        self.name, self.limit = name, limit
        self._lock = threading.Lock()
        # {key: [number of the minute, known to all, ours that nobody knows yet]}
        self._counts: dict[str, list[int]] = {}

    def forget(self) -> None:
        """Begin afresh in this process, between tests."""
        with self._lock:
            self._counts.clear()

    def hit(self, key: str) -> int:
        """Count one event; the seconds to wait when it is one too many, else 0."""
        now = time.time()
        minute = int(now // WINDOW)
        with self._lock:
            if len(self._counts) > MOST_REMEMBERED:
                self._counts.clear()
            entry = self._counts.setdefault(key, [minute, 0, 0])
            if entry[0] != minute:
                entry[:] = [minute, 0, 0]
            entry[2] += 1
            over = entry[1] + entry[2] > self.limit
            # What is over the limit anyway is not told: a flood must not become a flood of writes.
            tell = 0 if entry[1] > self.limit or entry[2] < max(1, self.limit // SHARE) else entry[2]
        if tell:
            shared = self._tell(f"api:{self.name}:{minute}:{key}", tell)
            with self._lock:
                if entry[0] == minute:
                    entry[1], entry[2] = shared, entry[2] - tell
                    over = entry[1] + entry[2] > self.limit
        return int((minute + 1) * WINDOW - now) + 1 if over else 0

    @staticmethod
    def _tell(name: str, count: int) -> int:
        if cache.add(name, count, 2 * WINDOW):
            return count
        try:
            return cache.incr(name, count)
        except ValueError:  # culled between the two
            cache.set(name, count, 2 * WINDOW)
            return count


requests = Fence("requests", int(os.environ.get("VIZAVI_API_PER_MINUTE") or 1200))
failures = Fence("failures", 30)


def address_of(request: HttpRequest) -> str:
    """The visitor's address, believing as many proxies as the settings name."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies][:60]
    return str(request.META.get("REMOTE_ADDR", ""))


def count(fence: Fence, key: str) -> None:
    """Count one event. Raises 429 with `Retry-After` when it is one too many."""
    wait = fence.hit(key)
    if wait:
        raise ApiError(
            429,
            "too_many_requests",
            _("Too many requests. Try again in %(seconds)s s.") % {"seconds": wait},
            headers={"Retry-After": str(wait)},
        )
