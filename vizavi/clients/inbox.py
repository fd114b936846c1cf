"""Which leads wait to be worked on."""

from __future__ import annotations

from django.db.models import Q

from vizavi.clients.dictionaries import LEAD_STATUSES, NEW
from vizavi.core import pages
from vizavi.core.entity import registry
from vizavi.core.pages import Page
from vizavi.core.reading import Reader


def page_of_new(reader: Reader, *, after: str = "", limit: int = 50) -> Page:
    """New leads that are nobody's or this person's own, the oldest first. Raises `Invalid` for a damaged cursor."""
    where = Q(status__in=LEAD_STATUSES.keys_of(NEW)) & (Q(owner=None) | Q(owner=reader.user.pk))
    return pages.page(registry["lead"], reader, where, sort="created_at", after=after, limit=limit, narrow=True)
