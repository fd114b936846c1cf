"""`vizavi import` and `vizavi export`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vizavi.core.errors import CommandError, Invalid, Refused


def register(subparsers: Any) -> None:
    """The commands."""
    load = subparsers.add_parser("import", help="load a table or vCards")
    load.add_argument("entity", help="what it holds: companies, contacts, …")
    load.add_argument("file", type=Path)
    load.add_argument("--as", dest="email", metavar="EMAIL", help="whose rights (default: the first administrator)")
    load.add_argument("--mapping", type=Path, metavar="FILE", help="JSON; without it the headings are guessed")
    load.add_argument("--duplicates", choices=("fill", "overwrite", "skip", "create"), help="what becomes of them")
    load.add_argument("--encoding", help="of a text file (default: recognised)")
    load.add_argument("--delimiter", help="of a text file (default: recognised)")
    load.add_argument("--sheet", help="of a workbook (default: the first that is not empty)")
    load.add_argument("--dry-run", action="store_true", help="say what would happen")
    load.add_argument("--rejects", type=Path, metavar="FILE", help="where refused rows go (default: beside the file)")
    load.set_defaults(func=in_their_words(run_import))
    give = subparsers.add_parser("export", help="write records as CSV, XLSX or vCards")
    give.add_argument("entity")
    give.add_argument("--as", dest="email", metavar="EMAIL")
    give.add_argument("--format", choices=("csv", "xlsx", "vcf"), default="csv")
    give.add_argument(
        "--filter", default="", metavar="QUERY", help="as in the address of a list: kind=client&sort=name"
    )
    give.add_argument("--columns", default="", metavar="NAMES", help="default: all that the person sees")
    give.add_argument("--output", type=Path, metavar="FILE", help="default: the standard output")
    give.set_defaults(func=in_their_words(run_export))


def entity_of(word: str) -> Any:
    """The entity of that plural. Raises `CommandError`."""
    from vizavi.core.entity import registry

    entity = registry.by_plural(word)
    if entity is None or not entity.many:
        known = ", ".join(sorted(e.plural for e in registry if e.many and e.pages))
        raise CommandError(f"there is no {word}; there are: {known}.")
    return entity


#: What a run counts.
COUNTED = ("created", "updated", "skipped", "rejected", "doubtful")


def person(email: str | None) -> Any:
    """The person of that address, or the first administrator. Raises `CommandError`."""
    from django.contrib.auth import get_user_model

    rows = get_user_model().objects.filter(deleted_at=None, is_active=True)  # type: ignore[misc]
    user = (rows.filter(email__iexact=email) if email else rows.filter(role="administrator").order_by("pk")).first()
    if user is None:
        raise CommandError(f"there is no user {email}." if email else "there is no administrator yet.")
    return user


def in_their_words(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Dates, numbers and reasons as the person who acts reads and writes them."""

    def run(options: argparse.Namespace) -> int:
        from vizavi.core.firm import speaking_to

        with speaking_to(person(options.email)):
            return command(options)

    return run


def run_import(options: argparse.Namespace) -> int:
    """Import; a second start with the same file goes on where a killed one stopped."""
    from vizavi.core.journal.long import Overtaken
    from vizavi.core.reading import Reader
    from vizavi.exchange import mapping as mappings
    from vizavi.exchange import remember
    from vizavi.exchange.importer import Importer
    from vizavi.exchange.tasks import carry_out
    from vizavi.tables import Unreadable, open_table

    entity, by = entity_of(options.entity), person(options.email)
    if not options.file.is_file():
        raise CommandError(f"there is no file {options.file}.")
    try:
        reading = {name: getattr(options, name) or "" for name in ("encoding", "delimiter", "sheet")}
        table = open_table(options.file, options.file.name, **reading)
        reader = Reader(by)
        if options.mapping:
            raw = json.loads(options.mapping.read_text("utf-8"))
        else:
            raw = remember.suggested(entity, table, reader).json()
        settled = mappings.read(entity, raw, table.headers, reader)
        if options.duplicates:
            settled.duplicates = options.duplicates
        importer = Importer(entity, table, settled, by)
        if options.dry_run:
            return tell(importer)
        run = run_for(entity, options.file, settled.json(), by, reading)
        run = carry_out(run, via="command")
    except (Unreadable, Refused, Invalid, Overtaken) as error:
        raise CommandError(str(error)) from None
    except (OSError, ValueError) as error:
        raise CommandError(f"{options.mapping or options.file}: {error}") from None
    if run.error:
        raise CommandError(run.error)
    counts = run.counts
    print(", ".join(f"{counts.get(name, 0)} {name}" for name in COUNTED))
    write_rejects(run, table.headers, options.rejects or options.file.with_suffix(".rejects.csv"))
    return 0


def run_for(entity: Any, file: Path, mapping: dict[str, Any], by: Any, reading: dict[str, str] | None = None) -> Any:
    """A new run, or the one of the same file and mapping that was cut off."""
    from vizavi.exchange.models import ImportRun
    from vizavi.files.store import keep

    with file.open("rb") as stream:
        sha256, _size, _kind = keep(iter(lambda: stream.read(1024 * 1024), b""))
    options = {name: value for name, value in (reading or {}).items() if value}
    begun = ImportRun.objects.filter(sha256=sha256, entity=entity.name, by=by, state=ImportRun.RUNNING, mapping=mapping)
    run = begun.select_related("operation").first()
    return run or ImportRun.objects.create(
        sha256=sha256, entity=entity.name, by=by, file_name=file.name[:255], mapping=mapping, options=options
    )


def tell(importer: Any) -> int:
    """The dry run's answer: counts; what would be refused, and what would come in and looks wrong, by row."""
    report = importer.try_out()
    counts = ", ".join(f"{getattr(report, name)} {name}" for name in COUNTED)
    print(f"{report.rows} rows: {counts}")
    for name, count in report.beside.items():
        print(f"beside them: {count} {name}")
    headers = importer.table.headers
    found = [(row, row.problems, "") for row in report.problems] + [(r, r.doubts, "doubtful: ") for r in report.doubts]
    for row, problems, mark in sorted(found, key=lambda entry: entry[0].number):
        told = [f"{headers[p.column]}: {p.text}" if p.column is not None else p.text for p in problems]
        print(f"row {row.number}: {mark}{'; '.join(told)}", file=sys.stderr)
    return 0


def write_rejects(run: Any, headers: list[str], path: Path) -> None:
    """The refused rows with their reasons, ready to be mended and loaded again."""
    from vizavi.exchange.rejects import rejects_csv

    if run.rejects.exists():
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(rejects_csv(run, headers))
        print(f"The refused rows are in {path}.", file=sys.stderr)


def run_export(options: argparse.Namespace) -> int:
    """Everything that the person may export, or what a filter leaves of it."""
    from vizavi.core.reading import Reader
    from vizavi.exchange import export

    entity, reader = entity_of(options.entity), Reader(person(options.email))
    if options.format == "xlsx" and not options.output:
        raise CommandError("an XLSX file needs --output FILE.")
    try:
        if options.output:
            export.to_file(entity, reader, options.output, options.format, options.filter, options.columns)
        else:
            sys.stdout.writelines(export.text(entity, reader, options.format, options.filter, options.columns))
    except Refused as error:
        raise CommandError(error.reason) from None
    except Invalid as error:
        raise CommandError(str(error)) from None
    return 0
