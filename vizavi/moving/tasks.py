"""Imports and exports that are due."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.firm import speaking_to
from vizavi.core.reading import Reader
from vizavi.exchange import export, mapping, remember
from vizavi.exchange.models import ImportRun, SavedMapping
from vizavi.exchange.runs import begin, table_of
from vizavi.exchange.tasks import carry_out
from vizavi.files.store import LARGEST
from vizavi.jobs.backend import enqueue_once
from vizavi.jobs.schedule import every
from vizavi.moving.fetching import NotFetched, fetch
from vizavi.moving.models import ScheduledExport, ScheduledImport, TakenFile, folder_of
from vizavi.tables import Unreadable

DONE, FAILED = "done", "failed"
#: A file that was written to so recently may not be there whole.
SETTLED = 5
MOST_FILES = 200


@every(minutes=1)
@task()
def look_for_due() -> None:
    """Enqueue the schedules that are due."""
    due = Q(next_at=None) | Q(next_at__lte=timezone.now())
    found = [
        (run_scheduled_import, ScheduledImport.objects.filter(due, active=True, deleted_at=None)),
        (run_scheduled_export, ScheduledExport.objects.filter(due, active=True, deleted_at=None)),
    ]
    for job, rows in found:
        for pk in rows.values_list("pk", flat=True):
            with transaction.atomic():
                enqueue_once(job, f"schedule:{rows.model.__name__}:{pk}", pk)


# -- in ----------------------------------------------------------------------------------------------------------------


@task()
def run_scheduled_import(pk: int) -> None:
    """Import what is new; a failure is told on the schedule's page and comes again by itself."""
    schedule = ScheduledImport.objects.select_related("by").filter(pk=pk, active=True, deleted_at=None).first()
    if schedule is None:
        return
    with speaking_to(schedule.by):
        told: list[str] = []
        problems: list[str] = []
        try:
            if not schedule.by.is_active:
                raise Refused(_("%(name)s may no longer sign in.") % {"name": schedule.by})
            for name, path in files_of(schedule):
                problem = take(schedule, name, path, told)
                if problem:
                    problems.append(f"{name}: {problem}")
                if schedule.after == ScheduledImport.MOVE and not schedule.is_address:
                    put_away(path, FAILED if problem else DONE)
        except (NotFetched, Refused, ValidationError, OSError) as error:
            problems.append(" ".join(getattr(error, "messages", [])) or getattr(error, "reason", "") or str(error))
        schedule.noted("; ".join(problems or told), bool(problems))


def files_of(schedule: ScheduledImport) -> Iterator[tuple[str, Path]]:
    """The files that are there, by name. Raises `NotFetched`, `OSError`, `ValidationError`."""
    if not schedule.is_address:
        folder = folder_of(schedule.source)
        if not folder.is_dir():
            raise NotFetched(_("There is no folder %(name)s.") % {"name": schedule.source})
        found = sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink() and not p.name.startswith("."))
        yield from ((p.name, p) for p in found[:MOST_FILES] if time.time() - p.stat().st_mtime > SETTLED)
        return
    name, pieces = fetch(schedule.source, LARGEST)
    with tempfile.NamedTemporaryFile(prefix="vizavi-") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        yield name, Path(file.name)


def take(schedule: ScheduledImport, name: str, path: Path, told: list[str]) -> str:
    """Import one file unless its content has been taken before; what went wrong, `""` for nothing.

    A file that was cut off goes on from its checkpoint.
    """
    sha256 = digest(path)
    taken = schedule.taken.select_related("run__operation", "run__by").filter(sha256=sha256).first()
    if taken is not None and not (taken.run and taken.run.state in (ImportRun.WAITING, ImportRun.RUNNING)):
        return ""
    try:
        run = taken.run if taken and taken.run else prepared(schedule, name, path)
    except (Unreadable, Invalid, Refused) as error:
        problem = getattr(error, "reason", "") or str(error)
        # The same content would fail the same way: it is remembered, and told once.
        TakenFile.objects.create(schedule=schedule, sha256=sha256, name=name[:255], error=problem[:500])
        return problem
    if taken is None:
        with transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.WAITING)
            TakenFile.objects.create(schedule=schedule, sha256=sha256, name=name[:255], run=run)
    run = carry_out(run, via="schedule")
    counts = run.counts
    words = {"name": name, **{k: counts.get(k, 0) for k in ("created", "updated", "rejected")}}
    told.append(_("%(name)s: created %(created)s, updated %(updated)s, put aside %(rejected)s") % words)
    return run.error


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            found.update(piece)
    return found.hexdigest()


def prepared(schedule: ScheduledImport, name: str, path: Path) -> ImportRun:
    """The file as an import with the schedule's mapping. Raises `Unreadable`, `Invalid`, `Refused`."""
    entity, reader = registry.by_plural(schedule.records), Reader(schedule.by)
    if entity is None:
        raise Refused(_("There is no such kind of record."))
    with path.open("rb") as file:
        run = begin(entity, schedule.by, name, iter(lambda: file.read(1024 * 1024), b""))
    table = table_of(run)
    if schedule.mapping:
        saved = SavedMapping.objects.filter(entity=entity.name, name=schedule.mapping).order_by("-used_at").first()
        if saved is None:
            raise Refused(_("There is no saved mapping of this name."))
        run.mapping = remember.apply(entity, table, reader, saved).json()
    run.mapping = {**run.mapping, "duplicates": schedule.duplicates}
    mapping.read(entity, run.mapping, table.headers, reader)
    run.save(update_fields=["mapping"])
    return run


def put_away(path: Path, where: str) -> None:
    """Move a file to a folder beside it, under a name that is free."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.stem}-{timezone.now():%Y%m%d%H%M%S%f}{path.suffix}"
    shutil.move(path, target)


# -- out ---------------------------------------------------------------------------------------------------------------


@task()
def run_scheduled_export(pk: int) -> None:
    """Write the list; a failure is told on the schedule's page and comes again by itself."""
    schedule = ScheduledExport.objects.select_related("by").filter(pk=pk, active=True, deleted_at=None).first()
    if schedule is None:
        return
    with speaking_to(schedule.by):
        try:
            path = write(schedule)
            schedule.noted(_("written: %(name)s") % {"name": path.name}, False)
        except (Refused, Invalid, ValidationError, OSError) as error:
            told = " ".join(getattr(error, "messages", [])) or getattr(error, "reason", "") or str(error)
            schedule.noted(told, True)


def write(schedule: ScheduledExport) -> Path:
    """The file of a schedule. Raises `Refused`, `Invalid`, `ValidationError`, `OSError`."""
    entity = registry.by_plural(schedule.records)
    if entity is None or not schedule.by.is_active:
        raise Refused(_("%(name)s may no longer sign in.") % {"name": schedule.by})
    folder = folder_of(schedule.folder)
    folder.mkdir(parents=True, exist_ok=True)
    stem = (schedule.file_name or entity.plural).replace("{date}", f"{timezone.localdate():%Y-%m-%d}")
    ending = f".{schedule.form}"
    path = folder / (stem if stem.endswith(ending) else stem + ending)
    export.to_file(entity, Reader(schedule.by), path, schedule.form, schedule.query, schedule.fields.replace(" ", ""))
    return path
