"""The sizes that keep the core plain, printed and held: lines of code without blank lines, comments and docstrings."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from pathlib import Path

import pytest

from vizavi.core.entity import registry

PACKAGE = Path(__file__).resolve().parent.parent / "vizavi"
BUDGETS = {
    "core": 3700,
    "ui": 2000,
    "dictionaries": 2000,
    "custom": 2000,
    "search": 2000,
    "files": 2000,
    "jobs": 2000,
    "duplicates": 2000,
    "cleaning": 2000,
    "tables": 2000,
    "exchange": 2000,
    "moving": 2000,
    "api": 2000,
    "screens": 2000,
    "lists": 2000,
    "access": 2000,
    "setup": 2000,
}


def code_lines(path: Path) -> int:
    source = path.read_text("utf-8")
    words: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                words |= set(range(body[0].lineno, (body[0].end_lineno or 0) + 1))
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in blank:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - words)


def sources(package: str) -> list[Path]:
    return [p for p in (PACKAGE / package).rglob("*.py") if not {"tests", "migrations"} & set(p.parts)]


@pytest.mark.parametrize("package", BUDGETS)
def test_a_package_stays_within_its_budget(package, record_property):
    total = sum(map(code_lines, sources(package)))
    record_property("lines", total)
    print(f"{package}: {total} of {BUDGETS[package]} lines")
    assert total <= BUDGETS[package]


@pytest.mark.parametrize("name, most", [("company", 40), ("contact", 40), ("lead", 40)])
def test_a_declaration_is_short(name, most):
    source = inspect.getsource(type(registry[name]))
    lines = len([line for line in source.splitlines() if line.strip()])
    print(f"{name}: declared in {lines} lines")
    assert lines <= most


def test_no_module_is_too_long():
    long = {
        str(p.relative_to(PACKAGE)): n
        for p in PACKAGE.rglob("*.py")
        if (n := len(p.read_text("utf-8").splitlines())) > 420 and "tests" not in p.parts
    }
    assert not long
