"""The database brought to the program's version, with a verified copy made before it is changed."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from vizavi.cli.data import data_directory, make_data_directory
from vizavi.cli.parent import follow_parent
from vizavi.core.errors import CommandError

KEPT_COPIES = 5


def register(commands: Any) -> None:
    """The `worker` command: it needs a prepared database and nothing else."""
    parser = commands.add_parser("worker", help="run the jobs (`serve` does it for you)")
    parser.set_defaults(func=worker)


def worker(options: argparse.Namespace) -> int:
    """Run jobs until stopped."""
    set_up()
    prepare()
    from vizavi.jobs.worker import main

    follow_parent()
    return int(main() or 0)


def set_up() -> None:
    """Make the data directory and start Django."""
    make_data_directory(data_directory())
    import django

    django.setup()


def prepare(say: Any = None) -> None:
    """Apply the migrations that are missing; an existing database is copied and the copy checked first."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from vizavi.custom.dialect import as_owner

    say = say or (lambda line: None)
    with locked(data_directory() / "migrate.lock"):
        executor = MigrationExecutor(connection)
        refuse_newer(executor)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            return
        role = connection.settings_dict["USER"]
        with as_owner():
            if executor.loader.applied_migrations:
                copy_before_migration(say)
                say(f"Applying {len(plan)} changes to the database …")
            else:
                say("Creating the database …")
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            grant_rows(role)


def grant_rows(role: str) -> None:
    """Where the tables have an owner of their own, the running program's role reads and writes their rows, and no more."""
    from django.conf import settings
    from django.db import connection

    if not settings.OWNER_DATABASE:
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema, role = quote(cursor.fetchone()[0]), quote(role)
        for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "SELECT, USAGE")):
            cursor.execute(f"GRANT {rights} ON ALL {kind} IN SCHEMA {schema} TO {role}")
            cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON {kind} TO {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")


def refuse_newer(executor: Any) -> None:
    """Refuse data that a newer Vizavi has changed already: this one would damage them."""
    from django.apps import apps

    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("vizavi.")}
    unknown = [
        key
        for key in executor.loader.applied_migrations
        if key[0] in ours and key not in executor.loader.disk_migrations
    ]
    if unknown:
        label, name = sorted(unknown)[-1]
        raise CommandError(f"these data were changed by a newer Vizavi ({label} {name}); update the program.")


def copy_before_migration(say: Any) -> None:
    """A copy in data/backups that has been read back; without one the migration doesn't start."""
    from django.db import connection

    folder = data_directory() / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"before-migration-{time.strftime('%Y%m%d-%H%M%S')}"
    if connection.vendor == "sqlite":
        target = folder / f"{stem}.sqlite3"
        copy_sqlite(Path(connection.settings_dict["NAME"]), target)
    else:
        target = folder / f"{stem}.dump"
        if not shutil.which("pg_dump"):
            say(
                "WARNING: pg_dump is not installed, so no copy was made before the migration. "
                "Install PostgreSQL's client programs, or make sure that your own backups are fresh."
            )
            return
        dump_postgresql(target)
    say(f"Copy of the database: {target}")
    copies = sorted(folder.glob("before-migration-*"), key=lambda path: path.stat().st_mtime)
    for old in copies[:-KEPT_COPIES]:
        old.unlink()


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be in use, and check every page of the copy."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=20)) as original,
        contextlib.closing(sqlite3.connect(part)) as copy,
    ):
        original.backup(copy, pages=4096, sleep=0.001)
        # One file, without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        check_sqlite(copy)
    part.chmod(0o600)
    part.replace(target)


def check_sqlite(database: sqlite3.Connection) -> None:
    """Raise when SQLite finds a fault."""
    try:
        answer = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        raise CommandError(f"the copy of the database is damaged ({answer}); nothing was changed.")


def postgresql_environment() -> dict[str, str]:
    """The environment in which PostgreSQL's programs reach our database: no password on a command line."""
    from django.db import connection

    settings = connection.settings_dict
    named = {
        "PGDATABASE": settings["NAME"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"] or ""),
    }
    for option, variable in (
        ("sslmode", "PGSSLMODE"),
        ("sslrootcert", "PGSSLROOTCERT"),
        ("sslcert", "PGSSLCERT"),
        ("sslkey", "PGSSLKEY"),
        ("options", "PGOPTIONS"),
        ("service", "PGSERVICE"),
        ("passfile", "PGPASSFILE"),
    ):
        named[variable] = str(settings["OPTIONS"].get(option, ""))
    return {**os.environ, **{name: value for name, value in named.items() if value}}


def dump_postgresql(target: Path) -> None:
    """pg_dump into its own compressed format, and its table of contents read back."""
    part = target.with_name(f"{target.name}.part")
    run_postgresql(["pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={part}"])
    run_postgresql(["pg_restore", "--list", str(part)])
    part.chmod(0o600)
    part.replace(target)


def run_postgresql(command: list[str], stdin: IO[bytes] | None = None) -> None:
    """Run one of PostgreSQL's programs; its complaint becomes ours."""
    if not shutil.which(command[0]):
        raise CommandError(f"{command[0]} is not installed; install PostgreSQL's client programs.")
    done = subprocess.run(command, env=postgresql_environment(), stdin=stdin, capture_output=True)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise CommandError(f"{command[0]} failed: {' '.join(lines[-3:])}")


@contextlib.contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    with path.open("a") as file:
        try:
            import fcntl
        except ImportError:  # Windows: two starts at once are left to the database
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise CommandError("Vizavi is running on these data; stop it first.") from error
        yield
