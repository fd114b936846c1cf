"""Saved views."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vizavi.core import columns
from vizavi.core.entity import registry
from vizavi.core.records import Record

PRIVATE, DEPARTMENT, ALL = "private", "department", "all"


def roles() -> list[tuple[str, str]]:
    """The roles of the firm's people."""
    return registry["user"].fields["role"].options  # type: ignore[attr-defined, no-any-return]


class View(Record):
    """A list that was saved: what its address says, under a name."""

    AUDIENCES = [
        (PRIVATE, gettext_lazy("Only me")),
        (DEPARTMENT, gettext_lazy("My department")),
        (ALL, gettext_lazy("Everybody")),
    ]
    ICONS = [
        ("list", gettext_lazy("List")), ("star", gettext_lazy("Star")), ("flame", gettext_lazy("Fire")),
        ("clock", gettext_lazy("Clock")), ("phone", gettext_lazy("Telephone")), ("flag", gettext_lazy("Flag")),
        ("heart", gettext_lazy("Heart")), ("zap", gettext_lazy("Lightning")), ("ban", gettext_lazy("Stop")),
        ("map-pin", gettext_lazy("Place")), ("trophy", gettext_lazy("Cup")), ("archive", gettext_lazy("Archive")),
    ]  # fmt: skip
    TONES = [
        ("slate", gettext_lazy("Grey")), ("blue", gettext_lazy("Blue")), ("teal", gettext_lazy("Teal")),
        ("green", gettext_lazy("Green")), ("amber", gettext_lazy("Amber")), ("red", gettext_lazy("Red")),
        ("pink", gettext_lazy("Pink")), ("violet", gettext_lazy("Violet")),
    ]  # fmt: skip

    #: The name of the entity whose list it is.
    kind = models.CharField(gettext_lazy("kind of records"), max_length=40)
    name = columns.Text(gettext_lazy("name"), max_length=100)
    icon = models.CharField(gettext_lazy("icon"), max_length=20, choices=ICONS, default="list")
    tone = models.CharField(gettext_lazy("colour"), max_length=10, choices=TONES, default="slate")
    query = models.CharField(gettext_lazy("conditions, order and columns"), max_length=4000, blank=True, default="")
    audience = models.CharField(gettext_lazy("who sees it"), max_length=12, choices=AUDIENCES, default=PRIVATE)
    #: For these roles it is the tab that opens first; only an administrator says so.
    default_for = columns.Choices(gettext_lazy("opens first for"), options=roles)

    class Meta:
        verbose_name = gettext_lazy("View of a list")
        verbose_name_plural = gettext_lazy("Views of lists")
        indexes = [
            models.Index(fields=["owner", "kind"], name="view_owner"),
            models.Index(fields=["audience", "kind"], name="view_audience"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """It is the list of something that has one."""
        entity = registry.get(self.kind)
        if entity is None or not entity.pages:
            raise ValidationError({"kind": _("There are no records called “%(name)s”.") % {"name": self.kind[:40]}})

    @property
    def url(self) -> str:
        return f"{registry[self.kind].url()}?view={self.pk}"
