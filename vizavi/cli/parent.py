"""Ending with the server that started us, even when it was killed and could not tell."""

from __future__ import annotations

import os
import signal
import threading
import time

#: Names the process whose end is ours, in the environment of its children.
VARIABLE = "VIZAVI_PARENT"
#: Seconds after which a child that was asked to end and does not is ended.
PATIENCE = 10


def follow_parent() -> None:
    """Watch the parent that the environment names; nothing where none is named (a worker that was started by itself)."""
    parent = int(os.environ.get(VARIABLE) or 0)
    if not parent or parent == os.getpid():
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
