"""What a request says: its body, its page, the version it saw."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, RawPostDataException
from django.utils.translation import gettext as _

from vizavi.api.errors import ApiError
from vizavi.core.errors import Invalid
from vizavi.core.pages import MOST_ROWS

DEFAULT_LIMIT = 50
_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


def params_of(request: HttpRequest) -> list[tuple[str, str]]:
    """All query parameters; one that comes twice counts twice."""
    return [(name, value) for name, values in request.GET.lists() for value in values]


def only(request: HttpRequest, *known: str) -> None:
    """Raises `Invalid` for a parameter that this address does not know: a misspelt filter must not go unnoticed."""
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        raise Invalid({name: [_("There is no such parameter here.")] for name in unknown})


def number_of(request: HttpRequest, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most` out of the query. Raises `Invalid`."""
    raw = request.GET.get(name, "")
    if raw == "":
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) < 20 and 1 <= int(raw) <= most):
        raise Invalid({name: [_("Enter a number from %(low)s to %(high)s.") % {"low": 1, "high": most}]})
    return int(raw)


def limit_of(request: HttpRequest) -> int:
    """How many rows are wanted."""
    return number_of(request, "limit", DEFAULT_LIMIT, MOST_ROWS)


def address(request: HttpRequest, path: str) -> str:
    """A whole address of ours, by the name that the settings give this server or else the one it was called by."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def page_address(request: HttpRequest, name: str, cursor: Any) -> str | None:
    """The same list from another cursor on."""
    if cursor is None:
        return None
    kept = [(n, v) for n, v in params_of(request) if n not in ("after", "before")]
    return address(request, f"{request.path}?{urlencode([*kept, (name, cursor)])}")


def body_of(request: HttpRequest) -> tuple[bytes, dict[str, Any]]:
    """The JSON object that was sent, and its bytes. Raises 400, 413, 415."""
    if (request.content_type or "").lower() != "application/json":
        raise ApiError(415, "unsupported_media_type", _("Send application/json."))
    try:
        content = request.body
        data = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError, RawPostDataException):
        raise ApiError(400, "malformed_json", _("This is not JSON in UTF-8.")) from None
    if not isinstance(data, dict):
        raise ApiError(400, "malformed_json", _("Send a JSON object: names of fields and their values."))
    return content, data


def _refuse(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def base_of(request: HttpRequest) -> int | None:
    """The version that the caller saw, out of `If-Match`; None when any will do. Raises 400 for something else."""
    raw = request.headers.get("If-Match", "").strip()
    if raw in ("", "*"):
        return None
    match = _ETAG.fullmatch(raw)
    if match is None:
        raise ApiError(400, "bad_request", _('If-Match is the ETag of a record, for example "3".'))
    return int(match[1])
