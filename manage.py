#!/usr/bin/env python
"""Django's commands, for those whose fingers know `manage.py`; the same as `vizavi manage`."""

import sys

from vizavi.cli import main

if __name__ == "__main__":
    sys.exit(main(["manage", *sys.argv[1:]]))
