"""`vizavi serve`: the web server and the job worker, started and stopped as one."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from vizavi.cli import database, parent
from vizavi.cli.data import data_directory
from vizavi.core.errors import CommandError

# Real pages are bound by Python: a second process doubles the throughput, a second thread only covers for a slow one.
WORKERS = 2
THREADS = 2


def register(commands: Any) -> None:
    """The command."""
    parser = commands.add_parser("serve", help="prepare the data, then serve until Ctrl-C")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--data", metavar="DIR", type=Path, help="data directory (default: $VIZAVI_DATA or ./data)")
    parser.add_argument("--demo", action="store_true", help="load the demo firm, once")
    parser.add_argument("--lang", choices=["ru", "en"], help="default language of pages and of the demo firm")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"server processes (default: {WORKERS})")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.set_defaults(func=run)


def run(options: argparse.Namespace) -> int:
    """Prepare, start, wait for the signal, stop."""
    if options.data:
        os.environ["VIZAVI_DATA"] = str(options.data.absolute())
    if options.lang:
        os.environ["VIZAVI_LANGUAGE"] = options.lang
    check_port(options.host, options.port)
    database.set_up()
    with database.locked(data_directory() / "serve.lock", wait=False):
        database.prepare(say)
        collect_static()
        if options.demo:
            load_demo(options.lang)
        from django.conf import settings
        from django.db import connections

        own_url = f"http://{display_host(options.host)}:{options.port}"
        link = one_time_link(settings.PUBLIC_URL or own_url)
        # The processes to come open connections of their own, and end with us.
        connections.close_all()
        os.environ[parent.VARIABLE] = str(os.getpid())
        with job_worker():
            announcer = threading.Thread(target=announce, args=(options, own_url, link), daemon=True)
            announcer.start()
            serve(options)
    say("Stopped.")
    return 0


def say(line: str) -> None:
    """A line for the person at the terminal, at once."""
    print(line, flush=True)


def check_port(host: str, port: int) -> None:
    """Say it in words before anything is started; the server itself would die with a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"cannot listen on {host}:{port} ({getattr(error, 'strerror', None) or error}); "
                "choose another with --port."
            ) from error


def display_host(host: str) -> str:
    """The address to print for a listening address."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def collect_static() -> None:
    """Copy, hash and compress the static files, unless that has been done for these very files."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    bundle = Path(__file__).resolve().parent.parent / "ui/static/dist/app.js"
    if not bundle.exists():
        raise CommandError("the front end is not built; run bin/serve, or .venv/bin/python hatch_build.py")
    if settings.WHITENOISE_USE_FINDERS:
        return
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    stamp, wanted = Path(settings.STATIC_ROOT) / ".stamp", digest.hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=["axe.min.js", ".stamp"])
    stamp.write_text(wanted)


def load_demo(language: str | None) -> None:
    """The demo firm, unless it has been loaded before."""
    if import_module("vizavi.demo.commands").load_once(language):
        say("The demo firm is loaded.")


def one_time_link(base_url: str) -> str | None:
    """A link that signs the first administrator in, where `access` deems it fit."""
    link: str | None = import_module("vizavi.access.commands").one_time_link(base_url)
    return link


def announce(options: argparse.Namespace, url: str, link: str | None) -> None:
    """Print the address when the server answers, not before."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(url.partition("//")[2], timeout=30)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("HEAD", "/static/dist/app.js")
            connection.getresponse()
            break
        time.sleep(0.05)
    say(f"\nVizavi is at {url}/")
    if link:
        say(f"Sign in (works once): {link}")
    say(f"Data: {data_directory()}\nCtrl-C stops it.")
    if not options.no_browser and sys.stdout.isatty():
        with contextlib.suppress(Exception):
            webbrowser.open(link or url)


def serve(options: argparse.Namespace) -> None:
    """Block until SIGINT or SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "vizavi.config.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=max(1, options.workers),
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    server.on_startup(end_with_terminal(signal.getsignal(signal.SIGHUP)))
    server.serve()


def end_with_terminal(before: Any) -> Callable[[], None]:
    """A terminal that is closed ends what was started in it, unless `nohup` said otherwise; granian would reload."""

    def settle() -> None:
        ignored = before is signal.SIG_IGN
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else lambda *_: os.kill(os.getpid(), signal.SIGTERM))

    return settle


@contextlib.contextmanager
def job_worker() -> Iterator[None]:
    """The worker as a child: started again when it dies, stopped when we stop."""
    stopping = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        pause = 1.0
        while not stopping.is_set():
            started = time.monotonic()
            # A session of its own: Ctrl-C reaches us alone, and we end the child in order. It ends by itself
            # when we are killed, because then it has another parent.
            process = subprocess.Popen(
                [sys.executable, "-m", "vizavi.cli", "worker"], start_new_session=True, stdin=subprocess.DEVNULL
            )
            child[:] = [process]
            status = process.wait()
            if stopping.is_set():
                return
            pause = 1.0 if time.monotonic() - started > 60 else min(pause * 2, 60)
            print(f"The job worker ended with {status}; starting it again in {pause:.0f} s.", file=sys.stderr)
            stopping.wait(pause)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        for process in child:
            stop(process)
        thread.join(timeout=2)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to finish the job in hand; after ten seconds, insist: its lease lets another take the job up again."""
    process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if process.poll() is None:
        process.kill()
