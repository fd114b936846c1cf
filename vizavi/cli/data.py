"""The data directory: everything that the firm owns. Standard library only, because the settings read it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SECRET_KEY_FILE = "secret-key"  # noqa: S105


def data_directory() -> Path:
    """Where the firm's data lies: $VIZAVI_DATA, or ./data."""
    return Path(os.environ.get("VIZAVI_DATA") or "data").expanduser().absolute()


def read_secret_key(data: Path) -> str:
    """The key that signs sessions and links, or nothing where none has been made yet."""
    try:
        return (data / SECRET_KEY_FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def make_data_directory(data: Path) -> None:
    """Make the directory and the key in it, both readable by their owner alone."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(data / SECRET_KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
