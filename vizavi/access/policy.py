"""The policy behind the door: roles, scopes, departments."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from vizavi.access import presets
from vizavi.core import door
from vizavi.core.door import FieldAccess, Verdict
from vizavi.core.entity import Entity, registry
from vizavi.core.fields import AboutField
from vizavi.core.records import Journaled

#: Up to so many owners each get a branch of their own, which an index by owner and date serves in order.
OWN_BRANCHES = 12
#: What was looked up in this process: {user: (version of rights, {scope: owners, (role, entity, action): branches})}.
_kept: dict[int, tuple[int, dict[Any, Any]]] = {}


class Policy:
    """Who may do what: by role, over the owners in scope. Implements `core.door.Policy`."""

    def branches(self, user: Any, entity: Entity, action: str) -> list[Q]:
        if not is_known(user):
            return []
        own = entity.rows_for(user, action)
        if own is not None:
            return own
        if entity.within:
            return [Q(**{f"{f.name}__in": rows.values("pk")}) for f, rows in self._wholes(user, entity, action)]
        if not entity.has_owner:
            return [Q()] if self._administers(user, entity, action) else []
        owners = scope_owners(user, action)
        if owners is None:
            return [Q()]
        known, key = _known(user), (user.role, entity.name, action)
        if key not in known:
            known[key] = self._owned(user, entity, action, owners)
        return list(known[key])

    def _owned(self, user: Any, entity: Entity, action: str, owners: frozenset[int]) -> list[Q]:
        ids = sorted(owners, key=lambda pk: (pk != user.pk, pk))
        found = [Q(owner=pk) for pk in ids] if len(ids) <= OWN_BRANCHES else [Q(owner__in=ids)]
        if ids and entity.pool and action in (door.SEE, door.CHANGE):
            found.append(Q(owner=None))
        return [*found, *self._about(user, entity)] if action == door.SEE and ids else found

    @staticmethod
    def _wholes(user: Any, entity: Entity, action: str) -> list[tuple[Any, Any]]:
        """The relations of a part, each with the records of which this person may treat the parts so."""
        on = door.CHANGE if action in (door.CREATE, door.DELETE) else action
        fields = [entity.fields[name] for name in entity.within]
        return [(f, f.target.model.objects.reach_of(user, on)) for f in fields]

    def _about(self, user: Any, entity: Entity) -> list[Q]:
        """Whoever sees a record sees what is about it: its notes and files."""
        return [
            f.linked_in(other, other.model.objects.visible_to(user).values("pk"))
            for f in entity.linked
            if isinstance(f, AboutField)
            for other in registry
            if other.has_owner and not other.linked_about
        ]

    def can(self, user: Any, action: str, entity: Entity, record: Journaled | None) -> Verdict:
        if not is_known(user):
            return Verdict(False, _("Sign in first."))
        if entity.rows_for(user, action) is not None:
            mine = record is None or record.pk is None or self._reaches(user, entity, action, record.pk)
            return Verdict(mine, "" if mine else _("Only its owner or an administrator may do this."))
        if entity.within:
            return self._can_within(user, action, entity, record)
        if not entity.has_owner:
            # Whoever may write records at all may also coin a tag for them.
            coins = entity.open and action == door.CREATE and presets.scope_of(user.role, action) != presets.NONE
            allowed = coins or self._administers(user, entity, action)
            return Verdict(allowed, "" if allowed else _("Only administrators may do this."))
        owners = scope_owners(user, action)
        if owners is None:
            return Verdict(True)
        if not owners:
            return Verdict(False, _("Your role, %(role)s, does not allow this.") % {"role": user.get_role_display()})
        if record is None or record.owner_id in owners:  # type: ignore[attr-defined]
            return Verdict(True)
        if entity.pool and record.owner_id is None and action in (door.SEE, door.CREATE, door.CHANGE):  # type: ignore[attr-defined]
            return Verdict(True)
        return Verdict(False, reason_for(presets.scope_of(user.role, action)))

    def _can_within(self, user: Any, action: str, entity: Entity, record: Journaled | None) -> Verdict:
        on = door.CHANGE if action in (door.CREATE, door.DELETE) else action
        if record is None:
            verdicts = [self.can(user, on, entity.fields[name].target, None) for name in entity.within]
            return next((v for v in verdicts if v), verdicts[0])
        for f, rows in self._wholes(user, entity, action):
            if (pk := f.value(record)) is not None and rows.filter(pk=pk).exists():
                return Verdict(True)
        return Verdict(False, _("You may do this only with what you may change yourself."))

    def fields(self, user: Any, entity: Entity) -> FieldAccess:
        if not is_known(user):
            return FieldAccess(hidden=frozenset(entity.fields))
        return FieldAccess(readonly=frozenset() if user.role == "administrator" else entity.reserved)

    def grants(self, user: Any, grant: str) -> bool:
        return is_known(user) and grant in presets.GRANTS.get(user.role, ())

    def owners(self, user: Any, entity: Entity) -> frozenset[int] | None:
        if not is_known(user):
            return frozenset()
        owners = scope_owners(user, door.SEE) if entity.has_owner else None
        return owners | {0} if owners and entity.pool else owners

    def colleagues(self, user: Any) -> frozenset[int]:
        if not is_known(user):
            return frozenset()
        return _of_scope(user, presets.DEPARTMENT)

    @staticmethod
    def _reaches(user: Any, entity: Entity, action: str, pk: int) -> bool:
        return bool(entity.model.objects.reach_of(user, action).filter(pk=pk).exists())

    @staticmethod
    def _administers(user: Any, entity: Entity, action: str) -> bool:
        """Administrator's data is seen by everybody who is signed in, and changed by administrators."""
        return user.role == "administrator" or action == door.SEE


def is_known(user: Any) -> bool:
    """Somebody who may be here at all: signed in, not blocked, not deleted."""
    return bool(
        user is not None and getattr(user, "is_authenticated", False) and user.is_active and user.deleted_at is None
    )


def reason_for(scope: str) -> str:
    """Whose records an action reaches, said to somebody who wanted another's."""
    if scope == presets.OWN:
        return _("You may do this only with records that you are responsible for.")
    return _("You may do this only with the records of your department.")


def scope_owners(user: Any, action: str) -> frozenset[int] | None:
    """Ids of the owners whose records this action reaches; None for everybody's.

    The scope follows the owners' present departments. It is kept in the process until the user's version of rights is
    another one.
    """
    scope = presets.scope_of(user.role, action)
    if scope == presets.ALL:
        return None
    if scope == presets.NONE:
        return frozenset()
    return _of_scope(user, scope)


def _of_scope(user: Any, scope: str) -> frozenset[int]:
    known = _known(user)
    if scope not in known:
        known[scope] = frozenset({user.pk, *_colleagues(user, scope)})
    return known[scope]


def _known(user: Any) -> dict[Any, Any]:
    """What is known of this user's scopes, until the version of the rights is another one."""
    kept = _kept.get(user.pk)
    if kept is None or kept[0] != user.rights_version:
        kept = _kept[user.pk] = (user.rights_version, {})
    return kept[1]


def forget(user: Any) -> None:
    """Look the scopes of this user up afresh."""
    _kept.pop(user.pk, None)


def _colleagues(user: Any, scope: str) -> list[int]:
    if scope == presets.OWN or user.department_id is None:
        return []
    from vizavi.access.models import User

    departments = {user.department_id} if scope == presets.DEPARTMENT else branch_of(user.department_id)
    return list(User.objects.filter(department__in=departments).values_list("pk", flat=True))


def branch_of(department: int) -> set[int]:
    """A department and everything under it. A firm has dozens of them, so the tree is read whole."""
    from vizavi.access.models import Department

    children: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.alive().values_list("pk", "parent"):
        children.setdefault(parent, []).append(pk)
    found: set[int] = set()
    waiting = [department]
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting += children.get(pk, [])
    return found
