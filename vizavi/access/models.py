"""People of the firm and its departments."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vizavi.core import columns
from vizavi.core.records import Journaled, JournaledQuerySet


class Department(Journaled):
    """A part of the firm; parts make a tree."""

    name = columns.Text(_("name"), max_length=200, indexed=True)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("part of")
    )

    def clean(self) -> None:
        """A department is not a part of itself, however far down."""
        from vizavi.access.policy import branch_of

        if self.pk and self.parent_id in branch_of(self.pk):
            raise ValidationError({"parent": _("It would be a part of itself.")})

    class Meta:
        verbose_name = _("Department")
        verbose_name_plural = _("Departments")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager.from_queryset(JournaledQuerySet)):  # type: ignore[misc]
    """Finds people by e-mail whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email__iexact=username)


def new_version() -> int:
    """A number that has not been before, not even in a transaction that was given up."""
    return secrets.randbits(62)


class User(AbstractBaseUser, Journaled):
    """Somebody who signs in."""

    ROLES = [
        ("administrator", _("Administrator")),
        ("director", _("Director")),
        ("head", _("Head of department")),
        ("manager", _("Manager")),
        ("readonly", _("Read-only")),
    ]
    #: Not data about the person, and not undone with them.
    unjournaled: ClassVar[frozenset[str]] = frozenset({"password", "last_login", "preferences", "rights_version"})

    email = models.EmailField(_("e-mail"), unique=True)
    name = columns.Text(pgettext_lazy("person", "name"), max_length=200, indexed=True)
    role = models.CharField(_("role"), max_length=20, choices=ROLES, default="manager")
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    #: Language, theme, density, sidebar: how this person likes the screens.
    preferences = models.JSONField(default=dict, blank=True, editable=False)
    #: Another one after every change of people or departments: what was looked up under the old one is worth nothing.
    rights_version = models.BigIntegerField(default=new_version, editable=False)

    objects: ClassVar[Any] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")

    def __str__(self) -> str:
        return self.name or self.email

    def in_use(self) -> str:
        """Whoever has signed in is there to stay; blocking is another thing."""
        return str(_("Has signed in since.")) if self.last_login else ""

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"


def digest(secret: str) -> str:
    """How a secret is stored: it is long and random, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Secret(models.Model):
    """Something that is shown once and kept as a hash. Not journaled: an undo must not bring a revoked one back."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class ApiToken(Secret):
    """A key to the API, with the rights of its user or fewer."""

    SCOPES = [("read", _("read")), ("write", _("read and write"))]

    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("rights"), max_length=10, choices=SCOPES, default="write")
    #: The first letters, to tell it from others.
    hint = models.CharField(max_length=12)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(cls, user: User, name: str, scope: str = "write") -> tuple[ApiToken, str]:
        """A new token and its secret, which nobody sees again."""
        secret = f"viz_{secrets.token_urlsafe(32)}"
        token = cls(user=user, name=name[:100], scope=scope, hint=secret[:8], digest=digest(secret))
        token.save()
        return token, secret

    @classmethod
    def lookup(cls, secret: str) -> tuple[User, frozenset[str]] | None:
        """Whose token this is and what it allows; None when it opens nothing. Writes nothing."""
        found = cls.objects.filter(digest=digest(secret), revoked_at=None).select_related("user").first()
        if found is None or not found.user.is_active or found.user.deleted_at is not None:
            return None
        return found.user, frozenset({"read", "write"} if found.scope == "write" else {"read"})


class SignInLink(Secret):
    """A link that signs one person in once: on the first run, by invitation, or instead of a forgotten password."""

    VALID = {"first": timedelta(hours=24), "invite": timedelta(days=7)}

    purpose = models.CharField(max_length=10)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} → {self.user}"

    @classmethod
    def make(cls, user: User, purpose: str) -> str:
        """A new link's path; older ones of the same purpose stop working."""
        cls.objects.filter(user=user, purpose=purpose, used_at=None).delete()
        secret = secrets.token_urlsafe(32)
        cls.objects.create(user=user, purpose=purpose, digest=digest(secret))
        return f"/in/{secret}/"

    @classmethod
    def find(cls, secret: str) -> SignInLink | None:
        """The link, while it opens anything."""
        found = cls.objects.filter(digest=digest(secret), used_at=None).select_related("user").first()
        if found is None or timezone.now() > found.created_at + cls.VALID[found.purpose]:
            return None
        return found if found.user.is_active and found.user.deleted_at is None else None

    def use(self) -> bool:
        """Take it, once: of two at the same moment one gets it."""
        return type(self).objects.filter(pk=self.pk, used_at=None).update(used_at=timezone.now()) == 1
