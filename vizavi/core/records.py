"""The abstract bases of every stored thing that has a history, and the two guards of their querysets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vizavi.core import columns, door
from vizavi.core.errors import OutsideOperation, Unguarded

if TYPE_CHECKING:
    from vizavi.core.entity import Entity

#: A relation to a user that outlives them.
_PERSON: Any = {
    "to": settings.AUTH_USER_MODEL, "on_delete": models.SET_NULL, "null": True, "blank": True, "related_name": "+",
}  # fmt: skip
_writing: ContextVar[bool] = ContextVar("vizavi_writing", default=False)
_unrestricted: ContextVar[str] = ContextVar("vizavi_unrestricted", default="")


@contextmanager
def writing() -> Iterator[None]:
    """Only the journal enters here: inside, journaled rows may be written and read without a person."""
    token, token2 = _writing.set(True), _unrestricted.set("the journal writes")
    try:
        yield
    finally:
        _writing.reset(token)
        _unrestricted.reset(token2)


@contextmanager
def unrestricted(reason: str) -> Iterator[None]:
    """Read Records without a person: for jobs and derived tables, never for a request. The reason is for readers."""
    if not reason:
        raise ValueError("unrestricted() wants a reason")
    token = _unrestricted.set(reason)
    try:
        yield
    finally:
        _unrestricted.reset(token)


class JournaledQuerySet(models.QuerySet):
    """Refuses to write outside the journal."""

    def _must_be_writing(self) -> None:
        if not _writing.get():
            raise OutsideOperation(f"{self.model.__name__} rows are written inside an operation (core.journal)")

    def update(self, **kwargs: Any) -> int:
        self._must_be_writing()
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, *args: Any, **kwargs: Any) -> list:
        self._must_be_writing()
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._must_be_writing()
        return super().bulk_update(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_writing()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]

    def alive(self) -> Self:
        """Rows that are not in the recycle bin."""
        return self.filter(deleted_at=None)

    def binned(self) -> Self:
        """Rows in the recycle bin."""
        return self.filter(deleted_at__isnull=False)

    def visible_to(self, user: Any, action: str = door.SEE) -> Self:
        """Live rows on which this person may do `action` (OR form: for single records and small sets)."""
        return self.alive().reach_of(user, action)

    def reach_of(self, user: Any, action: str = door.SEE) -> Self:
        """As `visible_to`, the recycle bin included."""
        return self.filter(door.union(door.branches(user, self.model.entity(), action)))._pass()

    def _pass(self) -> Self:
        return self._chain()  # type: ignore[attr-defined]


class RecordQuerySet(JournaledQuerySet):
    """Also refuses to be read by nobody: evaluate it after `visible_to(user)` or inside `unrestricted(reason)`."""

    _passed = False

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._passed = self._passed
        return clone

    def _pass(self) -> Self:
        clone = self._chain()  # type: ignore[attr-defined]
        clone._passed = True
        return clone

    def unrestricted(self, reason: str) -> Self:
        """Rows for a job or a derived table, with the reason said."""
        if not reason:
            raise ValueError("unrestricted() wants a reason")
        return self._pass()

    def _must_have_passed(self) -> None:
        if not (self._passed or _unrestricted.get()):
            raise Unguarded(f"{self.model.__name__} rows are read through visible_to(user) or unrestricted(reason)")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._must_have_passed()
        super()._fetch_all()  # type: ignore[misc]

    def _combinator_query(self, combinator: str, *others: Any, **kwargs: Any) -> Any:
        return self._passed_with(others, super()._combinator_query(combinator, *others, **kwargs))  # type: ignore[misc]

    def __or__(self, other: Any) -> Any:
        return self._passed_with([other], super().__or__(other))

    def __and__(self, other: Any) -> Any:
        return self._passed_with([other], super().__and__(other))

    def __xor__(self, other: Any) -> Any:
        return self._passed_with([other], super().__xor__(other))  # type: ignore[misc]

    def _passed_with(self, others: Iterable[Any], combined: Any) -> Any:
        """Together with one that has not passed the door, none has."""
        if isinstance(combined, RecordQuerySet):
            combined._passed = self._passed and all(getattr(o, "_passed", True) for o in others)
        return combined

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._must_have_passed()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._must_have_passed()
        return super().count()

    def exists(self) -> bool:
        self._must_have_passed()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict:
        self._must_have_passed()
        return super().aggregate(*args, **kwargs)


JournaledManager = models.Manager.from_queryset(JournaledQuerySet)
RecordManager = models.Manager.from_queryset(RecordQuerySet)


class Journaled(models.Model):
    """Anything whose changes the journal keeps: records, and the administrator's data."""

    #: Columns that change outside the journal (a password, a last sign-in): not data about the thing itself.
    unjournaled: ClassVar[frozenset[str]] = frozenset()

    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(**_PERSON, editable=False, verbose_name=_("created by"))
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    updated_by = models.ForeignKey(**_PERSON, editable=False, verbose_name=_("changed by"))
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = JournaledManager()

    class Meta:
        abstract = True

    def follow(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """Values of other fields that follow from a change: they are written and journaled with it.

        `changed` are the new values; the record still holds the old ones (a new record: these same). What it answers
        wins over `changed`, so it takes care not to overrule what somebody has said. An undo asks for nothing to follow.
        """
        return {}

    def warnings(self) -> dict[str, list[str]]:
        """What looks wrong but may be right, by field: shown beside the value, never in the way of saving."""
        return {}

    def remarks(self) -> dict[str, str]:
        """What a reader should know about a value, by field: that it is a guess, say."""
        return {}

    @classmethod
    def entity(cls) -> Entity:
        """The declaration of this model."""
        from vizavi.core.entity import registry

        return registry.of(cls)

    def in_use(self) -> str:
        """Why an undo of its creation must leave this record where it is; `""` when it need not."""
        return ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        only = kwargs.get("update_fields")
        if not _writing.get() and not (only and set(only) <= self.unjournaled):
            raise OutsideOperation(f"{type(self).__name__} rows are written inside an operation (core.journal)")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if not _writing.get():
            raise OutsideOperation(f"{type(self).__name__} rows go to the recycle bin through core.actions.delete")
        return super().delete(*args, **kwargs)


class Dependent(Journaled):
    """A part of other records, which its declaration names in `within`: seen and changed by whoever sees and changes one."""

    objects: ClassVar[Any] = RecordManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class Record(Journaled):
    """The abstract base of every entity that a person owns and the door guards row by row.

    `custom` holds the values of custom fields in canonical form: ISO dates, decimals as strings, ids for relations.
    """

    owner = models.ForeignKey(**_PERSON, verbose_name=_("owner"))
    tags = columns.Links("core.Tag", verbose_name=_("tags"))
    custom = columns.Custom()

    objects: ClassVar[Any] = RecordManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
