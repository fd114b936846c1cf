"""What every measurement stands on: the virtual environment, a private database, a stop-watch."""

import contextlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

import environment  # noqa: E402
import postgresql  # noqa: E402


def enter():
    """Set up what is missing and go on in the virtual environment."""
    environment.need_python()
    if Path(sys.prefix).resolve() != environment.VENV.resolve():
        environment.ensure(dev=True)
        os.execv(environment.PYTHON, [str(environment.PYTHON), *sys.argv])


@contextlib.contextmanager
def private(database):
    """An empty data directory and database for this process and its children.

    A `DATABASE_URL` of PostgreSQL is used as it is and must name an empty database; without one a server of our own is
    started, as durable as a firm's.
    """
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="vizavi-bench-"))
        given = os.environ.pop("DATABASE_URL", "")
        if database == "postgresql":
            if not given.startswith("postgres"):
                given = stack.enter_context(postgresql.server(postgresql.find(), durable=True))
            os.environ["DATABASE_URL"] = given
        os.environ["VIZAVI_DATA"] = data
        os.environ["VIZAVI_API_PER_MINUTE"] = "1000000"
        os.environ["DJANGO_SETTINGS_MODULE"] = "vizavi.config.settings"
        try:
            yield Path(data)
        finally:
            if "django" in sys.modules:
                from django.db import connections

                connections.close_all()


def prepare():
    """Django, the tables, the static files."""
    from vizavi.cli import database, serve

    database.set_up()
    database.prepare(say)
    serve.collect_static()


def say(line):
    """A line for the person who waits."""
    print(line, file=sys.stderr, flush=True)


def times(call, rounds=30):
    """Milliseconds of each round, sorted."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)


def side_by_side(call, floor, rounds=30):
    """Both in turns, so that whatever else the machine does falls on both: (times of call, times of floor)."""
    found, below = [], []
    for _ in range(rounds):
        found += times(call, 1)
        below += times(floor, 1)
    return sorted(found), sorted(below)


def median(found):
    return statistics.median(found)


def p95(found):
    """The 95th percentile of sorted values."""
    return found[min(len(found) - 1, int(len(found) * 0.95))]
