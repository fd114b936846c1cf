"""PostgreSQL with two roles: who owns the tables and who only reads and writes rows."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

pytestmark = [pytest.mark.slow, pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no roles")]


#: The one change of tables that a running program makes: an index for a custom field.
INDEX = """
from vizavi.access.models import User
from vizavi.core.actions import create
from vizavi.core.entity import registry
from vizavi.custom import dialect, tasks
data = {"entity_name": "company", "key": "colour", "label": "Colour", "kind": "text", "filterable": "1"}
create(registry["customfield"], data, User.objects.get())
tasks.index_values.func()
print(dialect.indexes())
"""


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a program whose database has an owner of its own."""
    base = connection.settings_dict
    place = f"host={base['HOST']} port={base['PORT']} user={base['USER']}"
    mark = uuid.uuid4().hex[:8]
    owner, runner, name = f"owner_{mark}", f"runner_{mark}", f"firm_{mark}"
    with psycopg.connect(f"{place} dbname=postgres", autocommit=True) as server:
        for role in (owner, runner):
            server.execute(f"CREATE ROLE {role} LOGIN")
        server.execute(f"CREATE DATABASE {name} OWNER {owner}")

    def url(role: str) -> str:
        return f"postgresql://{role}@/{name}?host={base['HOST']}&port={base['PORT']}"

    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIZAVI_", "DATABASE_"))}
    yield {
        **kept,
        "VIZAVI_DATA": str(tmp_path),
        "VIZAVI_TEST": "1",
        "DATABASE_URL": url(runner),
        "DATABASE_OWNER_URL": url(owner),
    }
    with psycopg.connect(f"{place} dbname=postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for role in (owner, runner):
            server.execute(f"DROP ROLE {role}")


def vizavi(firm: dict[str, str], *arguments: str, said: str = "") -> str:
    command = [sys.executable, "-m", "vizavi.cli", *arguments]
    done = subprocess.run(command, env=firm, input=said, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_owner_migrates_and_the_running_role_reads_and_writes_rows_only(firm, tmp_path):
    password = "ein-Kamel-im-Schnee-7\n"
    vizavi(firm, "user", "add", "a@example.org", "--role", "administrator", "--password-stdin", said=password)
    table = tmp_path / "firms.csv"
    table.write_text("name\nРомашка\nЛютик\n", encoding="utf-8")
    assert "2 created" in vizavi(firm, "import", "companies", str(table))
    assert "Лютик" in vizavi(firm, "export", "companies")
    assert "all applied" in vizavi(firm, "doctor")
    assert "custom_field" in vizavi(firm, "manage", "shell", "-c", INDEX)
    with psycopg.connect(firm["DATABASE_URL"], autocommit=True) as running:
        for sql in (
            "CREATE TABLE more (id int)",
            "ALTER TABLE clients_company ADD COLUMN more int",
            "DROP TABLE core_change",
            "TRUNCATE core_change",
            "CREATE INDEX more ON clients_company (id)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                running.execute(sql)
    backup = tmp_path / "backup.zip"
    vizavi(firm, "backup", str(backup))
    vizavi(firm, "import", "companies", str(write(tmp_path / "third.csv", "name\nМак\n")))
    vizavi(firm, "restore", str(backup))
    names = vizavi(firm, "export", "companies")
    assert "Лютик" in names and "Мак" not in names
    assert "1 created" in vizavi(firm, "import", "companies", str(tmp_path / "third.csv"))


def test_the_index_of_a_custom_field_is_made_by_the_owner(firm):
    made = """
from vizavi.cli import database
database.set_up()
database.prepare()
from vizavi.access.models import User
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import operation
from vizavi.custom import dialect
from vizavi.custom.tasks import index_values
user = User(email="a@example.org", name="A", role="administrator")
with operation("test", by=None) as op:
    op.create([user])
data = {"entity_name": "company", "key": "thing", "label": "Thing", "kind": "text"}
definition, _op = actions.create(registry["customfield"], data, user)
index_values.func()
assert dialect.indexes() == {dialect.name_of(definition.pk)}, dialect.indexes()
dialect.drop(dialect.name_of(definition.pk))
assert not dialect.indexes()
"""
    settings = {**firm, "DJANGO_SETTINGS_MODULE": "vizavi.config.settings"}
    done = subprocess.run([sys.executable, "-c", made], env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
