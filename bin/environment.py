"""Sets Vizavi up in .venv of the checkout; shared by serve, test and ci. Standard library only."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed.json"
UV_VERSION = "0.13.9"
STEPS = 3


def fail(line):
    """One line to the standard error, status 1."""
    sys.stderr.write(line + "\n")
    raise SystemExit(1)


def need_python():
    """Go on in a Python that is new enough, or say which is needed."""
    if sys.version_info >= (3, 11):  # noqa: UP036
        return
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])
    fail(f"Vizavi needs Python 3.11 or newer; this is {sys.version.split()[0]}.")


def ensure(dev=False):
    """Install what is missing or has changed; a second call finds everything done."""
    VENV.mkdir(exist_ok=True)
    with locked(VENV / ".setting-up"):
        before = read_stamp()
        # Who has the developers' packages keeps them, whichever script runs.
        dev = dev or bool(before.get("dev"))
        lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
        packages = digest([lock, Path(__file__)], sys.version_info[:2], ROOT)
        build = digest(sources(), packages)
        usable = PYTHON.exists() and runs(PYTHON)
        if usable and before.get("packages") == packages and before.get("build") == build:
            return
        started = time.monotonic()
        print("Setting Vizavi up in .venv (only when something has changed)", flush=True)
        uv = step(1, "uv, the installer", find_uv)
        if not usable or before.get("packages") != packages:
            step(2, "Python packages", lambda: install_packages(uv, lock, usable))
        step(3, "Vizavi itself: front end, languages", lambda: install_ourselves(uv))
        STAMP.write_text(json.dumps({"dev": dev, "packages": packages, "build": build}))
        print(f"Ready after {time.monotonic() - started:.0f} s.", flush=True)


def sources():
    """What the build hook reads."""
    front = ROOT / "frontend"
    return [
        ROOT / "pyproject.toml",
        ROOT / "hatch_build.py",
        front / "package-lock.json",
        front / "build.mjs",
        *sorted(path for path in (front / "src").rglob("*") if path.is_file()),
        *sorted((ROOT / "vizavi/languages").glob("*/LC_MESSAGES/*.po")),
    ]


def digest(paths, *more):
    """One hash over the files' contents and some values."""
    whole = hashlib.sha256(repr(more).encode())
    for path in paths:
        whole.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def read_stamp():
    """What was installed the last time; nothing when that is unknown."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def step(number, title, work):
    """Do it, showing what and how long."""
    started = time.monotonic()
    print(f"{number}/{STEPS} {title} ... ", end="", flush=True)
    result = work()
    print(f"{time.monotonic() - started:.1f} s", flush=True)
    return result


def find_uv():
    """The uv on PATH when it is recent, else one in a private environment."""
    found = shutil.which("uv")
    if found and uv_version(found) >= (0, 5):
        return found
    private = VENV / "uv"
    program = private / "bin" / "uv"
    if uv_version(program) == tuple(int(part) for part in UV_VERSION.split(".")):
        return str(program)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(private)], capture_output=True, text=True)
    if made.returncode:
        print(flush=True)
        fail(
            "This Python cannot make virtual environments. Install its venv module (Debian, Ubuntu: "
            "apt install python3-venv) or uv (https://docs.astral.sh/uv/), and run this again."
        )
    run([private / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv==" + UV_VERSION])
    return str(program)


def uv_version(program):
    """Its version as numbers; zero when it cannot be run."""
    try:
        words = subprocess.run([str(program), "--version"], capture_output=True, text=True).stdout.split()
        return tuple(int(part) for part in words[1].split(".")[:3])
    except (OSError, IndexError, ValueError):
        return (0,)


def runs(python):
    """Does the interpreter start, and is it the version that we run on?"""
    try:
        done = subprocess.run([str(python), "-c", "import sys; print(sys.version_info[:2])"], capture_output=True)
    except OSError:
        return False
    return done.stdout.decode().strip() == str(sys.version_info[:2])


def install_packages(uv, lock, usable):
    """The exact versions of the lock file, checked by their hashes."""
    if not usable:
        for part in ("bin", "lib", "lib64", "include", "pyvenv.cfg"):
            path = VENV / part
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.exists():
                shutil.rmtree(path)
        run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV])
    run([uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock])


def install_ourselves(uv):
    """An editable install; its build hook makes the front end and the languages."""
    constraints = ROOT / "requirements-dev.lock"
    install = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--reinstall-package", "vizavi"]
    run([*install, "--build-constraints", constraints, "--editable", ROOT])


def run(command):
    """Run quietly; on failure show all it said."""
    environment = {
        key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    }
    # A firm's own certificate authority is in the system's store.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        print(flush=True)
        sys.stderr.write(done.stdout.decode(errors="replace"))
        fail("The set-up failed at: {} {}. Is the network there?".format(Path(words[0]).name, " ".join(words[1:4])))


@contextlib.contextmanager
def locked(path):
    """Two scripts started at once set up one after the other."""
    import fcntl

    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
