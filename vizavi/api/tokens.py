"""Who calls: a bearer token, looked up by whoever keeps tokens, and what its scopes allow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from vizavi.api.errors import ApiError
from vizavi.core.entity import Entity
from vizavi.core.errors import Refused
from vizavi.core.reading import Reader

READ, WRITE = "read", "write"

#: The person and the scopes of a secret; None for one that is unknown, revoked or expired, or whose person is blocked.
Lookup = Callable[[str], tuple[Any, Iterable[str]] | None]
_lookup: Lookup | None = None


def register_token_lookup(lookup: Lookup) -> Lookup:
    """Teach the API how to find a token; `access` does it at start-up. The last one registered counts.

    Scopes are `read` and `write` for everything, `read:<plural>` and `write:<plural>` for one kind of record. To write
    includes to read.
    """
    global _lookup
    _lookup = lookup
    return lookup


@dataclass(frozen=True)
class Caller:
    """A person through one token."""

    user: Any
    scopes: frozenset[str]
    #: Tells tokens apart in the throttle without keeping the secret.
    fingerprint: str

    def may(self, scope: str, entity: Entity | None = None) -> bool:
        """Whether the token's scopes allow it; what the person may do is the door's question."""
        wanted = {WRITE} if scope == WRITE else {READ, WRITE}
        if entity is not None:
            wanted |= {f"{name}:{entity.plural}" for name in set(wanted)}
        return bool(wanted & self.scopes)


def caller_of_secret(secret: str) -> Caller | None:
    """The caller behind a secret, None when it opens nothing."""
    found = _lookup(secret) if _lookup is not None and secret else None
    if found is None:
        return None
    user, scopes = found
    return Caller(user, frozenset(scopes), hashlib.sha256(secret.encode()).hexdigest()[:24])


def secret_of(request: HttpRequest) -> str:
    """The token that was sent, `""` for none. Any other scheme than Bearer opens nothing."""
    scheme, _space, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def need(request: HttpRequest, scope: str, entity: Entity | None = None) -> Reader:
    """The reader behind this request. Raises `Refused` when the token was not made for that."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        raise ApiError(401, "unauthorized", _("Send a token in the Authorization header."))
    if not caller.may(scope, entity):
        wanted = scope if entity is None else f"{scope}:{entity.plural}"
        raise Refused(_("This token has no scope “%(scope)s”.") % {"scope": wanted})
    return Reader(caller.user)
