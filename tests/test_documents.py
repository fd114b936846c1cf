"""What the documents say is so: settings, commands, dependencies, packages, the two worked examples."""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from pathlib import Path

import pytest

from vizavi.cli import backup, command_modules, database, doctor, serve

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = sorted(p.parent for p in (ROOT / "vizavi").glob("*/__init__.py"))
#: Between our own processes, nobody sets it.
INTERNAL = {"VIZAVI_PARENT"}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_of_the_environment_is_documented():
    used = set()
    for path in [
        *(ROOT / "vizavi").rglob("*.py"),
        *(p for p in (ROOT / "bin").iterdir() if p.is_file()),
        ROOT / "conftest.py",
    ]:
        if "tests" not in path.parts:
            used |= set(re.findall(r"[\"'](VIZAVI_[A-Z_]+[A-Z]|DATABASE_[A-Z_]*URL)[\"']", path.read_text("utf-8")))
    said = set(re.findall(r"`(VIZAVI_[A-Z_]+|DATABASE_[A-Z_]*URL)`", text("docs/operations.md")))
    assert used - INTERNAL == said


def test_every_command_and_option_of_the_contract_is_there():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module in (serve, doctor, backup, database, *command_modules()):
        module.register(commands)
    said = text("docs/operations.md")
    for name in commands.choices:
        assert re.search(rf"`(vizavi )?{name}\b", said), name
    for line in (
        "serve --port 1 --data x --demo --no-browser", "user add a@b.ru --role administrator --department D --password-stdin",
        "user password a@b.ru", "token a@b.ru", "import companies f.csv --as a@b.ru --mapping m.json --dry-run",
        "export companies --as a@b.ru", "backup f", "restore f", "worker", "demo", "doctor",
    ):  # fmt: skip
        assert parser.parse_args(line.split()).func


def test_every_dependency_has_its_reason():
    decided = text("docs/adr/README.md").lower()
    for other in (ROOT / "docs/adr").glob("[0-9]*.md"):
        decided += other.read_text("utf-8").lower()
    project = tomllib.loads(text("pyproject.toml"))
    named = [
        *project["project"]["dependencies"], *project["build-system"]["requires"], *project["dependency-groups"]["dev"],
    ]  # fmt: skip
    front = json.loads(text("frontend/package.json"))
    named += [*front.get("dependencies", {}), *front.get("devDependencies", {})]
    for requirement in named:
        name = re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0].lower()
        assert f"**{name}**" in decided, name


def test_no_lock_file_names_a_registry_and_every_pin_has_hashes():
    for name in ("requirements.lock", "requirements-dev.lock"):
        pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+( \\)?$", text(name), re.MULTILINE)
        assert len(pins) > 20 and all(pins), name
        assert "://" not in re.sub(r"^ *#.*$", "", text(name), flags=re.MULTILINE), name
    assert "://" not in "".join(re.findall(r'"resolved": "([^"]*)"', text("frontend/package-lock.json")))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.name)
def test_every_package_says_in_ten_lines_what_it_is(package):
    lines = [line for line in (package / "README.md").read_text("utf-8").splitlines() if line.strip()]
    assert 3 <= len(lines) <= 12 and lines[0].startswith(f"# {package.name}")
    assert "import" in " ".join(lines).lower()


def test_the_tree_of_the_document_is_the_one_whose_arrows_are_held():
    [contract] = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    there = {p.name for p in PACKAGES}
    held = [[name for name in re.findall(r"\w+", layer) if name in there] for layer in contract["layers"]]
    tree = text("docs/architecture.md").split("```")[1].strip().splitlines()
    said = [[name for name in line.partition("   ")[0].split() if name in there] for line in tree]
    assert [sorted(names) for names in said] == [sorted(names) for names in held if names]
    assert {name for names in said for name in names} == there - {"languages"}


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (document.parent / target).exists(), (document.name, target)
