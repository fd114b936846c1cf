"""The card of files on a record page."""

from __future__ import annotations

from typing import Any

from vizavi.core import door
from vizavi.core.entity import Entity
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.files.store import files_of


def card(entity: Entity, record: Journaled, reader: Reader) -> dict[str, Any]:
    """What `files/card.html` needs."""
    return {
        "rows": [
            {"id": f.pk, "name": f.name, "size": f.size, "url": f"/files/{f.pk}/"} for f in files_of(entity, record)
        ],
        "upload_url": f"{entity.url(record.pk)}_files/",
        "may_change": bool(door.can(reader.user, door.CHANGE, entity, record)),
    }
