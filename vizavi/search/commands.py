"""`vizavi reindex`."""

from __future__ import annotations

import argparse
from typing import Any


def register(subparsers: Any) -> None:
    """The command."""
    parser = subparsers.add_parser("reindex", help="rebuild the search index and the other derived tables")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Rebuild, say how much there is."""
    from vizavi.search import indexing, keys

    print(f"{indexing.rebuild()} records indexed, {keys.rebuild()} keys and links.")
    return 0
