"""What every test of every package may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Before Django is set up by pytest-django: also for those who call pytest themselves.
os.environ.setdefault("VIZAVI_TEST", "1")
# The browser's driver keeps an event loop in this thread, which Django takes for a mistake of ours.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.cast"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
STRICT = os.environ.get("VIZAVI_TEST_STRICT") == "1"

# A test database answers in its own time; a red run must be red again.
settings.register_profile(
    "default",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if STRICT or os.environ.get("CI") else "default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser, and skip them loudly where there is none."""
    for item in items:
        if {"page", "browser", "context"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser") and not BROWSER and not STRICT:
            item.add_marker(pytest.mark.skip(reason="no Chromium: apt install chromium"))


def pytest_report_header() -> list[str]:
    """The database and the browser of this run."""
    kind = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    return [f"database: {kind}", f"browser: {BROWSER or 'NONE, BROWSER TESTS ARE SKIPPED'}"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The system's Chromium, without its background networking; nothing is downloaded."""
    return {
        **browser_type_launch_args,
        "executable_path": BROWSER,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-default-apps",
        ],
    }


@pytest.fixture(autouse=True)
def _own_files(settings: object, tmp_path: Path) -> Iterator[None]:
    """No test writes into a real data directory."""
    settings.FILES_ROOT = settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    yield
