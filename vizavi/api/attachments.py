"""Files of a record, and one file: what it is, its content, its deletion."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from vizavi.api import describe
from vizavi.api.errors import ApiError, answer
from vizavi.api.idempotency import once
from vizavi.api.reading import address, etag, only
from vizavi.api.records import VIA, gone
from vizavi.api.site import Section
from vizavi.api.tokens import READ, WRITE, need
from vizavi.core import actions, door
from vizavi.core.entity import Entity
from vizavi.core.errors import Invalid
from vizavi.files import store, views
from vizavi.files.models import File

#: What a multipart body may weigh beyond the file itself.
WRAPPING = 64 * 1024


def shown(file: File) -> dict[str, Any]:
    return {
        "id": file.pk,
        "version": file.version,
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "sha256": file.sha256,
        "created_at": file.created_at,
        "created_by": file.created_by_id,
    }


def list_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, READ, entity)
        only(request)
        found = store.files_of(entity, actions.fetch(entity, pk, reader.user))
        return answer({"results": [shown(file) for file in found], "next": None, "previous": None})

    return view


def upload_of(request: HttpRequest) -> UploadedFile:
    """The part `file`. Raises 413, 415, 422."""
    if request.content_type != "multipart/form-data":
        raise ApiError(415, "unsupported_media_type", _("Send multipart/form-data with a part called file."))
    limit = store.LARGEST // 1024 // 1024
    # Before the body is read: what is too large is not even taken in.
    if int(request.META.get("CONTENT_LENGTH") or 0) > store.LARGEST + WRAPPING:
        raise ApiError(413, "too_large", _("The file is larger than %(limit)s MB.") % {"limit": limit})
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Invalid({"file": [_("This field is required.")]})
    return upload


def attach_view(entity: Entity) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        reader = need(request, WRITE, entity)
        record = actions.fetch(entity, pk, reader.user)
        actions.permit(reader.user, door.CHANGE, entity, record)
        upload = upload_of(request)
        # Not the raw body: its boundary is another one each time.
        content = hashlib.sha256((upload.name or "").encode("utf-8", "replace"))
        for chunk in upload.chunks():
            content.update(chunk)

        def act() -> HttpResponse:
            file, done = store.attach(entity, record, upload.name or "", upload.chunks(), reader.user, via=VIA)
            where = address(request, f"/api/v1/files/{file.pk}/")
            return answer(shown(file), 201, {"Location": where, "Operation-Id": str(done.pk)})

        return once(request, reader.user, content.digest(), act)

    return view


def read_view(request: HttpRequest, pk: int) -> HttpResponse:
    reader = need(request, READ)
    file = store.fetch(known(pk), reader.user)
    return answer(shown(file), headers=etag(file.version))


def content_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    reader = need(request, READ)
    store.fetch(known(pk), reader.user)
    response = views.download(request, pk)
    # A program asks for the bytes; their kind stands in the description of the file.
    response["Content-Type"] = "application/octet-stream"
    return response


def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    reader = need(request, WRITE)
    _file, done = store.remove(known(pk), reader.user, via=VIA)
    return gone(done)


def known(pk: int) -> int:
    """The id, or one that no file has where a database could not even ask for it."""
    return pk if 0 < pk < 2**63 else 0


def add_to(section: Section, entity: Entity) -> None:
    """The addresses of the files of one kind of record."""
    tell = describe.Records(entity)
    section.add("GET", "/{int:pk}/files/", f"files_of_{entity.name}", list_view(entity), tell.files)
    section.add("POST", "/{int:pk}/files/", f"attach_to_{entity.name}", attach_view(entity), tell.attach)


def routes() -> Section:
    section = Section("/files/")
    section.add("GET", "/{int:pk}/", "read_file", read_view, describe.file)
    section.add("GET", "/{int:pk}/content/", "read_content_of_file", content_view, describe.file_content)
    section.add("DELETE", "/{int:pk}/", "delete_file", delete_view, describe.file_delete)
    return section
