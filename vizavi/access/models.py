"""People of the firm and its departments."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns
from vizavi.core.records import Journaled, JournaledQuerySet


class Department(Journaled):
    """A part of the firm; parts make a tree."""

    name = columns.Text(_("name"), max_length=200, indexed=True)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("part of")
    )

    class Meta:
        verbose_name = _("Department")
        verbose_name_plural = _("Departments")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager.from_queryset(JournaledQuerySet)):  # type: ignore[misc]
    """Finds people by e-mail whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email__iexact=username)


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
    unjournaled: ClassVar[frozenset[str]] = frozenset({"password", "last_login", "preferences"})

    email = models.EmailField(_("e-mail"), unique=True)
    name = columns.Text(_("name"), max_length=200, indexed=True)
    role = models.CharField(_("role"), max_length=20, choices=ROLES, default="manager")
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    #: Language, theme, density, sidebar: how this person likes the screens.
    preferences = models.JSONField(default=dict, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"
