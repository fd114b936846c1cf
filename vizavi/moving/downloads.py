"""Lists and cards as files, and a sample of a file to import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from vizavi.core import actions
from vizavi.core.entity import Entity, registry
from vizavi.core.errors import Invalid, NotThere
from vizavi.core.reading import Reader
from vizavi.exchange import export, targets
from vizavi.moving.common import guarded, places
from vizavi.tables import vcard, writing

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@guarded
def download(request: HttpRequest, plural: str, form: str) -> HttpResponse:
    """`/companies/export.csv` with the list's own parameters; `ids=1,2` takes only these, `columns=` names the columns.

    CSV and cards are streamed; a workbook is written to a temporary file first.
    """
    entity, reader = registry.by_plural(plural), Reader(request.user)
    if entity is None or not entity.pages or entity.admin or (form == "vcf" and not export.has_cards(entity)):
        raise Http404
    try:
        chunks = chunks_of(entity, reader, request)
    except Invalid as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    fields = export.chosen(entity, reader, request.GET.get("columns") or request.GET.get("cols", ""))
    response: Any
    if form == "xlsx":
        response = FileResponse(export.workbook(entity, fields, reader, chunks), content_type=WORKBOOK)
    elif form == "vcf":
        text = export.cards(entity, reader, chunks, version_of(request))
        response = StreamingHttpResponse(text, content_type="text/vcard; charset=utf-8")
    else:
        text = export.csv_text(entity, fields, reader, chunks)
        response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{entity.plural}-{timezone.localdate():%Y-%m-%d}.{form}"'
    return response


def chunks_of(entity: Entity, reader: Reader, request: HttpRequest) -> Iterator[Any]:
    """The records that were asked for. The first chunk is fetched, so that refusals come in time."""
    params = request.GET.copy()
    for name in ("columns", "cols", "ids", "version"):
        params.pop(name, None)
    chunks = export.records(entity, reader, params, request.GET.get("ids", ""))
    first = next(chunks, [])

    def every() -> Iterator[Any]:
        yield first
        yield from chunks

    return every()


def version_of(request: HttpRequest) -> str:
    wanted = request.GET.get("version", "")
    return wanted if wanted in vcard.VERSIONS else vcard.VERSIONS[0]


@require_GET
def card(request: HttpRequest, plural: str, pk: int) -> HttpResponse:
    """One record for a telephone's book: whoever sees it may keep its card."""
    entity, reader = registry.by_plural(plural), Reader(request.user)
    if entity is None or not entity.pages or entity.admin or not export.has_cards(entity):
        raise Http404
    try:
        record = actions.fetch(entity, pk, request.user)
    except NotThere:
        raise Http404 from None
    text = "".join(export.cards(entity, reader, [[record]], version_of(request)))
    response = HttpResponse(text, content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{entity.name}-{pk}.vcf"'
    return response


@require_GET
@guarded
def sample(request: HttpRequest) -> HttpResponse:
    """A file with our own headings and one row, to be filled in."""
    entity, reader = registry.by_plural(request.GET.get("entity", "")), Reader(request.user)
    if entity is None or entity not in places(request.user):
        raise Http404
    found = [t for _label, group in targets.offered(entity, reader) for t in group if sensible(t)]
    response: Any = StreamingHttpResponse(
        writing.csv_lines([heading(t) for t in found], [[EXAMPLES.get(t.path, "") for t in found]]),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{entity.plural}-sample.csv"'
    return response


EXAMPLES = {
    "name": "ООО «Полюс»", "surname": "Лебедева", "inn": "7707083893", "phones": "+7 343 222-10-10",
    "emails": "info@example.org", "address.city": "Екатеринбург", "founded_on": "24.11.2006", "company.name": "ООО «Полюс»",
    "companies.name": "ООО «Полюс»",
}  # fmt: skip


def sensible(target: targets.Target) -> bool:
    """Places that a person would fill in by hand: not every part of everything."""
    if target.field is None:
        return False
    if target.via is not None:
        return target.field.name in (target.entity.title, *target.entity.keys)
    return not target.part or target.part in targets.Address.PARTS


def heading(target: targets.Target) -> str:
    """A heading that the guess reads back."""
    return target.path if target.via is not None or target.part else target.field.label if target.field else target.path
