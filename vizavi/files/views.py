"""Uploading to a record, downloading, removing."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, NotThere, Refused
from vizavi.core.reading import Reader
from vizavi.files import cards, store
from vizavi.files.models import File
from vizavi.files.store import SHOWN
from vizavi.ui import add_toast, is_partial, render


@require_POST
def upload(request: HttpRequest, plural: str, pk: int) -> HttpResponse:
    """One or several files of the field `file`; answers the card."""
    entity, reader = registry.by_plural(plural), Reader(request.user)
    if entity is None or not entity.has_owner:
        raise Http404
    toast = _("Attached"), "ok", ""
    status = 200
    uploads = request.FILES.getlist("file")
    try:
        record = actions.fetch(entity, pk, reader.user)
        if not uploads:
            raise Invalid({"file": [_("Choose a file.")]})
        for upload in uploads:
            _file, done = store.attach(entity, record, upload.name or "", upload.chunks(), reader.user)
            toast = (*toast[:2], f"/operations/{done.pk}/undo/")
    except NotThere:
        raise Http404 from None
    except Refused as refusal:
        return add_toast(HttpResponse(status=403), refusal.reason, "error")
    except Invalid as error:
        toast, status = (str(error.errors["file"][0]), "error", ""), 422
    if not is_partial(request) and "XMLHttpRequest" not in request.headers.get("X-Requested-With", ""):
        return HttpResponseRedirect(entity.url(pk))
    response = render(request, "files/card.html", {"files": cards.card(entity, record, reader)}, status=status)
    return add_toast(response, *toast)


@require_GET
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The content: shown by the browser only where its first bytes say that this is harmless."""
    try:
        file = store.fetch(pk, request.user)
    except NotThere:
        raise Http404 from None
    if not file.path.is_file():
        raise Http404
    response = FileResponse(
        file.path.open("rb"),
        as_attachment=file.content_type not in SHOWN or "download" in request.GET,
        filename=file.name,
        content_type=file.content_type,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0"
    return response


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the bin; answers the card of the first record that it is about and that this person sees."""
    reader = Reader(request.user)
    try:
        file, done = store.remove(pk, reader.user)
    except NotThere:
        raise Http404 from None
    except Refused as refusal:
        return add_toast(HttpResponse(status=403), refusal.reason, "error")
    about = registry.of(File).fields["about"].points_to(file.about)
    entity, target = next((e, i) for e, i in about if reader.ref(e, i).visible)
    if not is_partial(request):
        return HttpResponseRedirect(entity.url(target))
    record = actions.fetch(entity, target, reader.user)
    response = render(request, "files/card.html", {"files": cards.card(entity, record, reader)})
    text = _("Moved to the recycle bin: %(title)s") % {"title": done.title}
    return add_toast(response, text, "ok", f"/operations/{done.pk}/undo/")
