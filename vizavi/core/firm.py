"""The firm's settings as everybody reads them, and the value of a sum in its base currency."""

from __future__ import annotations

import time
from decimal import Decimal

from django.db import DatabaseError

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


def in_base(amount: Decimal | None, currency: str) -> Decimal | None:
    """The sum in the base currency, None while no rate is known. Only the base currency itself has a rate so far."""
    if amount is None or (currency or firm().base_currency) != firm().base_currency:
        return None
    return amount
