"""The `vizavi` command: what it does itself, and what the packages add through their `commands.py`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from vizavi import __version__
from vizavi.cli import backup, database, doctor, serve
from vizavi.cli.data import data_directory, make_data_directory

# `manage` goes to Django as it is, so that its options and its help are Django's own.
OWN = ("serve", "manage", "doctor", "backup", "restore", "worker")


class Parser(argparse.ArgumentParser):
    """A misspelt command is a mistake like any other: one line and status 1."""

    def error(self, message: str) -> NoReturn:
        from vizavi.core.errors import CommandError

        raise CommandError(f"{message}; see {self.prog} --help")


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vizavi.config.settings")
    try:
        return run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has left (`vizavi export … | head`); nothing more to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        line = explain(error)
        if line is None or os.environ.get("VIZAVI_DEBUG"):
            raise
        print(f"vizavi: {line}", file=sys.stderr)
        return 1


def run(arguments: list[str]) -> int:
    """Parse and dispatch. The data directory is settled first, because Django's settings read it."""
    parser = Parser(prog="vizavi", description="A CRM that a firm runs itself.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"Vizavi {__version__}")
    parser.add_argument("--data", metavar="DIR", type=Path, help="data directory (default: $VIZAVI_DATA or ./data)")
    data, rest = split_data(arguments)
    if data:
        os.environ["VIZAVI_DATA"] = str(Path(data).absolute())
    name = rest[0] if rest else ""
    if name == "manage":
        return manage(rest[1:])

    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    commands.add_parser("manage", help="Django's own commands", add_help=False)
    for module in (serve, doctor, backup, database):
        module.register(commands)
    if name not in OWN:
        database.set_up()
        for module in command_modules():
            module.register(commands)
    options = parser.parse_args(arguments)
    if name not in OWN:
        database.prepare()
    return int(options.func(options) or 0)


def split_data(arguments: list[str]) -> tuple[str, list[str]]:
    """`--data DIR` or `--data=DIR` in front of the command's name, and the rest."""
    if len(arguments) > 1 and arguments[0] == "--data":
        return arguments[1], arguments[2:]
    if arguments and arguments[0].startswith("--data="):
        return arguments[0].partition("=")[2], arguments[1:]
    return "", arguments


def manage(arguments: list[str]) -> int:
    """Pass everything through to Django."""
    from django.core.management import execute_from_command_line

    if not {*arguments[:1]} & {"check", "makemigrations", "diffsettings", "help", "version"}:
        make_data_directory(data_directory())
    execute_from_command_line(["vizavi manage", *arguments])
    return 0


def command_modules() -> Iterator[ModuleType]:
    """The `commands.py` of each installed package of ours."""
    from django.apps import apps

    for config in apps.get_app_configs():
        name = f"{config.name}.commands"
        if config.name.startswith("vizavi.") and find_spec(name):
            yield import_module(name)


def explain(error: Exception) -> str | None:
    """One line for what a user can cause and mend; None for a defect of ours, which deserves its traceback."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    from vizavi.core.errors import CommandError, Invalid, NotThere, Refused

    if isinstance(error, OperationalError):
        return f"the database does not answer: {one_line(error)}"
    if isinstance(error, NotThere):
        return one_line(error) or "there is no such record"
    if isinstance(error, CommandError | ImproperlyConfigured | Invalid | Refused):
        return one_line(error)
    if (
        isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError | NotADirectoryError)
        and error.filename
    ):
        return f"{error.filename}: {error.strerror}"
    return None


def one_line(error: Exception) -> str:
    """The error's words without line breaks."""
    return " ".join(str(error).split())
