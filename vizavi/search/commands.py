"""`vizavi reindex`."""

from __future__ import annotations

import argparse
from typing import Any


def register(subparsers: Any) -> None:
    """The command."""
    parser = subparsers.add_parser("reindex", help="rebuild the search index")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Rebuild, say how much there is."""
    from vizavi.search.indexing import rebuild

    print(f"{rebuild()} records indexed.")
    return 0
