"""A file from an address on the network, without becoming a way into the firm's own.

Only http and https; the address is resolved here and the connection goes to the very address that was looked at, at each
redirect anew. Private, local and reserved addresses are refused unless `VIZAVI_PRIVATE_ADDRESSES` allows them.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

MOST_REDIRECTS = 5
#: Seconds for one answer of the server, and for all together.
PATIENCE, LONGEST = 15, 300
_CHUNK = 64 * 1024


class NotFetched(Exception):
    """The file could not be had, in words for the administrator."""


def allowed(ip: str) -> bool:
    """Whether this program may connect there."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return settings.PRIVATE_ADDRESSES or (address.is_global and not address.is_multicast)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises `NotFetched`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched(_("There is no host %(name)s.") % {"name": host[:100]}) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _connect(host: str, port: int) -> socket.socket:
    """A connection to an address that was looked at; the name is not resolved a second time."""
    addresses = resolve(host, port)
    if not all(map(allowed, addresses)):
        raise NotFetched(_("%(name)s is an address of the local network, which is not allowed.") % {"name": host[:100]})
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=PATIENCE)
        except OSError:
            continue
    raise NotFetched(_("%(name)s does not answer.") % {"name": host[:100]})


def _ask(url: str) -> tuple[http.client.HTTPResponse, Any]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotFetched(_("This is not a web address.")) from None
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise NotFetched(_("Only addresses with http:// or https:// and without a password can be fetched."))
    link: Any = _connect(host, port)
    try:
        if parts.scheme == "https":
            link = ssl.create_default_context().wrap_socket(link, server_hostname=host)
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        connection.sock = link
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET", path, headers={"User-Agent": "Vizavi", "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        return connection.getresponse(), connection
    except (OSError, http.client.HTTPException, ValueError) as error:
        link.close()
        raise NotFetched(_("%(name)s gave no proper answer.") % {"name": host[:100]}) from error


def fetch(url: str, largest: int) -> tuple[str, Iterator[bytes]]:
    """The name of the file and its content in pieces. Raises `NotFetched`, also while the content is read."""
    for _hop in range(MOST_REDIRECTS + 1):
        response, connection = _ask(url)
        if response.status in (301, 302, 303, 307, 308):
            following = urljoin(url, response.headers.get("Location", ""))
            connection.close()
            if url.startswith("https:") and not following.startswith("https:"):
                raise NotFetched(_("The server sends from a safe address to an unsafe one."))
            url = following
            continue
        if response.status != 200:
            connection.close()
            raise NotFetched(_("The server answered %(status)s.") % {"status": response.status})
        name = unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
        return name, _pieces(response, connection, largest)
    raise NotFetched(_("The server sends from address to address without end."))


def _pieces(response: http.client.HTTPResponse, connection: Any, largest: int) -> Iterator[bytes]:
    until, size = time.monotonic() + LONGEST, 0
    try:
        while piece := response.read(_CHUNK):
            size += len(piece)
            if size > largest:
                limit = largest // 1024 // 1024
                raise NotFetched(_("The file is larger than %(limit)s MB.") % {"limit": limit})
            if time.monotonic() > until:
                raise NotFetched(_("The server is too slow."))
            yield piece
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched(_("The connection broke.")) from error
    finally:
        connection.close()
