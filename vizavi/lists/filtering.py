"""The editor of conditions: one of them for a chip, or all with their groups ("advanced")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vizavi.core import filters
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.core.fields import Field
from vizavi.core.filters import OWN, Condition, Filter
from vizavi.core.periods import AGO, NAMED, ROLLING
from vizavi.core.reading import Reader, Ref
from vizavi.lists.page import filter_fields
from vizavi.lists.saved import back_of
from vizavi.screens.cells import Editor, edit
from vizavi.screens.web import entity_view, go, reader_of
from vizavi.ui import add_trigger, render

MOST_GROUPS = 9
#: How the editor speaks of conditions: its word, the operator of the grammar behind it, how it reads.
WORDS: list[tuple[str, str, Any]] = [
    ("contains", "contains", gettext_lazy("contains")),
    ("starts", "starts", gettext_lazy("starts with")),
    ("period", "", gettext_lazy("within the period")),
    ("last", "", gettext_lazy("within the last days")),
    ("next", "", gettext_lazy("within the next days")),
    ("ago", "lte", gettext_lazy("days ago or earlier")),
    ("", "", gettext_lazy("is")),
    ("not", "not", gettext_lazy("is not")),
    ("between", "", gettext_lazy("from … to")),
    ("gte", "gte", gettext_lazy("from")),
    ("lte", "lte", gettext_lazy("to")),
    ("filled", "empty", gettext_lazy("is filled in")),
    ("empty", "empty", gettext_lazy("is not filled in")),
]
DATES = ("date", "datetime")
SEVERAL = ("choice", "choices", "user", "relation", "links")
_DATE_WORDS, _RANGED = ("period", "last", "next", "ago"), ("between",)


@dataclass
class Line:
    """One condition in the editor; `values` are what stands in its inputs."""

    at: int
    f: Field
    word: str
    values: list[str]
    group: str = ""
    errors: list[str] = field(default_factory=list)
    editor: Editor | None = None
    #: What is chosen of people and records.
    chosen: list[tuple[int, Ref]] = field(default_factory=list)

    @property
    def words(self) -> list[tuple[str, Any]]:
        known = words_of(self.f)
        several = {"": _("any of"), "not": _("none of")} if self.f.kind in SEVERAL else {}
        return [(word, several.get(word, text)) for word, _op, text in WORDS if word in known]

    def pair(self) -> tuple[str, str] | None:
        """The parameter of the address that it makes, None while nothing is typed."""
        values = [v.strip().replace(",", "\\,") for v in self.values]
        operator = next(op for word, op, _text in WORDS if word == self.word)
        if self.word in ("filled", "empty"):
            values = ["1" if self.word == "empty" else "0"]
        elif not any(values):
            return None
        elif self.word in ("last", "next"):
            values = [f"{self.word}_{values[0]}_days"]
        elif self.word == "ago":
            values = [f"{values[0]}_days_ago"]
        elif self.word == "between":
            values = ["..".join((*values, "")[:2])]
        name = f"{self.f.name}__{operator}" if operator else self.f.name
        return f"or.{self.group}.{name}" if self.group else name, ",".join(v for v in values if v)


def words_of(f: Field) -> list[str]:
    """The words that make sense for a field, the most usual first."""
    ranged = "gte" in f.operators
    found = []
    for word, operator, _text in WORDS:
        if operator not in f.operators or (word in _RANGED and not ranged):
            continue
        if (word in _DATE_WORDS and f.kind not in DATES) or (word in ("", "not") and f.kind in DATES):
            continue
        found.append(word)
    return found


def line_of(at: int, condition: Condition) -> Line:
    """A condition as the editor shows it."""
    raws, word = list(condition.raws), condition.operator
    if word == "empty" and not condition.field.truth(raws):
        word = "filled"
    elif condition.field.kind in DATES:
        rolling, ago = ROLLING.fullmatch(raws[0]), AGO.fullmatch(raws[0])
        if word == "lte" and ago:
            word, raws = "ago", [ago[1]]
        elif word == "" and rolling:
            word, raws = rolling[1], [rolling[2]]
        elif word == "":
            word = "period" if raws[0] in NAMED else "between"
    if condition.field.kind not in DATES and word == "" and ".." in raws[0] and "gte" in condition.field.operators:
        word = "between"
    if word == "between":
        raws = (raws[0] if ".." in raws[0] else f"{raws[0]}..{raws[0]}").split("..")
    return Line(at, condition.field, word, raws, condition.group)


def new_line(at: int, f: Field, group: str = "") -> Line:
    return Line(at, f, words_of(f)[0], [], group)


def typed_lines(request: HttpRequest, entity: Entity, reader: Reader) -> list[Line]:
    """The lines as the form sends them: `f-0` field, `o-0` word, `v-0` values, `g-0` group."""
    found: list[Line] = []
    for raw in request.GET.getlist("line")[: filters.MOST]:
        f = entity.fields.get(request.GET.get(f"f-{raw}", ""))
        if f is None or not f.filterable or not reader.access(entity).sees(f.name):
            continue
        word = request.GET.get(f"o-{raw}", "")
        group = request.GET.get(f"g-{raw}", "")
        values = request.GET.getlist(f"v-{raw}")
        fits = word in words_of(f) and request.GET.get(f"was-{raw}", f.name) == f.name
        made = Line(len(found), f, word, values, group) if fits else new_line(len(found), f, group)
        if made.word != request.GET.get(f"had-{raw}", made.word):
            # Days are no date: what stood in other inputs does not carry over.
            made.values = made.values if {made.word, request.GET[f"had-{raw}"]} <= {"", "not", "gte", "lte"} else []
        found.append(made)
    return found


def press(do: str, lines: list[Line], entity: Entity, reader: Reader) -> list[Line]:
    """The lines after one of the editor's buttons: `more:2` adds to group 2, `group` begins one, `drop:3` takes away."""
    verb, _colon, which = do.partition(":")
    if verb == "drop":
        return [line for line in lines if str(line.at) != which]
    if verb in ("more", "group"):
        taken = {line.group for line in lines}
        free = next((str(n) for n in range(1, MOST_GROUPS + 1) if str(n) not in taken), "1")
        group = free if verb == "group" else which
        f = lines[-1].f if group and lines else filter_fields(entity, reader)[0]
        added = [new_line(len(lines) + n, f, group) for n in range(2 if verb == "group" else 1)]
        return [*lines, *added]
    return lines


@entity_view
def filter_editor(request: HttpRequest, entity: Entity) -> HttpResponse:
    """The dialog: `add=kind` a new condition, `at=2` the third one, `all=1` every one; `do=apply` goes to the list.

    `back` is the query of the list.
    """
    reader, do = reader_of(request), request.GET.get("do", "")
    state = back_of(request, entity)
    everything, at = bool(request.GET.get("all")), request.GET.get("at", "")
    old = state.found.conditions
    chosen = int(at) if at.isdigit() and int(at) < len(old) else None
    if request.GET.getlist("line") or do:
        lines = press(do, typed_lines(request, entity, reader), entity, reader)
    elif everything:
        lines = [line_of(n, c) for n, c in enumerate(old) if c.field.name in entity.fields] or press(
            "more", [], entity, reader
        )
    elif chosen is not None:
        lines = [line_of(0, old[chosen])]
    else:
        f = entity.fields.get(request.GET.get("add", ""))
        if f is None or not f.filterable or not reader.access(entity).sees(f.name):
            raise Http404
        lines = [new_line(0, f)]
    if do == "apply":
        pairs = [pair for line in lines if (pair := line.pair())]
        if not everything:
            kept = [(c.param, c.raw) for c in old]
            place = len(kept) if chosen is None else chosen
            pairs = [*kept[:place], *pairs, *kept[place + (chosen is not None) :]]
        else:
            pairs = [*((c.param, c.raw) for c in old if c.field.name not in entity.fields), *pairs]
        try:
            found = filters.parse(entity, pairs, reader)
            url = state.but(found=Filter(entity, found.conditions, state.found.text)).url()
            return add_trigger(go(request, url), "closeDialog")
        except Invalid as error:
            for line in lines:
                line.errors = error.errors.get((line.pair() or ("",))[0], [])
    for line in lines:
        line.at = lines.index(line)
        dress(line, reader)
    context = {
        "entity": entity,
        "everything": everything,
        "at": at,
        "add": request.GET.get("add", ""),
        "plain": [line for line in lines if not line.group],
        "grouped": [(g, [x for x in lines if x.group == g]) for g in dict.fromkeys(x.group for x in lines if x.group)],
        "fields": [(f.name, f.label) for f in filter_fields(entity, reader)],
        "title": _("Filter") if everything else lines[0].f.label,
        "back": request.GET.get("back", ""),
        "periods": [(k, str(v)) for k, v in NAMED.items()],
        "own": list(OWN.items()),
        "list_url": state.url(),
    }
    wrong = any(line.errors for line in lines)
    return render(request, "lists/filter.html", context, block="dialog", status=422 if wrong else 200)


def dress(line: Line, reader: Reader) -> None:
    """What the inputs of a line need: where a combobox looks, and the names of what is chosen."""
    line.editor = edit(line.f, "", reader, raw=True)
    target = getattr(line.f, "target", None)
    if target is not None:
        ids = [int(v) for v in line.values if v.isdigit() and len(v) < 19]
        line.chosen = [(pk, ref) for pk, ref in reader.refs(target, ids).items() if ref.visible]
