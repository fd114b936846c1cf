"""The declaration: one class beside a model says what the model cannot, and everything else derives from the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from vizavi.core import shape
from vizavi.core.fields import (
    AboutField,
    Computed,
    Field,
    LinksField,
    MoneyField,
    Pointing,
    ReachField,
    RelationField,
    TextField,
    kind_of,
)
from vizavi.core.records import Dependent, Journaled, Record
from vizavi.core.shape import Shape
from vizavi.ui.html import ALL_TONES
from vizavi.ui.icons import is_known

if TYPE_CHECKING:
    from vizavi.core.reading import Reader

#: What records are recognised by.
KEY_KINDS = frozenset({"person", "firm", "phone", "email", "messenger", "inn", "ogrn"})
#: Columns of the bases that stand at the end of a record's fields and are never typed.
BOOKKEEPING = ("created_at", "created_by", "updated_at", "updated_by")


def words(names: str | Sequence[str]) -> tuple[str, ...]:
    """Names are written as one string of words or as a list."""
    return tuple(names.split()) if isinstance(names, str) else tuple(names)


class Shaped:
    """What custom fields and the administrator's layout have a say in: reading it gives what holds at present."""

    NAMES = ("fields", "sections", "columns", "filters", "quick", "search")

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, entity: Entity | None, owner: type) -> Any:
        return self if entity is None else getattr(entity.shape, self.name)


class Entity:
    """A kind of record. Subclass it, decorate it with `@register`, name only what differs from the defaults.

    All names are names of fields of the model; a name that is not raises at start-up.
    """

    model: ClassVar[type[Journaled]]
    #: The word in URLs, of the API and of the command line.
    plural: ClassVar[str]
    icon: ClassVar[str] = "box"
    tone: ClassVar[str] = "blue"
    #: The field that names a record, and those that tell two of the same name apart.
    title: ClassVar[str] = "name"
    subtitle: Any = ()
    columns: Any = Shaped()
    #: Filters offered first, in this order; every filterable field can be filtered by.
    filters: Any = Shaped()
    sort: ClassVar[str] = "-created_at"
    #: Sections of form and record page: {label: names}.
    sections: Any = Shaped()
    #: The few fields asked in a quick-create dialog.
    quick: Any = Shaped()
    search: Any = Shaped()
    #: By which import recognises a record that is already there, in order of preference.
    keys: Any = ()
    readonly: ClassVar[frozenset[str]] = frozenset(BOOKKEEPING)
    #: Never shown, sent or journaled.
    omit: ClassVar[frozenset[str]] = frozenset({"custom", "deleted_at", "version"})
    #: Computed fields: {name of a property: (label, kind it looks like)}.
    computed: ClassVar[dict[str, tuple[Any, type[Field]]]] = {}
    #: By what two of them are known to be the same: {kind of key: names of fields}, see `search.keys`.
    duplicates: Any = {}
    #: Kinds of these keys that the firm may forbid two records to share.
    unique: Any = ()
    #: Entities whose records a record of this one may be the same client as: a lead is perhaps known as a contact.
    resembles: Any = ()
    #: Relations whose target's history shows this record's changes too.
    timeline: Any = ()
    #: Words by which other programs call our columns, for import: {field: words}.
    synonyms: ClassVar[dict[str, str | Sequence[str]]] = {}
    #: The administrator's data: no place of its own in the sidebar, everybody sees it, administrators change it.
    admin: ClassVar[bool] = False
    #: Administrator's data to which everybody may add a row (a tag), though only administrators change it.
    open: ClassVar[bool] = False
    #: The relation to the record of which this one is a branch; its page shows the whole tree.
    tree: ClassVar[str] = ""
    #: Records without an owner are everybody's to see and to take.
    pool: ClassVar[bool] = False
    #: The relations to the records of which these are a part (a `Dependent` model).
    within: Any = ()
    #: Has list, form and record pages of the generic kind.
    pages: ClassVar[bool] = True
    #: Has a place of its own in the sidebar.
    place: ClassVar[bool] = True
    #: The text of what stands as a card in the histories of the records that it is about: a note, a call.
    event: ClassVar[str] = ""
    #: Fields that only administrators write.
    reserved: ClassVar[frozenset[str]] = frozenset()
    #: A filter (`status=new&owner=me`) whose rows are counted beside the entity's place in the menu.
    badge: ClassVar[str] = ""
    #: May be created and deleted (the firm itself may not).
    many: ClassVar[bool] = True

    #: Every field by its name: those of the model, then custom ones.
    fields: Any = Shaped()
    #: What the declaration itself says where the present shape answers for it.
    declared: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        mine = {name: vars(cls)[name] for name in Shaped.NAMES if name in vars(cls)}
        cls.declared = {**cls.declared, **mine}
        for name in mine:
            delattr(cls, name)

    def __init__(self) -> None:
        self.name: str = self.model._meta.model_name or ""
        fields: dict[str, Field] = {}
        for column in self.model._meta.fields:
            kind = kind_of(column)
            if kind and column.name not in self.omit and column.name not in self.model.unjournaled:
                fields[column.name] = kind(self, column)
        for name in [n for n in ("tags", "owner", *BOOKKEEPING) if n in fields]:
            fields[name] = fields.pop(name)
        for name, (label, like) in self.computed.items():
            fields[name] = Computed(self, name, label, like)
        for attribute in ("subtitle", "keys", "timeline", "within", "unique", "resembles"):
            setattr(self, attribute, words(getattr(self, attribute)))
        self.duplicates = {kind: words(names) for kind, names in self.duplicates.items()}
        said = {n: words(self.declared.get(n, ())) for n in ("columns", "filters", "quick", "search")}
        sections = {label: words(names) for label, names in self.declared.get("sections", {}).items()}
        sections = sections or {self.label: tuple(n for n, f in fields.items() if f.editable)}
        if "tags" in fields and not any("tags" in names for names in sections.values()):
            first = next(iter(sections))
            sections[first] = (*sections[first], "tags")
        #: The shape without custom fields and layout.
        self.standard = Shape(
            fields,
            sections,
            said["columns"] or tuple(n for n, f in fields.items() if f.compact)[:6],
            said["filters"],
            said["quick"] or tuple(n for n, f in fields.items() if f.required) or (self.title,),
            said["search"],
        )

    def check(self) -> Iterator[str]:
        """What is wrong with the declaration, in words; nothing when it is right."""
        said, fields = self.standard, self.standard.fields
        named = {
            "title": (self.title,), "columns": said.columns, "filters": said.filters, "subtitle": self.subtitle,
            "sort": (self.sort.lstrip("-"),), "search": said.search, "keys": self.keys, "timeline": self.timeline,
            "quick": said.quick, "event": words(self.event), "within": self.within, "tree": words(self.tree),
            "synonyms": tuple(self.synonyms), "readonly": tuple((self.readonly | self.reserved) - set(BOOKKEEPING)),
            "sections": tuple(n for names in said.sections.values() for n in names),
            "duplicates": tuple(n for names in self.duplicates.values() for n in names),
        }  # fmt: skip
        for attribute, names in named.items():
            for name in names:
                if name not in fields:
                    yield f"{attribute} names {name!r}, which is not a field of {self.model.__name__}"
        if not (isinstance(self.plural, str) and self.plural.isidentifier()):
            yield f"plural is {self.plural!r}, which is no word"
        if not is_known(self.icon):
            yield f"icon is {self.icon!r}, which is no icon"
        if self.tone not in ALL_TONES:
            yield f"tone is {self.tone!r}, which is no tone"
        for f in fields.values():
            if isinstance(f, MoneyField) and f.currency_name not in fields:
                yield f"{f.name} takes its currency from {f.currency_name!r}, which is no field"
        for name in said.filters:
            if name in fields and not fields[name].filterable:
                yield f"filters names {name!r}, which cannot be filtered by"
        if self.sort.lstrip("-") in fields and not fields[self.sort.lstrip("-")].sortable:
            yield f"sort names {self.sort!r}, which cannot be sorted by"
        for name in self.timeline:
            if name in fields and not isinstance(fields[name], Pointing | AboutField):
                yield f"timeline names {name!r}, which is not a relation"
        if issubclass(self.model, Dependent) != bool(self.within):
            yield "a Dependent model, and no other, says within what it is"
        for name in self.keys:
            if name in fields and not isinstance(fields[name], TextField | ReachField):
                yield f"keys names {name!r}, which is no text, phone or e-mail"
        for kind in (*self.duplicates, *self.unique):
            if kind not in KEY_KINDS or kind not in self.duplicates:
                yield f"duplicates and unique name {kind!r}, which is no kind of key here"
        unknown = {
            n
            for n in vars(type(self))
            if not n.startswith("_") and not callable(getattr(self, n)) and not hasattr(Entity, n)
        } - {"model", "plural"}
        for name in sorted(unknown):
            yield f"there is no option called {name!r}"
        for name in self.computed:
            if not hasattr(self.model, name):
                yield f"computed names {name!r}, which is not a property of {self.model.__name__}"

    # -- words -----------------------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def label_plural(self) -> str:
        meta = self.model._meta
        return str(meta.verbose_name_plural if self.many else meta.verbose_name)

    def url(self, pk: int | None = None) -> str:
        """The page of the list, or of one record."""
        base = f"/settings/{self.plural}/" if self.admin else f"/{self.plural}/"
        return base if pk is None else f"{base}{pk}/"

    # -- parts -----------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> Shape:
        """Its fields as they are at present."""
        return shape.source.shape_of(self)

    @property
    def journaled(self) -> list[Field]:
        """Fields whose changes are kept and can be undone: all that are stored, but for the bookkeeping."""
        return self.shape.journaled

    @property
    def relations(self) -> list[RelationField]:
        return self.shape.relations

    @property
    def reach(self) -> list[ReachField]:
        return self.shape.reach

    @property
    def recognised(self) -> tuple[str, ...]:
        """Names of the fields that make keys, see `search.keys`."""
        return tuple(dict.fromkeys([f.name for f in self.reach] + [n for ns in self.duplicates.values() for n in ns]))

    @property
    def has_owner(self) -> bool:
        return issubclass(self.model, Record)

    @property
    def can_be_extended(self) -> bool:
        """Administrators may add fields to it and lay its cards out."""
        return self.has_owner and self.pages and not self.admin

    def rows_for(self, user: Any, action: str) -> list[Q] | None:
        """The rows on which a known person may do this, where the entity has a rule of its own; None: roles decide."""
        return None

    def related(self) -> list[Pointing]:
        """Relations of other entities that point here, for the cards of a record page."""
        pointing = [f for e in registry for f in e.fields.values() if isinstance(f, Pointing)]
        mine = [f for f in pointing if f.target is self and f.name not in (*BOOKKEEPING, "owner", "tags")]
        return [f for f in mine if f is not self.fields.get(self.tree)]

    @property
    def linked(self) -> list[LinksField | AboutField]:
        """Fields that hold lists of links."""
        return self.shape.linked

    @property
    def linked_about(self) -> bool:
        """Is about other records, as a note is."""
        return any(isinstance(f, AboutField) for f in self.linked)

    def by_title(self, text: str, user: Any) -> list[int]:
        """At most two ids of visible records that this text names: by title, or by a key field."""
        text = text.strip()
        found = Q()
        for name in dict.fromkeys((self.title, *self.keys)):
            field = self.fields[name]
            if isinstance(field, TextField) and field.kind == "text" and (value := field.filter_value(text)):
                found |= Q(**{field.lookup: value})
        rows = self.model.objects.visible_to(user).filter(found)
        return list(rows.order_by("pk").values_list("pk", flat=True)[:2])

    def begun(self, text: str) -> dict[str, str]:
        """With what a new record begins that somebody calls by this name, for creation on the fly."""
        return {self.title: text}

    def subtitle_of(self, record: Journaled, reader: Reader) -> str:
        """The second line under a title, out of the fields this person sees."""
        return " · ".join(t for f in reader.fields(self, self.subtitle) if (t := f.cell(record, reader)))


class Registry:
    """Every entity, by name, by plural and by model."""

    def __init__(self) -> None:
        self._declared: list[type[Entity]] = []
        self._by_name: dict[str, Entity] | None = None

    def add(self, declaration: type[Entity]) -> type[Entity]:
        self._declared.append(declaration)
        self._by_name = None
        return declaration

    @property
    def _entities(self) -> dict[str, Entity]:
        if self._by_name is None:
            built = [declaration() for declaration in self._declared]
            self._by_name = {entity.name: entity for entity in built}
            problems = [f"{type(e).__name__}: {problem}" for e in built for problem in e.check()]
            names = {e.name for e in built}
            problems += [
                f"{e.name} resembles {n!r}, which is no entity" for e in built for n in e.resembles if n not in names
            ]
            if len({e.plural for e in built}) < len(built):
                problems.append("two entities share a plural")
            if problems:
                self._by_name = None
                raise ImproperlyConfigured("Wrong declarations: " + "; ".join(problems))
        return self._by_name

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._entities.values())

    def get(self, name: str) -> Entity | None:
        return self._entities.get(name)

    def __getitem__(self, name: str) -> Entity:
        return self._entities[name]

    def by_plural(self, plural: str) -> Entity | None:
        return next((e for e in self if e.plural == plural), None)

    def of(self, model: type[models.Model] | str) -> Entity:
        """The declaration of a model class."""
        for entity in self:
            if entity.model is model or entity.model._meta.label == model:
                return entity
        raise ImproperlyConfigured(f"{model} has no declaration")

    def discover(self) -> None:
        """Import every app's `entities` and check all declarations: a typo stops the start."""
        autodiscover_modules("entities")
        list(self)


registry = Registry()


def register(declaration: type[Entity]) -> type[Entity]:
    """Class decorator that makes an Entity known."""
    return registry.add(declaration)
