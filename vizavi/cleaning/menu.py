"""What cleaning adds to the pages of records and to lists: the way to merging."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from vizavi.cleaning import worklist
from vizavi.core import door
from vizavi.core.entity import Entity
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.duplicates.merging import MOST
from vizavi.lists.offers import ManyOffer, offer_many
from vizavi.screens import shell
from vizavi.screens.offers import Offer, offer


def work_list(user: Any) -> Iterable[tuple[str, str, str]]:
    """The place of duplicates in the sidebar, for those who may clear them up."""
    if worklist.places(user):
        yield "/duplicates/", _("Duplicates"), "copy"


shell.bottom_places.append(work_list)


@offer()
def merge_this(record: Journaled, reader: Reader) -> Iterable[Offer]:
    """In the menu of a record that this person may change."""
    entity = record.entity()
    if entity.duplicates and door.can(reader.user, door.CHANGE, entity, record):
        yield Offer(_("Merge…"), f"{entity.url()}merge/?ids={record.pk}", "merge", link=True)


@offer_many
def merge_these(entity: Entity, reader: Reader) -> Iterable[ManyOffer]:
    """In the bar of a list, while two to five are ticked."""
    if entity.duplicates and door.can(reader.user, door.CHANGE, entity) and door.can(reader.user, door.DELETE, entity):
        yield ManyOffer(_("Merge"), f"{entity.url()}merge/", "merge", least=2, most=MOST)
