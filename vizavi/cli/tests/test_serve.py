"""`vizavi serve` as a process among others: it comes up, says where it is, and leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the same processes with either database"),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked up in /proc"),
]
#: Seconds within which something must have happened.
SOON = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end between the listing and the look at it.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(n) for n in (task / "children").read_text().split()]
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition) -> None:
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Served:
    """A server on a free port, and what it has said."""

    def __init__(self, data: Path):
        self.port = free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIZAVI_", "DATABASE_"))}
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "vizavi.cli",
                "serve",
                "--port",
                str(self.port),
                "--data",
                str(data),
                "--no-browser",
            ],
            env={**kept, "VIZAVI_TEST": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # Whoever runs the tests under nohup hands on that the signal is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        self.said = ""
        while "Ctrl-C" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line
        # Two that serve, one that works.
        wait_for(lambda: len(self.children()) == 3)

    def children(self) -> list[int]:
        return children_of(self.process.pid)

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=SOON) as answer:
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture
def served(data: Path) -> Iterator[Served]:
    server = Served(data)
    yield server
    if server.process.poll() is None:
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.process.stdout.close()


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_nothing_is_left_of_a_server_that_has_ended(served, how):
    link = re.search(r"/in/\S+", served.said)[0]
    assert f"http://127.0.0.1:{served.port}/" in served.said
    assert served.get(link)[0] == 200 and "csrfmiddlewaretoken" in served.get("/login/")[1]
    children = served.children()
    served.process.send_signal(getattr(signal, how))
    status = served.process.wait(SOON)
    assert status == (-signal.SIGKILL if how == "SIGKILL" else 0)
    wait_for(lambda: not any(map(is_alive, children)))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0


def test_a_worker_that_died_is_replaced_and_data_in_use_are_not_served_twice(served, data):
    [worker] = [pid for pid in served.children() if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: len(served.children()) == 3 and worker not in served.children())
    other = subprocess.run(
        [sys.executable, "-m", "vizavi.cli", "serve", "--port", str(free_port()), "--data", str(data), "--no-browser"],
        env={**os.environ, "VIZAVI_TEST": "1"},
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    assert other.returncode == 1 and other.stderr.count("\n") == 1 and "running on these data" in other.stderr
