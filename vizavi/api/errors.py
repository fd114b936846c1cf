"""Answers of the API: JSON in every case, and one shape for everything that went wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError

from vizavi.core.errors import Conflict, Invalid, Merged, NotThere, Refused
from vizavi.ui import errors as pages
from vizavi.ui.formats import nth

log = logging.getLogger(__name__)

#: Codes of errors, by status: what a program looks at.
CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 413: "too_large", 415: "unsupported_media_type", 422: "invalid", 429: "too_many_requests",
    500: "internal",
}  # fmt: skip


class ApiError(Exception):
    """An error with its status and its words; `headers` go with it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: dict[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.fields, self.headers = fields or {}, dict(headers or {})


def _plain(value: Any) -> Any:
    """What JSON has no form for, as field kinds write it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer."""
    # A lone surrogate out of somebody's JSON has no UTF-8 form; it must not break the answer that quotes it.
    body = json.dumps(data, ensure_ascii=False, default=_plain).encode("utf-8", "replace")
    return HttpResponse(body, status=status, headers=dict(headers or {}), content_type="application/json")


def failure(
    status: int,
    message: str,
    code: str = "",
    fields: dict[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The one shape of an error."""
    error = {"code": code or CODES[status], "message": str(message), "fields": fields or {}}
    return answer({"error": error}, status, headers)


def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """404 for any address under the API that is not one."""
    if request.path.endswith("/"):
        return failure(404, _("There is nothing here."))
    return failure(404, _("There is nothing here. Addresses end with a slash."))


def invalid(error: Invalid) -> HttpResponse:
    whole = error.errors.get("", [])
    named = {name: messages for name, messages in error.errors.items() if name}
    return failure(422, " ".join(whole) or _("Some values cannot be accepted."), fields=named)


def conflict(error: Conflict) -> HttpResponse:
    """Who changed what meanwhile; `ETag` is the version to start from again."""
    fields = {}
    for clash in error.clashes:
        shown = json.dumps(clash.theirs, ensure_ascii=False, default=_plain)[:200]
        who = str(clash.by) if clash.by is not None else _("somebody")
        fields[clash.field] = [
            _("%(who)s has changed it meanwhile; now it is %(value)s.") % {"who": who, "value": shown}
        ]
    return failure(
        409,
        _("This record was changed meanwhile."),
        fields=fields,
        headers={"ETag": f'"{error.version}"'} if error.version else None,
    )


def merged(request: HttpRequest, into: int) -> HttpResponse:
    """Where a record went that was merged into another: reading is sent on (until an undo), writing is not."""
    values = getattr(request.resolver_match, "kwargs", {})
    if request.method == "GET" and "pk" in values:
        url = request.build_absolute_uri().replace(f"/{values['pk']}/", f"/{into}/", 1)
        return answer({"merged_into": into}, 301, {"Location": url, "Cache-Control": "no-store"})
    return failure(404, _("It was merged into %(record)s.") % {"record": nth(into)}, "merged")


def of_exception(request: HttpRequest, error: Any) -> HttpResponse:
    """The answer to whatever was raised."""
    match error:
        case ApiError():
            return failure(error.status, error.message, error.code, error.fields, error.headers)
        case Invalid():
            return invalid(error)
        case Conflict():
            return conflict(error)
        case Refused():
            return failure(403, error.reason)
        case Merged():
            return merged(request, error.into)
        case NotThere() | Http404():
            return failure(404, _("There is no such record."))
        case AuthenticationError():
            return failure(401, _("Send a valid token in the Authorization header."))
        case RequestDataTooBig():
            return failure(413, _("This request is too large."))
        case HttpError():
            return failure(error.status_code, error.message)
        case NinjaValidationError() | SuspiciousOperation() | MultiPartParserError() | UnreadablePostError():
            return failure(400, _("This request makes no sense."))
    # Never the exception's own words: they may hold somebody's data.
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return failure(500, _("Something went wrong on our side; nothing was changed."))


def handle(api: NinjaAPI) -> None:
    """Every exception of the API goes through `of_exception`."""
    for kind in (Exception, AuthenticationError, HttpError, NinjaValidationError, Http404):
        api.add_exception_handler(kind, of_exception)


def outside(request: HttpRequest, page: HttpResponse, message: str) -> HttpResponse:
    """What happened before the API was reached (a host that is no host, a broken session) is JSON under its address."""
    if not request.path.startswith("/api/v1/"):
        return page
    headers = {"X-Incident": page["X-Incident"]} if "X-Incident" in page else None
    return failure(page.status_code, message, headers=headers)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler of 400."""
    return outside(request, pages.bad_request(request, exception), _("This request makes no sense."))


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler of 500."""
    return outside(request, pages.broken(request), _("Something went wrong on our side; nothing was changed."))
