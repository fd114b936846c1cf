"""What an import comes to, and what in it looks wrong although it is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from vizavi.core.entity import Entity
from vizavi.core.fields import Field, PhonesField
from vizavi.core.records import Journaled
from vizavi.exchange.matching import Known
from vizavi.exchange.rows import Row

#: What is counted: rows by what became of them, and among those that were taken the doubtful ones.
COUNTS = ("created", "updated", "skipped", "rejected", "doubtful")


@dataclass
class Report:
    """What an import does or would do: counts, what is made beside the records themselves, the first refused and doubtful
    rows."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    rejected: int = 0
    doubtful: int = 0
    rows: int = 0
    beside: dict[str, int] = field(default_factory=dict)
    problems: list[Row] = field(default_factory=list)
    #: The first rows that are taken but look wrong.
    doubts: list[Row] = field(default_factory=list)


@dataclass
class Sorted:
    """What the rows of a chunk come to."""

    fresh: list[tuple[Row, Known]] = field(default_factory=list)
    #: Records of related entities that have to be made first.
    beside: dict[str, list[Known]] = field(default_factory=dict)
    #: Records that are there and change: {relation, or "" for the row's own: records}.
    changed: dict[str, dict[int, Known]] = field(default_factory=dict)
    updated: int = 0
    skipped: list[tuple[Row, Known | None]] = field(default_factory=list)
    #: Rows that are taken although something in them looks wrong.
    doubtful: list[tuple[Row, Known]] = field(default_factory=list)
    #: Relations to set when the other record has its id: (record, relation, the other, role).
    links: list[tuple[Known, Any, Known, str]] = field(default_factory=list)


def doubts(entity: Entity, record: Journaled, names: Iterable[str]) -> list[tuple[Field, str]]:
    """What looks wrong in these values of a record but is accepted: what the record itself warns of (`Record.warnings`), and
    telephone numbers that cannot be dialled from anywhere."""
    names = set(names)
    found = [(entity.fields[n], " ".join(texts)) for n, texts in record.warnings().items() if n in names]
    for f in entity.reach:
        if f.name in names and isinstance(f, PhonesField):
            wrong = [item["value"] for item in f.value(record) or () if not item.get("e164")]
            if wrong:
                found.append(
                    (f, _("%(numbers)s does not look like a telephone number.") % {"numbers": ", ".join(wrong)})
                )
    return found
