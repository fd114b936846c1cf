"""The whole tree in which a record stands, on its page: for entities whose declaration names a `tree` relation."""

from __future__ import annotations

from typing import Any

from vizavi.core import door
from vizavi.core.entity import Entity
from vizavi.core.fold import fold
from vizavi.core.reading import Reader
from vizavi.core.records import Journaled
from vizavi.screens.dialect import above, below
from vizavi.screens.offers import Panel, panel

#: A larger tree is cut off here; the list shows the rest.
MOST = 200


@panel("right")
def tree(entity: Entity, record: Journaled, reader: Reader) -> Panel | None:
    """The head, its branches and theirs, as far as this person sees them; the record of the page is marked."""
    if not entity.tree or not reader.access(entity).sees(entity.tree):
        return None
    f = entity.fields[entity.tree]
    rows = entity.model.objects.visible_to(reader.user)
    top: Any = record
    if f.value(record) is not None:
        line = {r.pk: r for r in rows.filter(above(entity.model, entity.tree, record.pk))}
        while (up := line.pop(f.value(top), None)) is not None:
            top = up
    found = {r.pk: r for r in rows.filter(below(entity.model, entity.tree, top.pk, MOST + 1))}
    reader.learn(entity, found.values())
    under: dict[int, list[Any]] = {}
    for r in sorted(found.values(), key=lambda r: fold(str(r)))[:MOST]:
        under.setdefault(f.value(r), []).append(r)

    def node(r: Any) -> dict[str, Any]:
        # What hangs under something hidden is never reached: it would tell that the hidden is there.
        branches = [node(b) for b in under.get(r.pk, ()) if b.pk != top.pk]
        return {"ref": reader.ref(entity, r.pk), "current": r.pk == record.pk, "under": branches}

    may_create = door.can(reader.user, door.CREATE, entity) and reader.access(entity).writes(f.name)
    context = {
        "entity": entity,
        "root": node(top),
        "alone": len(found) == 1,
        "create_url": f"/_quick/{entity.plural}/?{f.name}={record.pk}" if may_create and not entity.admin else "",
        "all_url": f"{entity.url()}?{f.name}={top.pk}" if len(found) > MOST else "",
    }
    return Panel("screens/tree.html", context)
