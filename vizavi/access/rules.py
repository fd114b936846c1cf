"""What must hold over all people, whichever way they are changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from vizavi.core.errors import Refused
from vizavi.core.journal.operation import Changed, Op, on_change
from vizavi.core.models import Change
from vizavi.core.records import writing


@on_change
def somebody_administers(op: Op, changed: Sequence[Changed]) -> None:
    """Form, bulk change, API, undo: none takes the last administrator away. Raises `Refused`; nothing is written."""
    from vizavi.access.models import User

    if not any(takes_away(one) for one in changed):
        return
    if not User.objects.alive().filter(role="administrator", is_active=True).exists():
        raise Refused(_("Somebody must remain who may administer: make another administrator first."))


def takes_away(one: Changed) -> bool:
    """May this change have made the administrators fewer?"""
    if one.entity.name != "user":
        return False
    was = one.diff.get("role", [getattr(one.record, "role", "")])[0]
    if one.action == Change.UPDATE:
        return was == "administrator" and bool({"role", "is_active"} & set(one.diff))
    return was == "administrator" and one.action in (Change.DELETE, Change.PURGE)


@on_change
def look_rights_up_afresh(op: Op, changed: Sequence[Changed]) -> None:
    """Whose records somebody reaches follows people and departments, and counts from the next request on, everywhere."""
    from vizavi.access.models import User, new_version

    people = (c for c in changed if c.entity.name == "user" and c.touches("role", "department", "is_active"))
    if any(people) or any(c.entity.name == "department" for c in changed):
        with writing():
            User.objects.update(rights_version=new_version())
