"""`vizavi user …`, `vizavi token …`, and the link of the first run."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from vizavi.core.errors import CommandError, Invalid
from vizavi.exchange.commands import person

ROLES = ("administrator", "director", "head", "manager", "readonly")


def register(subparsers: Any) -> None:
    """The commands."""
    user = subparsers.add_parser("user", help="people who sign in").add_subparsers(required=True, metavar="WHAT")
    add = user.add_parser("add", help="add a person")
    add.add_argument("email")
    add.add_argument("--role", choices=ROLES, required=True)
    add.add_argument("--department", metavar="NAME", help="made when there is none of this name")
    add.add_argument("--name", help="default: the part of the address before @")
    add.add_argument("--password-stdin", action="store_true", help="read the password from the standard input")
    add.set_defaults(func=add_user)
    password = user.add_parser("password", help="set a password, read from the standard input")
    password.add_argument("email")
    password.set_defaults(func=set_password)
    token = subparsers.add_parser("token", help="print a new API token of a person")
    token.add_argument("email")
    token.add_argument("--name", default="command line")
    token.add_argument("--read-only", action="store_true")
    token.set_defaults(func=make_token)


def read_password() -> str:
    """One line of the standard input. Raises `CommandError` for a password that is too weak."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    password = sys.stdin.readline().rstrip("\r\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password


def add_user(options: argparse.Namespace) -> int:
    """Make the person, and the department when it is new. Raises `CommandError`."""
    from django.core.exceptions import ValidationError

    from vizavi.access.models import Department, User
    from vizavi.core.actions import check
    from vizavi.core.entity import registry
    from vizavi.core.fold import sort_key
    from vizavi.core.journal import operation

    try:
        email = registry["user"].fields["email"].parse(options.email)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    password = read_password() if options.password_stdin else ""
    with operation("user.create", by=None, via="command") as op:
        department = None
        if options.department:
            department = Department.objects.alive().filter(name_key=sort_key(options.department)).first()
            if department is None:
                department = Department(name=options.department)
                op.create([department])
        name = options.name or email.partition("@")[0]
        user = User(email=email, name=name, role=options.role, department=department)
        try:
            check(registry["user"], user)
        except Invalid as error:
            raise CommandError(str(error)) from None
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        op.create([user])
    print(f"{user.email}: {options.role}")
    return 0


def set_password(options: argparse.Namespace) -> int:
    """A new password; sessions of the old one end."""
    user = person(options.email)
    user.set_password(read_password())
    user.save(update_fields=["password"])
    return 0


def make_token(options: argparse.Namespace) -> int:
    """Print the secret; it is not shown again."""
    from vizavi.access.models import ApiToken

    _token, secret = ApiToken.make(person(options.email), options.name, "read" if options.read_only else "write")
    print(secret)
    return 0


def one_time_link(base_url: str) -> str | None:
    """A link for the first administrator, who is made, like the firm, when there is none yet.

    None once somebody has a password.
    """
    from django.conf import settings

    from vizavi.access.models import SignInLink, User
    from vizavi.core.firm import forget
    from vizavi.core.journal import operation
    from vizavi.core.models import Firm

    if not Firm.objects.exists():
        with operation("firm.create", by=None, via="command") as op:
            op.create([Firm(language=settings.LANGUAGE_CODE)])
        forget()
    users = User.objects.alive().filter(is_active=True)
    administrator = users.filter(role="administrator").order_by("pk").first()
    if administrator is None:
        administrator = User(email="admin@localhost.localdomain", name="Администратор", role="administrator")
        administrator.set_unusable_password()
        with operation("user.create", by=None, via="command") as op:
            op.create([administrator])
    if administrator.has_usable_password():
        return None
    return base_url + SignInLink.make(administrator, "first")
