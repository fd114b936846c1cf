"""From the one setting `DATABASE_URL` to Django's DATABASES."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def from_environment(data: Path, testing: bool) -> dict[str, Any]:
    """The default database: PostgreSQL when DATABASE_URL names one, a SQLite file in the data directory otherwise."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return sqlite(data / "vizavi.sqlite3", testing)
    scheme = url.split(":", 1)[0].lower()
    if scheme in ("postgres", "postgresql"):
        return postgresql(url)
    if scheme == "sqlite":
        return sqlite(Path(unquote(urlsplit(url).path)), testing)
    raise ImproperlyConfigured(f"DATABASE_URL starts with “{scheme}:”; use postgresql://… or leave it unset.")


def of_owner() -> dict[str, Any]:
    """PostgreSQL under the role that owns the tables, when DATABASE_OWNER_URL names one; nothing where one role does all."""
    url = os.environ.get("DATABASE_OWNER_URL", "").strip()
    if url and not url.lower().startswith(("postgres:", "postgresql:")):
        raise ImproperlyConfigured("DATABASE_OWNER_URL starts with postgresql://.")
    return postgresql(url) if url else {}


def sqlite(path: Path, testing: bool = False) -> dict[str, Any]:
    """SQLite as a server's database: one writer at a time that queues instead of failing."""
    # A commit survives a power cut (FULL costs 0.16 ms); a test's database needn't.
    synchronous = "OFF" if testing else "FULL"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # Opening a connection runs the pragmas again, so it is kept.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            # A transaction that reads first and writes later would fail with "locked" at once, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                f"PRAGMA synchronous={synchronous};"
                "PRAGMA foreign_keys=ON;"
                "PRAGMA mmap_size=268435456;"
                "PRAGMA cache_size=-20000;"
                "PRAGMA temp_store=MEMORY;"
                "PRAGMA journal_size_limit=67108864;"
            ),
        },
        # A file and not memory: live-server tests and job tests need a second connection that behaves like one.
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"vizavi-test-{os.getpid()}.sqlite3")},
    }


def postgresql(url: str) -> dict[str, Any]:
    """PostgreSQL from a libpq-like address: a socket is given as ?host=/run/postgresql or percent-encoded."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured("DATABASE_URL has a port that is not a number.") from error
    name = unquote(parts.path.lstrip("/")) or query.pop("dbname", "")
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database; write postgresql://user@host/name.")
    # urlsplit lower-cases `hostname`; a socket's path must keep its case.
    host = parts.netloc.rpartition("@")[2]
    host = host.rpartition(":")[0] if port is not None else host.rstrip(":")
    # Compiling a plan takes longer than any page's query runs.
    query.setdefault("options", "-c jit=off")
    max_age = int(query.pop("conn_max_age", "600"))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": unquote(host).strip("[]") or query.pop("host", ""),
        "PORT": str(port or query.pop("port", "")),
        "CONN_MAX_AGE": max_age,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
