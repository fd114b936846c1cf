"""`python -m vizavi.cli`, the same as `vizavi`."""

import sys

from vizavi.cli import main

sys.exit(main())
