"""Nobody goes round the door or the journal: read from the sources, so that a new view is looked at before it runs.

Whoever adds a line to one of the lists below says why in the same line, and the reviewer reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from vizavi.core.entity import registry
from vizavi.core.records import Record

ROOT = Path(__file__).resolve().parent.parent / "vizavi"

#: What turns a queryset into rows of somebody's.
DOORS = {"visible_to", "reach_of"}
#: Querysets of records that are put before the door somewhere else than in their own expression.
BUILT = {
    "core/pages.py:_take": "each branch of the door is put on it",
    "core/pages.py:count": "the branches of the door are put on it",
    "core/journal/operation.py:Op.lock": "the journal locks rows whose ids came through the door",
    # Tables that are not records, reached through a variable.
    "core/derived.py:replace": "derived tables",
    "access/models.py:SignInLink.use": "a link",
}
#: Reads without a person: where, and why.
UNRESTRICTED = {
    "core/derived.py:further": "a history is written for whoever may read it",
    "duplicates/unique.py:check_unique": "only whether another live record has the key",
    "search/keys.py:rebuild": "derived tables",
    "duplicates/merging.py:moves": "what moves is counted whole, named only as far as it is visible",
    "duplicates/merging.py:repoint": "what points to a merged record moves whoever may see it",
    "duplicates/finding.py:_told": "kind and owner of a hidden record, by grant",
    "custom/definitions.py:_used": "only whether anything holds the choice",
    "custom/tasks.py:derive_anew": "derived tables",
    "core/fields/store.py:CustomStore.narrowed": "which rows a condition leaves; the door is asked with it",
    "dictionaries/actions.py:is_used": "only whether anything holds the option",
    "duplicates/merging.py:_outside": "only what hangs under what",
    "demo/load.py:_tell_when_made": "the demo's own records, just made",
    "clients/recognition.py:of_requisites": "keys are derived whatever anybody sees",
    "clients/recognition.py:recognise_by_requisites": "the same",
    "clients/heritage.py:_points": "a history is derived whatever anybody sees",
    "clients/models/people.py:Company.clean": "only whether it hangs under itself",
    "clients/models/requisites.py:Requisites.follow": "a set begins with what its own client says",
    "core/journal/undo.py:_gone": "only whether a row is still there",
    "files/store.py:files_of": "their record came through the door",
    "files/store.py:fetch": "the records it is about are asked next",
    "files/store.py:drop_unused": "only whether any row names a content",
    "jobs/tasks.py:purge_some": "the bin is emptied for everybody",
    "search/indexing.py:rebuild": "a derived table",
}
#: Who may write rows: the journal itself.
WRITING = {
    "access/rules.py:look_rights_up_afresh": "a derived column of all users",
    "dictionaries/actions.py:ship": "options come with the program, as the tables do",
    "core/journal/operation.py:Op.lock": "reads rows to be written",
    "core/journal/operation.py:Op.purge": "the journal",
    "core/actions.py:check": "validation reads other rows for uniqueness, of which it tells nothing",
    "jobs/tasks.py:purge_some": "what pointed to a purged record lets go, and there is no way back",
    "jobs/tasks.py:unlink": "the same for lists of links",
}
#: Who writes many rows at once, past the guards of querysets.
INSERTING = {
    "core/journal/operation.py:Op.create": "the journal",
    "core/journal/operation.py:Op._note": "the journal",
    "core/derived.py:write_timeline": "a derived table",
    "clients/heritage.py:_lend": "the same",
    "core/derived.py:replace": "derived tables",
}
UPDATING = {"core/journal/operation.py:Op._write": "the journal"}
#: The end of a migration is Django's to tell, and it tells it by a signal.
SIGNALS = {"custom/apps.py", "dictionaries/apps.py"}
#: SQL of our own stands in modules called dialect, both halves side by side; and in the tools of the command line.
SQL = {
    "core/dialect.py",
    "search/dialect.py",
    "screens/dialect.py",
    "custom/dialect.py",
    "cli/doctor.py",
    "cli/database.py",
    "cli/backup.py",
}
SQL_BY = {"RawSQL", "raw", "extra", "cursor", "execute", "executemany", "_raw_delete", "save_base", "executescript"}
#: Names by which a guard could be got round.
SECRET = {"_passed", "_pass", "_writing", "_unrestricted"}
SECRET_MODULES = {"core/records.py", "core/pages.py"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours but tests and migrations, by its path under `vizavi/`."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "/tests/" not in name and "/migrations/" not in name:
            found[name] = ast.parse(path.read_text("utf-8"))
    assert len(found) > 100
    return found


@cache
def walk() -> list[tuple[str, ast.AST, list[ast.AST]]]:
    """Every node with the place it stands in (`core/pages.py:_take`) and the nodes around it, outermost first."""
    return [found for module, tree in modules().items() for found in below(tree, [], module)]


def below(node: ast.AST, around: list[ast.AST], module: str) -> Iterator[tuple[str, ast.AST, list[ast.AST]]]:
    names = [n.name for n in around if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    yield f"{module}:{'.'.join(names)}" if names else module, node, around
    for child in ast.iter_child_nodes(node):
        yield from below(child, [*around, node], module)


def chain(node: ast.AST, around: list[ast.AST]) -> set[str]:
    """The names of all that is called on a node in its own expression: `.objects.alive().visible_to(user)`."""
    names: set[str] = set()
    inner = node
    for outer in reversed(around):
        if isinstance(outer, ast.Attribute) and outer.value is inner:
            names.add(outer.attr)
        elif not (isinstance(outer, ast.Call) and outer.func is inner):
            break
        inner = outer
    return names


def inside(around: list[ast.AST], *managers: str) -> bool:
    """Whether a `with unrestricted(…):` or the like stands around."""
    calls = [i.context_expr for w in around if isinstance(w, ast.With) for i in w.items]
    return any(isinstance(c, ast.Call) and called(c) in managers for c in calls)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def names_a_record(node: ast.Attribute) -> bool:
    """`Company.objects`, or the objects of whatever model an entity has; `ImportRun.objects` is none."""
    owner = node.value
    if isinstance(owner, ast.Name) and owner.id != "model":
        return owner.id in {e.model.__name__ for e in registry if issubclass(e.model, Record)}
    return not (isinstance(owner, ast.Call) and called(owner) == "get_user_model")


def test_rows_of_records_are_asked_for_at_the_door():
    wrong = set()
    for place, node, around in walk():
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            asked = chain(node, around) & DOORS or inside(around, "unrestricted", "writing")
            if names_a_record(node) and not asked and place not in BUILT:
                wrong.add(f"{place} line {node.lineno}")
    assert not wrong


@pytest.mark.parametrize(
    ("name", "known"),
    [("unrestricted", UNRESTRICTED), ("writing", WRITING), ("insert_rows", INSERTING), ("write_rows", UPDATING)],
)
def test_who_reads_or_writes_without_a_person_is_known(name, known):
    calls = {place for place, node, _around in walk() if isinstance(node, ast.Call) and called(node) == name}
    assert calls == set(known)


def test_reasons_are_said_in_words():
    for place, node, _around in walk():
        if isinstance(node, ast.Call) and called(node) == "unrestricted":
            assert node.args and isinstance(node.args[0], ast.Constant) and len(node.args[0].value.split()) > 3, place


def test_the_guards_are_not_tampered_with():
    found = {
        place.partition(":")[0]
        for place, node, _around in walk()
        if (isinstance(node, ast.Attribute) and node.attr in SECRET)
        or (isinstance(node, ast.Name) and node.id in SECRET)
    }
    assert found <= SECRET_MODULES


def test_sql_stands_in_dialects():
    found = set()
    for place, node, _around in walk():
        by_name = isinstance(node, ast.Name) and node.id == "RawSQL"
        if by_name or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and called(node) in SQL_BY):
            found.add(place.partition(":")[0])
    assert found <= SQL


def test_there_are_no_signals():
    for place, node, _around in walk():
        names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        whole = [getattr(node, "module", None) or "", *names]
        assert not any("dispatch" in n or "signals" in n for n in whole) or place in SIGNALS, place


def test_operations_that_change_records_are_made_below_the_views():
    """A view says one verb of `actions`; a rule in a view would hold for pages only."""
    known = {"setup/views.py:profile": "one's own name, for which nobody need be an administrator"}
    found = {
        place
        for place, node, _around in walk()
        if isinstance(node, ast.Call) and called(node) == "operation" and is_a_view(place)
    }
    assert found <= set(known)


def is_a_view(place: str) -> bool:
    return (
        place.startswith(("screens/", "setup/", "ui/", "api/")) and "api/document" not in place
    ) or "/views.py" in place


def test_what_is_said_to_people_can_be_found_by_the_extractor():
    """In an f-string, or made out of parts, a message is found by no extractor and stays in English for ever."""
    words = {"_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy", "npgettext"}
    for place, node, around in walk():
        if isinstance(node, ast.Call) and called(node) in words and node.args and not place.startswith("languages/"):
            said = node.args[: {"n": 2, "p": 2}.get(called(node)[0], 1)]
            assert all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in said), (place, node.lineno)
            assert not any(isinstance(outer, ast.JoinedStr) for outer in around), (place, node.lineno)
