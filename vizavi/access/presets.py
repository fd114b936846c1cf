"""What each role may do, as data: a scope for every action. The administration of roles replaces these by rows."""

from __future__ import annotations

from vizavi.core.door import CHANGE, CREATE, DELETE, EXPORT, HINTS, IMPORT, SEE

#: Scopes, from the narrowest: whose records an action reaches.
NONE, OWN, DEPARTMENT, BRANCH, ALL = "none", "own", "department", "branch", "all"

#: {role: {action: scope}} for every entity that has an owner.
PRESETS: dict[str, dict[str, str]] = {
    "administrator": {SEE: ALL, CREATE: ALL, CHANGE: ALL, DELETE: ALL, EXPORT: ALL, IMPORT: ALL},
    "director": {SEE: ALL, CREATE: ALL, CHANGE: ALL, DELETE: ALL, EXPORT: ALL, IMPORT: ALL},
    "head": {SEE: BRANCH, CREATE: BRANCH, CHANGE: BRANCH, DELETE: BRANCH, EXPORT: BRANCH, IMPORT: BRANCH},
    "manager": {SEE: DEPARTMENT, CREATE: OWN, CHANGE: OWN, DELETE: OWN, EXPORT: OWN, IMPORT: OWN},
    "readonly": {SEE: DEPARTMENT, CREATE: NONE, CHANGE: NONE, DELETE: NONE, EXPORT: NONE, IMPORT: NONE},
}

#: {role: rights that are not over records}.
GRANTS: dict[str, frozenset[str]] = {role: frozenset({HINTS}) for role in PRESETS}


def scope_of(role: str, action: str) -> str:
    """The scope of a role for an action; an unknown role may do nothing."""
    return PRESETS.get(role, {}).get(action, NONE)
