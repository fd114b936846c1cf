"""Saved views as records: journaled, guarded by a rule of their own, served by the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vizavi.core import door
from vizavi.core.entity import Entity, register, registry
from vizavi.lists.models import ALL, DEPARTMENT, PRIVATE, View


@register
class ViewEntity(Entity):
    model = View
    plural = "views"
    icon = "list"
    pages = False
    columns = "name kind audience owner"
    sort = "name"
    reserved = frozenset({"default_for"})
    sections = {_("View of a list"): "name kind icon tone query audience default_for owner"}

    def rows_for(self, user: Any, action: str) -> list[Q] | None:
        """One's own, and those shared with one; an administrator may change whatever is shared."""
        if action == door.CREATE:
            return [Q()]
        if door.can(user, door.CHANGE, registry["firm"]):
            return [Q(owner=user.pk) | ~Q(audience=PRIVATE)]
        mine = Q(owner=user.pk)
        if action in (door.SEE, door.EXPORT):
            return [mine | Q(audience=ALL) | Q(audience=DEPARTMENT, owner__in=door.colleagues(user))]
        return [mine]
