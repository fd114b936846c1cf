"""The one door. Core knows only this protocol; `access` implements it. With no policy registered nothing is visible.

Rows are fetched through `visible_to(user)`, which asks `branches`; fields through `fields`; verbs through `can`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.records import Journaled

SEE, CREATE, CHANGE, DELETE, EXPORT, IMPORT = "see", "create", "change", "delete", "export", "import"
#: Grants beside the records: to be told that a hidden record resembles what one types (its kind and owner, no more).
HINTS = "duplicate_hints"
ACTIONS = (SEE, CREATE, CHANGE, DELETE, EXPORT, IMPORT)


@dataclass(frozen=True)
class Verdict:
    """Yes, or no with a reason that a person can read."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class FieldAccess:
    """Which fields of an entity a person may not see, and which they may see but not write."""

    hidden: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()

    def sees(self, name: str) -> bool:
        return name not in self.hidden

    def writes(self, name: str) -> bool:
        return name not in self.hidden and name not in self.readonly


class Policy(Protocol):
    """What `access` promises to core. `user` is a user row, or None for somebody who is not signed in."""

    def branches(self, user: Any, entity: Entity, action: str) -> list[Q]:
        """Conditions whose union is the set of rows; `[]` for no row, `[Q()]` for all of them.

        They come as a list, not as one OR, because a page takes LIMIT from each branch by its own index.
        """

    def can(self, user: Any, action: str, entity: Entity, record: Journaled | None) -> Verdict:
        """May this person do this to this record, or (without a record) to any at all?"""

    def fields(self, user: Any, entity: Entity) -> FieldAccess:
        """The field policy of this person for this entity."""

    def grants(self, user: Any, grant: str) -> bool:
        """Does this person have a right that is not over records?"""

    def owners(self, user: Any, entity: Entity) -> frozenset[int] | None:
        """Owners whose records this person sees, for the search index; None for everybody's, 0 for nobody's."""

    def colleagues(self, user: Any) -> frozenset[int]:
        """The people of this person's department, the person included."""


class Closed:
    """The policy while none is registered: nothing is visible, nothing may be done."""

    def branches(self, user: Any, entity: Entity, action: str) -> list[Q]:
        return []

    def can(self, user: Any, action: str, entity: Entity, record: Journaled | None) -> Verdict:
        return Verdict(False, "no policy")

    def fields(self, user: Any, entity: Entity) -> FieldAccess:
        return FieldAccess(hidden=frozenset(entity.fields))

    def grants(self, user: Any, grant: str) -> bool:
        return False

    def owners(self, user: Any, entity: Entity) -> frozenset[int] | None:
        return frozenset()

    def colleagues(self, user: Any) -> frozenset[int]:
        return frozenset()


policy: Policy = Closed()


def register(new: Policy) -> None:
    """Put a policy behind the door; `access` does it at start-up, tests may."""
    global policy
    policy = new


def branches(user: Any, entity: Entity, action: str = SEE) -> list[Q]:
    return policy.branches(user, entity, action)


def can(user: Any, action: str, entity: Entity, record: Journaled | None = None) -> Verdict:
    return policy.can(user, action, entity, record)


def fields(user: Any, entity: Entity) -> FieldAccess:
    return policy.fields(user, entity)


def grants(user: Any, grant: str) -> bool:
    return policy.grants(user, grant)


def owners(user: Any, entity: Entity) -> frozenset[int] | None:
    return policy.owners(user, entity)


def colleagues(user: Any) -> frozenset[int]:
    return policy.colleagues(user)


def union(conditions: Iterable[Q]) -> Q:
    """The OR form of branches, good for testing single records and small sets; never for a page of a large table."""
    found = list(conditions)
    if not found:
        return Q(pk__in=[])
    if any(not q for q in found):
        return Q()
    result = found[0]
    for q in found[1:]:
        result |= q
    return result
