"""Layouts: read whatever they hold, changed in small steps, kept as JSON.

`{"sections": [{"standard": 0, "label": "", "fields": [names]}], "fields": {name: {"label", "required", "hidden"}}}`:
`standard` is the place of the section in the declaration, whose label it bears unless `label` says another. Labels are one text
or one for each language (`custom.words`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from vizavi.core.entity import Entity
from vizavi.core.fields import Field
from vizavi.custom.words import LANGUAGES, spoken, tidied


@dataclass
class Part:
    """A section: the fields in it, its place in the declaration (None: the administrator's own), its own name."""

    standard: int | None
    named: Any
    label: Any
    names: list[str] = field(default_factory=list)


class Arrangement:
    """The fields of an entity as a layout of unknown health puts them; what makes no sense stands in `problems`."""

    def __init__(self, entity: Entity, fields: dict[str, Field], data: Any):
        self.entity, self.fields = entity, fields
        self.problems: list[str] = []
        if not isinstance(data, dict | None):
            self._wrong(_("The layout is damaged; the standard one is shown."))
        data = data if isinstance(data, dict) else {}
        self.words: dict[str, dict[str, Any]] = {}
        for name, words in _mapping(data.get("fields")).items():
            if name not in fields:
                self._wrong(_("There is no field “%(name)s”.") % {"name": str(name)[:60]})
            elif kept := self._words(fields[name], _mapping(words)):
                self.words[name] = kept
        self.parts: list[Part] = []
        self._read(data.get("sections") if isinstance(data.get("sections"), list) else [])

    def _wrong(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)

    def _words(self, f: Field, said: dict[str, Any]) -> dict[str, Any]:
        """What is said about a field, as far as it can be."""
        kept: dict[str, Any] = {}
        if label := tidied(said.get("label")):
            kept["label"] = label
        if said.get("required") is True and may_be_required(f):
            kept["required"] = True
        if said.get("hidden") is True:
            if f.name == self.entity.title or (f.needed or "required" in kept):
                self._wrong(_("“%(label)s” is required and cannot be hidden.") % {"label": f.label})
            else:
                kept["hidden"] = True
        return kept

    def _read(self, sections: Sequence[Any]) -> None:
        """Every field that belongs on a card, once: where the layout puts it, else where it is at home."""
        labels = list(self.entity.standard.sections)
        homes = {n: at for at, names in enumerate(self.entity.standard.sections.values()) for n in names}
        left = dict.fromkeys([*homes, *(n for n, f in self.fields.items() if f.custom)])
        for section in map(_mapping, sections):
            at, named = section.get("standard"), tidied(section.get("label"))
            at = at if isinstance(at, int) and not isinstance(at, bool) and 0 <= at < len(labels) else None
            if at is None and not named:
                self._wrong(_("A section has no name."))
                continue
            part = Part(at, named, spoken(named) if named else labels[at])  # type: ignore[index]
            self.parts.append(part)
            for name in section["fields"] if isinstance(section.get("fields"), list) else ():
                if isinstance(name, str) and name in left:
                    part.names.append(name)
                    del left[name]
                elif not isinstance(name, str) or name not in self.fields:
                    self._wrong(_("There is no field “%(name)s”.") % {"name": str(name)[:60]})
        if not self.parts:
            self.parts = [Part(at, "", label) for at, label in enumerate(labels)]
        for name in left:
            self._home(name, homes.get(name)).append(name)
            self._beside_its_sum(name)

    def _home(self, name: str, at: int | None) -> list[str]:
        """Where a field goes of which the layout says nothing: its own section, or the last one."""
        return next((p for p in self.parts if at is not None and p.standard == at), self.parts[-1]).names

    def _beside_its_sum(self, name: str) -> None:
        """A currency stands after its sum, wherever that was put."""
        amount = name.removesuffix("_currency")
        part = next((p for p in self.parts if amount in p.names), None)
        if amount != name and part is not None:
            self.part_of(name).names.remove(name)
            part.names.insert(part.names.index(amount) + 1, name)

    # -- what it says ----------------------------------------------------------------------------------------------

    def hides(self, name: str) -> bool:
        """Whether no page offers the field."""
        return bool(self.words.get(name, {}).get("hidden"))

    def dressed(self, name: str) -> Field:
        """The field with the administrator's words."""
        words, f = self.words.get(name, {}), self.fields[name]
        label, required = words.get("label", ""), words.get("required", False)
        return f.dressed(spoken(label) if label else "", required=required) if label or required else f

    def part_of(self, name: str) -> Part:
        """The section in which a field stands. Raises `LookupError`."""
        found = next((part for part in self.parts if name in part.names), None)
        if found is None:
            raise LookupError(name)
        return found

    def data(self) -> dict[str, Any]:
        """The layout as it is kept."""
        return {
            "sections": [{"standard": p.standard, "label": p.named, "fields": p.names} for p in self.parts],
            "fields": self.words,
        }

    # -- steps -----------------------------------------------------------------------------------------------------

    def say(self, name: str, **words: Any) -> None:
        """Say `label`, `required` or `hidden` about a field; what is falsy is taken back."""
        said = {k: v for k, v in {**self.words.get(name, {}), **words}.items() if v}
        self.words.pop(name, None)
        if kept := self._words(self.fields[name], said):
            self.words[name] = kept

    def put(self, name: str, at: int) -> None:
        """Put a field at the end of a section. Raises `LookupError`."""
        part = self.parts[at]
        if name not in part.names:
            self.part_of(name).names.remove(name)
            part.names.append(name)

    def move(self, name: str, way: int) -> None:
        """One place up (-1) or down (1), over the border of sections. Raises `LookupError`."""
        part = self.part_of(name)
        at, number = part.names.index(name), self.parts.index(part)
        to = at + way
        if 0 <= to < len(part.names):
            part.names.insert(to, part.names.pop(at))
        elif 0 <= number + way < len(self.parts):
            part.names.remove(name)
            names = self.parts[number + way].names
            names.insert(0 if way > 0 else len(names), name)

    def move_part(self, at: int, way: int) -> None:
        """A section one place up (-1) or down (1). Raises `LookupError`."""
        to = max(0, min(len(self.parts) - 1, at + way))
        self.parts.insert(to, self.parts.pop(at))

    def order(self, words: Sequence[str]) -> None:
        """The whole order at once: `0.` begins the first of the present sections, names follow it."""
        left = {name: part for part in self.parts for name in part.names}
        for part in self.parts:
            part.names = []
        found: list[int] = []
        for word in words:
            at = word.removesuffix(".")
            if at != word and at.isdecimal() and int(at) in set(range(len(self.parts))) - set(found):
                found.append(int(at))
            elif found and word in left:
                self.parts[found[-1]].names.append(word)
                del left[word]
        for name, part in left.items():
            part.names.append(name)
        self.parts = [self.parts[at] for at in [*found, *(n for n in range(len(self.parts)) if n not in found)]]

    def add_part(self, label: Any) -> None:
        """A new section at the end."""
        self.parts.append(Part(None, tidied(label), spoken(tidied(label))))

    def name_part(self, at: int, label: Any) -> None:
        """Another name for a section; for a standard one, nothing means its own. Raises `LookupError`."""
        part = self.parts[at]
        own = list(self.entity.standard.sections)[part.standard] if part.standard is not None else part.label
        part.named = other_than(own, label) if part.standard is not None else tidied(label)
        part.label = spoken(part.named) if part.named else own

    def drop_part(self, at: int) -> None:
        """Remove a section; its fields go to its neighbour. Raises `LookupError`."""
        if len(self.parts) > 1:
            part = self.parts.pop(at)
            self.parts[max(0, at - 1)].names += part.names


def may_be_required(f: Field) -> bool:
    """Whether it is the administrator's choice that the field must be filled in."""
    return f.editable and not f.required and not f.computed and not f.custom and f.name != "owner"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def other_than(own: Any, said: Any) -> Any:
    """A name as it is kept; `""` when it is what the program says by itself (`own`, a lazy text) in each language said."""
    named = tidied(said)
    if not isinstance(named, dict):
        named = dict.fromkeys(LANGUAGES, named) if named else {}
    for language, text in named.items():
        with override(language):
            if text.lower() != str(own).lower():
                return tidied(named)
    return ""
