"""`vizavi demo`."""

from __future__ import annotations

import argparse
from typing import Any

from vizavi.core.errors import CommandError


def register(subparsers: Any) -> None:
    """The command."""
    parser = subparsers.add_parser("demo", help="load the demo firm, once, or remove it")
    parser.add_argument("--lang", choices=("ru", "en"), default="ru")
    parser.add_argument("--remove", action="store_true", help="take it away, but for what people have worked on")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Load or remove."""
    from vizavi.access.models import User
    from vizavi.demo.load import remove

    if not options.remove:
        print("The demo firm is loaded." if load_once(options.lang) else "The demo firm has been loaded before.")
        return 0
    administrators = User.objects.alive().filter(role="administrator", is_active=True).order_by("pk")
    # Somebody of the demo firm counts who has signed in: that is a person by now.
    real = [u for u in administrators if u.last_login or not u.email.endswith("@severveter.example.com")]
    administrator = next(iter(real), None)
    if administrator is None:
        raise CommandError("make an administrator of your own first: vizavi user add EMAIL --role administrator")
    left = remove(administrator)
    print(f"Removed. {left} records stay, because people have worked on them." if left else "The demo firm is removed.")
    return 0


def load_once(language: str | None) -> bool:
    """Load it unless it is there; was it loaded?"""
    from django.conf import settings

    from vizavi.demo.load import is_loaded, load

    if is_loaded():
        return False
    load(language or settings.LANGUAGE_CODE)
    return True
