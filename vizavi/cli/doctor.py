"""`vizavi doctor`: is everything there that Vizavi needs, and what to do where it is not."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from vizavi.cli import database
from vizavi.cli.data import SECRET_KEY_FILE, data_directory


class Finding(NamedTuple):
    """One line of the report; level is ok, warning or fault."""

    level: str
    subject: str
    words: str


def register(commands: Any) -> None:
    """The command."""
    parser = commands.add_parser("doctor", help="check the installation and the data")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each finding; status 1 when there is a fault."""
    database.set_up()
    faults = 0
    for finding in findings():
        faults += finding.level == "fault"
        print(f"{finding.level:8} {finding.subject}: {finding.words}")
    return 1 if faults else 0


def findings() -> Iterator[Finding]:
    """All of them; one that breaks is a finding itself. Packages add theirs with `doctor()` in their commands.py."""
    from vizavi.cli import command_modules

    checks: list[Callable[[], Iterator[Any]]] = [program, data, reach_database, files_made_at_install, settings_in_use]
    for module in command_modules():
        if hasattr(module, "doctor"):
            checks.append(module.doctor)
    for check in checks:
        try:
            for finding in check():
                yield Finding(*finding)
        except Exception as error:
            yield Finding("fault", check.__name__.replace("_", " "), " ".join(str(error).split()) or repr(error))


def program() -> Iterator[Finding]:
    """The interpreter."""
    from vizavi import __version__

    yield Finding("ok", "program", f"Vizavi {__version__}, Python {sys.version.split()[0]}, {sys.platform}")


def data() -> Iterator[Finding]:
    """The data directory, its rights and its room."""
    folder = data_directory()
    yield Finding("ok" if os.access(folder, os.W_OK) else "fault", "data directory", str(folder))
    free = shutil.disk_usage(folder).free
    level = "fault" if free < 100e6 else "warning" if free < 1e9 else "ok"
    yield Finding(level, "free space", f"{free / 1e9:.1f} GB")
    key = folder / SECRET_KEY_FILE
    if os.environ.get("VIZAVI_SECRET_KEY"):
        yield Finding("ok", "secret key", "from VIZAVI_SECRET_KEY")
    elif os.name == "posix" and key.stat().st_mode & 0o077:
        yield Finding("warning", "secret key", f"others may read {key}; run: chmod 600 {key}")
    else:
        yield Finding("ok", "secret key", str(key))


def reach_database() -> Iterator[Finding]:
    """The database answers, is new enough, sound and up to date."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
            full_text = cursor.fetchone()[0]
            yield Finding(
                "ok" if full_text else "fault",
                "database",
                f"SQLite {sqlite3.sqlite_version}{'' if full_text else ' without FTS5: use another Python'}",
            )
            cursor.execute("PRAGMA quick_check(1)")
            answer = cursor.fetchone()[0]
            yield Finding("ok" if answer == "ok" else "fault", "soundness", answer)
        else:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
            new_enough = int(version.split(".")[0]) >= 15
            yield Finding(
                "ok" if new_enough else "fault",
                "database",
                f"PostgreSQL {version}{'' if new_enough else '; 15 or newer is needed'}",
            )
            found = shutil.which("pg_dump")
            yield Finding(
                "ok" if found else "warning",
                "pg_dump",
                found or "not installed: no backups, no copies before migrations",
            )
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    database.refuse_newer(executor)
    if pending and not executor.loader.applied_migrations:
        yield Finding("warning", "migrations", "the database is empty; `vizavi serve` creates it")
    elif pending:
        yield Finding("warning", "migrations", f"{pending} to apply; `vizavi serve` applies them")
    else:
        yield Finding("ok", "migrations", "all applied")


def files_made_at_install() -> Iterator[Finding]:
    """The front end and the languages."""
    package = Path(__file__).resolve().parent.parent
    bundle = package / "ui/static/dist/app.js"
    built = bundle.exists()
    yield Finding("ok" if built else "fault", "front end", "built" if built else "missing: run python hatch_build.py")
    for source in sorted((package / "languages").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo").exists()
        name = source.parent.parent.name
        yield Finding(
            "ok" if compiled else "fault",
            f"language {name}",
            "compiled" if compiled else "not compiled: run python hatch_build.py",
        )


def settings_in_use() -> Iterator[Finding]:
    """What an administrator may have forgotten."""
    from django.conf import settings

    if settings.DEBUG:
        yield Finding("warning", "VIZAVI_DEBUG", "on: never for a firm's data")
    if settings.PUBLIC_URL:
        secure = settings.PUBLIC_URL.startswith("https://") == settings.HTTPS
        yield Finding(
            "ok" if secure else "warning",
            "address",
            settings.PUBLIC_URL + ("" if secure else "; VIZAVI_HTTPS does not agree with it"),
        )
    else:
        yield Finding("ok", "address", "this machine only; set VIZAVI_URL when others shall reach it")
    yield Finding(
        "ok" if settings.MAIL_CONFIGURED else "warning",
        "mail",
        f"through {settings.EMAIL_HOST}" if settings.MAIL_CONFIGURED else "VIZAVI_SMTP_URL is not set: none is sent",
    )
