"""A PostgreSQL server of our own, for tests and measurements. Standard library only."""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environment import fail


def install(packages, why):
    """Install Debian packages where we may; did it work?"""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Installing {} ({}) ... ".format(" ".join(packages), why), end="", flush=True)
    started = time.monotonic()
    settings = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "install", "--no-install-recommends", *packages]
    done = subprocess.run(command, env=settings, capture_output=True)
    if done.returncode:
        # The lists may be missing, as in a fresh container, or old.
        subprocess.run(["apt-get", "-q", "update"], env=settings, capture_output=True)
        done = subprocess.run(command, env=settings, capture_output=True)
    print("failed" if done.returncode else f"{time.monotonic() - started:.0f} s", flush=True)
    if done.returncode:
        sys.stderr.write(done.stderr.decode(errors="replace")[-2000:])
    return not done.returncode


def find():
    """The folder of PostgreSQL's server programs."""

    def look():
        folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
        folders.sort(key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
        on_path = shutil.which("initdb")
        return folders[-1] if folders else Path(on_path).resolve().parent if on_path else None

    found = look()
    if not found:
        install(["postgresql"], "the suite runs on both databases")
        found = look()
    if not found:
        fail(
            "PostgreSQL's server programs are missing (Debian, Ubuntu: apt install postgresql); "
            "VIZAVI_TEST_DATABASE=sqlite bin/test does without."
        )
    return found


@contextlib.contextmanager
def server(programs, durable=False):
    """The address of a database on a server of our own; gone afterwards.

    Without `durable` it would not survive a power cut, which tests need not.
    """
    as_user = {}
    folder = Path(tempfile.mkdtemp(prefix="vizavi-pg-"))
    if os.geteuid() == 0:
        # It refuses to run as root.
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
                os.chown(folder, entry.pw_uid, entry.pw_gid)
                break
    process = None
    try:
        made = subprocess.run(
            [
                programs / "initdb",
                "-D",
                folder / "db",
                "-U",
                "vizavi",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale=C.UTF-8",
            ],
            cwd=folder,
            capture_output=True,
            **as_user,
        )
        if made.returncode:
            fail("initdb failed: " + made.stderr.decode(errors="replace").strip())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "shared_buffers": "128MB",
            "max_connections": "60",
        }
        if not durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "db", "-p", str(port)]
            + [word for key, value in settings.items() for word in ("-c", key + "=" + value)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the tests; they still need the database to clean up.
            start_new_session=True,
            **as_user,
        )
        create = [programs / "createdb", "-h", folder, "-p", str(port), "-U", "vizavi", "vizavi"]
        deadline = time.monotonic() + 60
        while subprocess.run(create, cwd=folder, capture_output=True).returncode:
            if process.poll() is not None or time.monotonic() > deadline:
                fail("PostgreSQL did not start: " + (folder / "log").read_text(errors="replace")[-1000:])
            time.sleep(0.1)
        yield f"postgresql://vizavi@/vizavi?host={folder}&port={port}"
    finally:
        if process:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
