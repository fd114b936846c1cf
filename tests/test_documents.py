"""What the documents say is so: settings, commands, dependencies, packages, the two worked examples."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
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


TRIED = {
    "adding-a-field": """
from django.test import Client
made, _op = create(registry["company"], {"name": "Ромашка", "rating": "5"}, by)
create(registry["company"], {"name": "Лютик"}, by)
client = Client()
client.force_login(by)
assert client.get("/companies/?rating__gte=4&sort=-rating").content.decode().count("Ромашка")
page = client.get(f"/companies/{made.pk}/").content.decode()
assert "Rating" in page and 'id="f-rating"' in page
saved = client.post(f"/companies/{made.pk}/_field/rating/", {"rating": "3", "version": 1}, headers={"HX-Request": "true"})
assert saved.status_code == 200, saved
found = client.get("/companies/export.csv?columns=name,rating&rating=3")
assert "Ромашка;3" in b"".join(found.streaming_content).decode()
assert "rating" in client.get("/api/v1/openapi.json").json()["components"]["schemas"]["Company"]["properties"]
""",
    "adding-an-entity": """
from django.test import Client
company, _op = create(registry["company"], {"name": "Ромашка"}, by)
office, _op = create(registry["office"], {"name": "Склад", "company": company.pk, "phones": "+7 495 123-45-67"}, by)
client = Client()
client.force_login(by)
for url in ("/offices/", "/offices/new/", f"/offices/{office.pk}/", f"/offices/{office.pk}/edit/", "/search/?q=склад"):
    answer = client.get(url)
    assert answer.status_code == 200 and (url.endswith(("new/", "edit/")) or "Склад" in answer.content.decode()), url
assert "Склад" in client.get(f"/companies/{company.pk}/").content.decode()
token = ApiToken.make(by, "t")[1]
got = client.get(f"/api/v1/offices/?company={company.pk}", headers={"Authorization": f"Bearer {token}"}).json()
assert [o["name"] for o in got["results"]] == ["Склад"]
""",
}
BEGIN = """
from vizavi.access.models import ApiToken, User
from vizavi.core.actions import create
from vizavi.core.entity import registry
by = User.objects.get()
by.preferences = {"language": "en"}
by.save(update_fields=["preferences"])
"""


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the same with either database")
def test_the_worked_examples_work(tmp_path):
    """Does a diff no longer apply? Make the change by hand and put what `git diff -U1` says into the document."""
    shutil.copytree(ROOT / "vizavi", tmp_path / "vizavi", ignore=shutil.ignore_patterns("__pycache__"))
    outside = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    for name in TRIED:
        [diff] = re.findall(r"```diff\n(.*?)```", text(f"docs/{name}.md"), re.DOTALL)
        applied = subprocess.run(
            ["git", "apply", "-"], cwd=tmp_path, env=outside, input=diff, text=True, capture_output=True
        )
        assert applied.returncode == 0, f"{name}: {applied.stderr}"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIZAVI_", "DATABASE_"))}
    env = {**kept, "VIZAVI_TEST": "1", "VIZAVI_DATA": str(tmp_path / "data"), "PYTHONPATH": str(tmp_path)}
    env["VIZAVI_HOSTS"] = "testserver"

    def vizavi(*words: str, said: str = "") -> None:
        command = [sys.executable, "-m", "vizavi.cli", *words]
        done = subprocess.run(command, cwd=tmp_path, env=env, input=said, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    vizavi("manage", "makemigrations", "clients")
    vizavi("user", "add", "a@example.org", "--role", "administrator", "--password-stdin", said="ein-Kamel-im-Schnee-7")
    vizavi("manage", "shell", "-c", BEGIN + "".join(TRIED.values()))
