"""`vizavi backup FILE` and `vizavi restore FILE`: everything that the firm owns in one zip file."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from vizavi import __version__
from vizavi.cli import database
from vizavi.cli.data import SECRET_KEY_FILE, data_directory
from vizavi.core.errors import CommandError

FORMAT = 1
SQLITE_MEMBER = "database.sqlite3"
POSTGRESQL_MEMBER = "database.dump"

# Everything in the schema but what belongs to extensions. In the same transaction as the data that follow: either
# the backup is there afterwards, or what was there before.
EMPTY_SCHEMA = """
DO $$ DECLARE name text; BEGIN
FOR name IN SELECT format('DROP %s IF EXISTS %s CASCADE',
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
    c.oid::regclass)
  FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i'))
  ORDER BY c.relkind = 'S'
LOOP EXECUTE name; END LOOP;
FOR name IN SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
  FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
LOOP EXECUTE name; END LOOP;
END $$;
"""


def register(commands: Any) -> None:
    """The two commands."""
    parser = commands.add_parser("backup", help="write everything into one file; the server may run meanwhile")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.set_defaults(func=backup)
    parser = commands.add_parser("restore", help="put a backup in the place of the present data")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.set_defaults(func=restore)


def backup(options: argparse.Namespace) -> int:
    """Write the zip file beside its place and move it there when it is whole."""
    database.set_up()
    from django.db import connection

    target: Path = options.file.absolute()
    if not target.parent.is_dir():
        raise CommandError(f"there is no folder {target.parent}.")
    if not connection.introspection.table_names():
        raise CommandError("there are no data to back up yet.")
    part = target.with_name(f"{target.name}.part")
    try:
        write_zip(part, connection.vendor)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


def write_zip(path: Path, vendor: str) -> None:
    """The database first, the files after it: content-addressed files only ever are more than the database knows."""
    from django.conf import settings

    data = data_directory()
    about = {
        "format": FORMAT,
        "vizavi": __version__,
        "database": vendor,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(handle, "wb") as raw,
        zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
        tempfile.TemporaryDirectory(dir=data, prefix=".backup-") as folder,
    ):
        archive.writestr("vizavi.json", json.dumps(about, indent=1))
        copy = Path(folder) / "copy"
        if vendor == "sqlite":
            database.copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), copy)
            archive.write(copy, SQLITE_MEMBER)
        else:
            database.dump_postgresql(copy)
            archive.write(copy, POSTGRESQL_MEMBER, compress_type=zipfile.ZIP_STORED)
        if (data / SECRET_KEY_FILE).exists():
            archive.write(data / SECRET_KEY_FILE, SECRET_KEY_FILE)
        for file in sorted((data / "files").rglob("*")):
            # A file may go while we walk: the bin is purged. Its row is gone too, or will be.
            with contextlib.suppress(FileNotFoundError):
                if file.is_file():
                    # Zip knows no time before 1980, and a copied folder may carry one.
                    archive.write(file, f"files/{file.relative_to(data / 'files').as_posix()}")
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged:
        raise CommandError(f"the backup could not be read back ({damaged}); try another disk.")


def restore(options: argparse.Namespace) -> int:
    """Check the backup completely, then swap; what was there before is kept in data/backups."""
    file: Path = options.file.absolute()
    if not zipfile.is_zipfile(file):
        raise CommandError(f"{file}: not a backup of Vizavi.")
    database.set_up()
    from django.db import connection

    from vizavi.custom.dialect import as_owner

    data = data_directory()
    with (
        database.locked(data / "serve.lock", wait=False),
        zipfile.ZipFile(file) as archive,
        tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as folder,
    ):
        about = read_about(archive, connection.vendor)
        fresh = Path(folder)
        unpack(archive, fresh)
        kept = data / "backups" / f"before-restore-{time.strftime('%Y%m%d-%H%M%S')}"
        if connection.vendor == "sqlite":
            had_data = restore_sqlite(fresh, Path(connection.settings_dict["NAME"]), kept)
        else:
            role = connection.settings_dict["USER"]
            with as_owner():
                had_data = restore_postgresql(fresh, kept)
                database.grant_rows(role)
        swap(fresh / "files", data / "files", kept)
        swap(fresh / SECRET_KEY_FILE, data / SECRET_KEY_FILE, kept)
    print(f"Restored the data of {about['created']}.")
    if had_data:
        print(f"What was there before: {kept}")
    return 0


def read_about(archive: zipfile.ZipFile, vendor: str) -> dict[str, Any]:
    """What the backup says of itself; refused when it isn't for this program or this kind of database."""
    try:
        about = json.loads(archive.read("vizavi.json"))
        written, kind, _ = int(about["format"]), str(about["database"]), str(about["created"])
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise CommandError("this zip file is not a backup of Vizavi.") from error
    if written > FORMAT:
        raise CommandError("this backup was made by a newer Vizavi; update the program.")
    if kind != vendor:
        raise CommandError(f"this is a backup of {kind}, and DATABASE_URL leads to {vendor}.")
    return dict(about)


def unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack only what a backup consists of; a damaged member or a name that climbs out of the folder is refused."""
    try:
        for member in archive.infolist():
            path = PurePosixPath(member.filename)
            known = member.filename in (SQLITE_MEMBER, POSTGRESQL_MEMBER, SECRET_KEY_FILE) or path.parts[:1] == (
                "files",
            )
            if member.is_dir() or member.filename == "vizavi.json":
                continue
            if not known or path.is_absolute() or ".." in path.parts or "\\" in member.filename:
                raise CommandError(f"the backup holds a file that does not belong there: {member.filename}")
            archive.extract(member, folder)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise CommandError(f"the backup is damaged: {error}") from error
    if (folder / SECRET_KEY_FILE).exists():
        (folder / SECRET_KEY_FILE).chmod(0o600)
    (folder / "files").mkdir(exist_ok=True)


def restore_sqlite(fresh: Path, target: Path, kept: Path) -> bool:
    """Put the checked copy in place; was there a database?"""
    copy = fresh / SQLITE_MEMBER
    if not copy.exists():
        raise CommandError("the backup holds no database.")
    with contextlib.closing(sqlite3.connect(copy)) as checked:
        database.check_sqlite(checked)
    from django.db import connection

    connection.close()
    had_data = target.exists()
    if had_data:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A copy and not the file: what the journal beside it still holds would be left out.
        database.copy_sqlite(target, kept / target.name)
    copy.chmod(0o600)
    for journal in ("-wal", "-shm"):
        target.with_name(target.name + journal).unlink(missing_ok=True)
    copy.replace(target)
    return had_data


def restore_postgresql(fresh: Path, kept: Path) -> bool:
    """Replace the schema's contents in one transaction; were there any?"""
    from django.db import connection

    if not (fresh / POSTGRESQL_MEMBER).exists():
        raise CommandError("the backup holds no database.")
    had_data = bool(connection.introspection.table_names())
    connection.close()
    if had_data:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        database.dump_postgresql(kept / POSTGRESQL_MEMBER)
    script = fresh / "restore.sql"
    body = fresh / "body.sql"
    database.run_postgresql(["pg_restore", "--no-owner", "--no-acl", f"--file={body}", str(fresh / POSTGRESQL_MEMBER)])
    with script.open("wb") as out, body.open("rb") as source:
        out.write(EMPTY_SCHEMA.encode())
        shutil.copyfileobj(source, out)
    database.run_postgresql(
        ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={script}"]
    )
    return had_data


def swap(fresh: Path, target: Path, kept: Path) -> None:
    """Move the new one in; the old one goes to the kept folder."""
    if not fresh.exists():
        return
    if target.exists():
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.replace(kept / target.name)
    fresh.replace(target)
