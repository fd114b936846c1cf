"""The firm's settings as everybody reads them, and the value of a sum in its base currency."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone, translation

from vizavi.core.models import Firm

_SECONDS = 2.0
_cached: tuple[float, Firm] | None = None


def firm() -> Firm:
    """The firm, read at most every two seconds in a process; the defaults before the first set-up."""
    global _cached
    now = time.monotonic()
    if _cached is None or now - _cached[0] > _SECONDS:
        try:
            row = Firm.objects.order_by("pk").first()
        except DatabaseError:  # before the first migration, for commands that only print help
            row = None
        _cached = (now, row or Firm())
    return _cached[1]


def forget() -> None:
    """Read the firm afresh next time: after a change, between tests."""
    global _cached
    _cached = None


def language_of(user: Any, *others: str | None) -> str:
    """The language of a person, else the first of the others that we speak, else the firm's."""
    wanted = (getattr(user, "preferences", {}).get("language"), *others, firm().language)
    return next((code for code in wanted if code in dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)


def zone_of(user: Any) -> zoneinfo.ZoneInfo:
    """The time zone of a person, else the firm's."""
    try:
        return zoneinfo.ZoneInfo(getattr(user, "preferences", {}).get("time_zone") or firm().time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


@contextmanager
def speaking_to(user: Any) -> Iterator[None]:
    """In the language and the time zone of a person (None: the firm's): what no request has settled, a job or a command."""
    with translation.override(language_of(user)), timezone.override(zone_of(user)):
        yield


def in_base(amount: Decimal | None, currency: str) -> Decimal | None:
    """The sum in the base currency, None while no rate is known. Only the base currency itself has a rate so far."""
    if amount is None or (currency or firm().base_currency) != firm().base_currency:
        return None
    return amount
