"""`vizavi import` and `vizavi export`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from vizavi.core.errors import CommandError, Invalid, Refused


def register(subparsers: Any) -> None:
    """The commands."""
    load = subparsers.add_parser("import", help="load a CSV or XLSX file")
    load.add_argument("entity", help="what it holds: companies, contacts, …")
    load.add_argument("file", type=Path)
    load.add_argument("--as", dest="email", metavar="EMAIL", help="whose rights (default: the first administrator)")
    load.add_argument("--mapping", type=Path, metavar="FILE", help="JSON; without it the headings are guessed")
    load.add_argument("--dry-run", action="store_true", help="say what would happen")
    load.add_argument("--rejects", type=Path, metavar="FILE", help="where refused rows go (default: beside the file)")
    load.set_defaults(func=run_import)
    give = subparsers.add_parser("export", help="write all records as CSV or XLSX")
    give.add_argument("entity")
    give.add_argument("--as", dest="email", metavar="EMAIL")
    give.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    give.add_argument("--output", type=Path, metavar="FILE", help="default: the standard output")
    give.set_defaults(func=run_export)


def entity_of(word: str) -> Any:
    """The entity of that plural. Raises `CommandError`."""
    from vizavi.core.entity import registry

    entity = registry.by_plural(word)
    if entity is None or not entity.many:
        known = ", ".join(sorted(e.plural for e in registry if e.many and e.pages))
        raise CommandError(f"there is no {word}; there are: {known}.")
    return entity


def person(email: str | None) -> Any:
    """The person of that address, or the first administrator. Raises `CommandError`."""
    from django.contrib.auth import get_user_model

    rows = get_user_model().objects.filter(deleted_at=None, is_active=True)  # type: ignore[misc]
    user = (rows.filter(email__iexact=email) if email else rows.filter(role="administrator").order_by("pk")).first()
    if user is None:
        raise CommandError(f"there is no user {email}." if email else "there is no administrator yet.")
    return user


def run_import(options: argparse.Namespace) -> int:
    """Import; a second start with the same file goes on where a killed one stopped."""
    from vizavi.core.reading import Reader
    from vizavi.exchange import mapping as mappings
    from vizavi.exchange.importer import Importer
    from vizavi.exchange.readers import Unreadable, open_table
    from vizavi.exchange.tasks import carry_out

    entity, by = entity_of(options.entity), person(options.email)
    if not options.file.is_file():
        raise CommandError(f"there is no file {options.file}.")
    try:
        table = open_table(options.file, options.file.name)
        raw = json.loads(options.mapping.read_text("utf-8")) if options.mapping else None
        reader = Reader(by)
        settled = (
            mappings.guess(entity, table, reader) if raw is None else mappings.read(entity, raw, table.headers, reader)
        )
        mappings.read(entity, settled.json(), table.headers, reader)
        importer = Importer(entity, table, settled, by)
        if options.dry_run:
            return tell(importer.try_out())
        run = run_for(entity, options.file, settled.json(), by)
        run = carry_out(run, via="command")
    except (Unreadable, Refused, Invalid) as error:
        raise CommandError(str(error)) from None
    except (OSError, ValueError) as error:
        raise CommandError(f"{options.mapping or options.file}: {error}") from None
    if run.error:
        raise CommandError(run.error)
    counts = run.counts
    print(", ".join(f"{counts.get(name, 0)} {name}" for name in ("created", "updated", "skipped", "rejected")))
    write_rejects(run, table.headers, options.rejects or options.file.with_suffix(".rejects.csv"))
    return 0


def run_for(entity: Any, file: Path, mapping: dict[str, Any], by: Any) -> Any:
    """A new run, or the one of the same file and mapping that was cut off."""
    from django.conf import settings

    from vizavi.exchange.models import ImportRun
    from vizavi.files.store import keep

    with file.open("rb") as stream:
        sha256, _size, _kind = keep(iter(lambda: stream.read(1024 * 1024), b""))
    begun = ImportRun.objects.filter(sha256=sha256, entity=entity.name, by=by, state=ImportRun.RUNNING, mapping=mapping)
    run = begun.select_related("operation").first()
    assert settings.FILES_ROOT
    return run or ImportRun.objects.create(
        sha256=sha256, entity=entity.name, by=by, file_name=file.name[:255], mapping=mapping
    )


def tell(report: Any) -> int:
    """The dry run's answer."""
    print(
        f"{report.rows} rows: {report.created} created, {report.updated} updated, {report.skipped} skipped, {report.rejected} rejected"
    )
    for row in report.problems:
        print(f"row {row.number}: {'; '.join(row.errors)}", file=sys.stderr)
    return 0


def write_rejects(run: Any, headers: list[str], path: Path) -> None:
    """The refused rows with their reasons, ready to be mended and loaded again."""
    from vizavi.exchange.views import rejects_csv

    if run.rejects.exists():
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(rejects_csv(run, headers))
        print(f"The refused rows are in {path}.", file=sys.stderr)


def run_export(options: argparse.Namespace) -> int:
    """Everything that the person may export."""
    from vizavi.core.reading import Reader
    from vizavi.exchange import export

    entity, reader = entity_of(options.entity), Reader(person(options.email))
    fields = export.chosen(entity, reader)
    try:
        chunks = export.records(entity, reader, {})
        if options.format == "xlsx":
            if not options.output:
                raise CommandError("an XLSX file needs --output FILE.")
            with export.workbook(entity, fields, reader, chunks) as book, options.output.open("wb") as file:
                shutil.copyfileobj(book, file)
        elif options.output:
            with options.output.open("w", encoding="utf-8", newline="") as file:
                file.writelines(export.csv_text(entity, fields, reader, chunks))
        else:
            sys.stdout.writelines(export.csv_text(entity, fields, reader, chunks))
    except Refused as error:
        raise CommandError(error.reason) from None
    return 0
