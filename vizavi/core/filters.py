"""The one filter grammar, for pages, saved views, the API and reports.

`field=a,b` any of (of numbers and dates also `from..to`) · `field__not=` · `field__gte=` · `field__lte=` ·
`field__contains=` · `field__starts=` · `field__empty=1` · `id=3,5` · `or.1.field=…`: conditions of one number are
alternatives, groups and plain conditions must all hold. A comma inside a value is written `\\,`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vizavi.core import periods
from vizavi.core.errors import Invalid
from vizavi.core.fields import IdField

if TYPE_CHECKING:
    from vizavi.core.entity import Entity
    from vizavi.core.fields import Field
    from vizavi.core.reading import Reader

#: Parameters that are not conditions.
RESERVED = frozenset({"q", "sort", "after", "before", "limit", "cols", "group", "peek", "last", "format", "view"})
MOST = 40
#: Words for people that mean somebody else for each reader.
OWN = {"me": gettext_lazy("me"), "my_department": gettext_lazy("my department")}
#: Conditions of any list that are no field of its records, by parameter: see `condition_of_lists`.
_more: dict[str, Callable[[Entity], Field]] = {}
_GROUP = re.compile(r"or\.(\d{1,2})\.(.+)")
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True)
class Condition:
    """One field, one operator, the raw values as they stand in the URL."""

    field: Field
    operator: str
    raws: tuple[str, ...]
    group: str = ""

    @property
    def param(self) -> str:
        name = self.field.name + (f"__{self.operator}" if self.operator else "")
        return f"or.{self.group}.{name}" if self.group else name

    @property
    def raw(self) -> str:
        return ",".join(r.replace(",", "\\,") for r in self.raws)

    def q(self, reader: Reader) -> Q:
        return self.field.condition(self.operator, list(self.raws), reader)

    def narrowed(self, reader: Reader) -> Q:
        """The same for fetching rows: it may have looked how many there are."""
        found = self.q(reader)
        return found if self.operator in ("not", "empty") else self.field.store.narrowed(found)

    def text(self, reader: Reader) -> str:
        """The values for a chip: labels, not keys."""
        if self.operator == "empty":
            return _("not filled in") if self.field.truth(self.raws) else _("filled in")
        return ", ".join(self._word(raw, reader) or raw for raw in self.raws)

    def _word(self, raw: str, reader: Reader) -> str:
        f: Any = self.field
        if f.kind in ("date", "datetime", "number", "integer", "money"):
            low, dots, high = raw.partition("..")
            if dots:
                return f"{self._word(low, reader)} – {self._word(high, reader)}"
            known = periods.label(raw) if "date" in f.kind else None
            return known or f.text(f.to_python(raw), reader).split(", ")[0]
        if f.kind in ("choice", "choices"):
            return f.label_of(f.key(raw))
        if f.kind == "user" and raw in OWN:
            return str(OWN[raw])
        return (
            f.text(f.to_python(raw), reader)
            if f.kind in ("yesno", "user", "relation", "links", "about", "mark")
            else raw
        )

    @property
    def sign(self) -> str:
        """How the operator reads between field and value."""
        words = {"not": _("is not"), "gte": "≥", "lte": "≤", "contains": _("contains"), "starts": _("starts with")}
        return {**words, "skipped": _("left alone by operation")}.get(self.operator, ":")


@dataclass
class Filter:
    """The conditions of one list, parsed and checked; `q` is the free text."""

    entity: Entity
    conditions: list[Condition] = field(default_factory=list)
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.conditions or self.text)

    def where(self, reader: Reader) -> Q:
        """All conditions as one Q; the free text is not in it."""
        result = Q()
        groups: dict[str, Q] = {}
        for condition in self.conditions:
            if condition.group:
                found = condition.narrowed(reader)
                groups[condition.group] = groups[condition.group] | found if condition.group in groups else found
            else:
                result &= condition.narrowed(reader)
        for group in groups.values():
            result &= group
        return result

    def params(self, without: Condition | None = None) -> list[tuple[str, str]]:
        """The conditions as URL parameters; one name may come several times."""
        found = [(c.param, c.raw) for c in self.conditions if c is not without]
        return [*found, ("q", self.text)] if self.text else found

    def query(self, without: Condition | None = None) -> str:
        return urlencode(self.params(without))


def condition_of_lists(name: str, kind: Callable[[Entity], Field]) -> None:
    """Let `?name=` be a condition of every list; `kind(entity)` is a field that no record has and that only filters."""
    _more[name] = kind


def split(raw: str) -> tuple[str, ...]:
    """`a,b\\,c` is `a` and `b,c`."""
    return tuple(part.replace("\\,", ",").strip() for part in _COMMA.split(raw))


def parse(
    entity: Entity,
    params: Mapping[str, str] | Iterable[tuple[str, str]],
    reader: Reader,
    dropped: list[str] | None = None,
) -> Filter:
    """The filter of these parameters. Raises `Invalid` by parameter for what is unknown, hidden or makes no sense.

    With `dropped` such conditions are left out instead and their messages put there: for a filter that was stored by
    somebody who sees more.
    """
    every = getattr(params, "lists", None)  # of a request's parameters one name may come several times
    items = (
        [(n, v) for n, vs in every() for v in vs]
        if every
        else params.items()
        if isinstance(params, Mapping)
        else params
    )
    found = Filter(entity)
    errors: dict[str, list[str]] = {}
    access = reader.access(entity)
    for param, raw in items:
        if param == "q":
            found.text = " ".join(raw.replace("\x00", "").split())[:200]
        if param in RESERVED:
            continue
        group, name = match.groups() if (match := _GROUP.fullmatch(param)) else ("", param)
        name, _sep, operator = name.partition("__")
        more = IdField if name == "id" else _more.get(name)
        target: Field | None = more(entity) if more else entity.fields.get(name)
        # A hidden field is unknown: an error that told the two apart would tell that it exists.
        if target is None or not access.sees(name):
            errors[param] = [_("There is no field “%(name)s” to filter by.") % {"name": name[:60]}]
        elif operator not in target.operators:
            errors[param] = [_("“%(label)s” cannot be filtered in this way.") % {"label": target.label}]
        elif raw == "" and operator != "empty":
            continue
        elif "\x00" in raw or len(raw) > 2000:
            errors[param] = [_("This value makes no sense here.")]
        else:
            condition = Condition(target, operator, tuple(r for r in split(raw) if r) or ("",), group)
            try:
                condition.q(reader)
                condition.text(reader)
                found.conditions.append(condition)
            except ValidationError as error:
                errors[param] = list(error.messages)
    if len(found.conditions) > MOST:
        errors[""] = [_("At most %(most)s conditions.") % {"most": MOST}]
    if errors and dropped is None:
        raise Invalid(errors)
    if dropped is not None:
        dropped += [m for messages in errors.values() for m in messages]
    return found


def chips(found: Filter, reader: Reader) -> list[dict[str, Any]]:
    """What the filter bar shows: one chip per condition, with the query string that is left without it."""
    return [
        {
            "label": c.field.label, "sign": c.sign, "text": c.text(reader), "param": c.param, "name": c.field.name,
            "operator": c.operator, "raw": c.raw, "group": c.group, "without": found.query(without=c),
        }
        for c in found.conditions
    ]  # fmt: skip
