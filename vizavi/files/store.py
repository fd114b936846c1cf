"""Keeping and giving out content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _

from vizavi.core import door
from vizavi.core.actions import permit
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid, NotThere, Refused
from vizavi.core.journal import operation
from vizavi.core.models import Operation
from vizavi.core.records import Journaled, unrestricted
from vizavi.files.models import File

#: The largest upload, in bytes.
LARGEST = 100 * 1024 * 1024
_BAD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')
#: The first bytes of what a browser may show by itself, by type; everything else is only downloaded.
SHOWN = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}


def clean_name(raw: str) -> str:
    """A name that no file system and no page minds: no path, no control or direction characters."""
    text = unicodedata.normalize("NFC", str(raw)).replace("\\", "/").rsplit("/", 1)[-1]
    text = _BAD.sub("_", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if len(text) > 200:
        text = f"{(stem or ending)[: 199 - len(ending[:20])]}{dot}{ending[:20]}" if dot else text[:200]
    return text or _("file")


def keep(chunks: Iterable[bytes]) -> tuple[str, int, str]:
    """Store content under its hash: (sha256, size, type by its first bytes). Raises `Invalid` when it is too large."""
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest, size, first = hashlib.sha256(), 0, b""
    handle, temporary = tempfile.mkstemp(dir=root, prefix=".upload-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST:
                    limit = LARGEST // 1024 // 1024
                    raise Invalid({"file": [_("The file is larger than %(limit)s MB.") % {"limit": limit}]})
                first = first or chunk[:16]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        target = root / sha256[:2] / sha256
        target.parent.mkdir(exist_ok=True)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return (
        sha256,
        size,
        next((t for t, start in SHOWN.items() if first.startswith(start)), "application/octet-stream"),
    )


def drop_unused(before: datetime) -> int:
    """Remove contents that were stored before this moment and that no row names any more; how many.

    A row that names one has a column `sha256` and tells its `path`: a file, be it in the recycle bin, or an import.
    """
    models: list[Any] = list(apps.get_models())
    holders = [m for m in models if hasattr(m, "path") and any(f.name == "sha256" for f in m._meta.fields)]
    dropped = 0
    for folder in Path(settings.FILES_ROOT).glob("[0-9a-f][0-9a-f]"):
        contents = {p.name: p for p in folder.iterdir() if p.stat().st_mtime < before.timestamp()}
        with unrestricted("contents are kept for everybody"):
            for model in holders:
                for sha256 in model.objects.filter(sha256__startswith=folder.name).values_list("sha256", flat=True):
                    contents.pop(sha256, None)
        for path in contents.values():
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped


def attach(
    entity: Entity, record: Journaled, name: str, chunks: Iterable[bytes], by: Any, via: str = "page"
) -> tuple[File, Operation]:
    """Attach an uploaded file to a record. Raises `Refused`, `Invalid`; the content is on the disk before the row is."""
    permit(by, door.CHANGE, entity, record)
    sha256, size, content_type = keep(chunks)
    about = [{"entity": entity.name, "id": record.pk}]
    file = File(name=clean_name(name), size=size, sha256=sha256, content_type=content_type, owner=by, about=about)
    with operation("file.attach", by=by, via=via, title=file.name) as op:
        op.create([file])
    return file, op.row


def files_of(entity: Entity, record: Journaled) -> list[File]:
    """The files about a record that came through the door, newest first."""
    about: Any = registry.of(File).fields["about"]
    with unrestricted("the record they are about came through the door"):
        return list(File.objects.alive().filter(about.linked([(entity, record.pk)])).order_by("-pk")[:100])


def fetch(pk: int, user: Any, action: str = door.SEE) -> File:
    """A file of which this person may see (or change) a record that it is about. Raises `NotThere`."""
    with unrestricted("the records that it is about are asked next"):
        file = File.objects.alive().filter(pk=pk).first()
    if file is None:
        raise NotThere
    for entity, target in registry.of(File).fields["about"].points_to(file.about):
        if entity.model.objects.visible_to(user, action).filter(pk=target).exists():
            return file
    raise NotThere


def remove(pk: int, by: Any, via: str = "page") -> tuple[File, Operation]:
    """Put a file into the recycle bin. Raises `NotThere`, and `Refused` for those who may only look at it."""
    fetch(pk, by)
    try:
        file = fetch(pk, by, door.CHANGE)
    except NotThere:
        raise Refused(_("You may not change the record that this file is about.")) from None
    with operation("file.delete", by=by, via=via) as op:
        op.delete(list(op.lock(File, [pk]).values()))
    return file, op.row
