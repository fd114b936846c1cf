"""What a firm lets no two records of a kind share."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.firm import firm
from vizavi.core.models import Firm, ReachKey
from vizavi.core.records import Journaled, unrestricted
from vizavi.search.keys import keys_of_record


def check_unique(entity: Entity, record: Journaled, names: Collection[str]) -> None:
    """What the firm lets no two records of a kind share (`Firm.unique`). Raises `Invalid` by field.

    Inside a transaction nobody else can take the same key before it ends.
    """
    kinds = [k for k in entity.unique if k in firm().unique and set(entity.duplicates[k]) & set(names)]
    keys = {key[:3]: key for key in keys_of_record(entity, record) if key.kind in kinds} if kinds else {}
    if not keys:
        return
    if transaction.get_connection().in_atomic_block:
        list(Firm.objects.select_for_update().values_list("pk"))
    held = ReachKey.objects.filter(entity=entity.name, kind__in=kinds, key__in=[key.key for key in keys.values()])
    rows = [row for row in held.exclude(record_id=record.pk or 0) if (row.kind, row.key, row.detail) in keys]
    with unrestricted("only whether another live record has the key"):
        there = entity.model.objects.alive().filter(pk__in=[row.record_id for row in rows])
        live = set(there.values_list("pk", flat=True)) if rows else set()
    taken = {(row.kind, row.key, row.detail) for row in rows if row.record_id in live}
    if taken:
        message = _("There is such a record already, and this firm does not want a second one.")
        raise Invalid({keys[found].field: [message] for found in taken})
