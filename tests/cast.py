"""The named cast: who looks on in the tests.

Ann owns what the tests make; Ben is her teammate; the head leads their department's branch; Cat may only read it; Dan is
a stranger from another department; the administrator may do everything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from vizavi.access.models import Department, User
from vizavi.core import firm
from vizavi.core.journal import operation
from vizavi.custom import shapes
from vizavi.dictionaries import lists

PASSWORD = "ein-Kamel-im-Schnee-7"


def make_department(name: str, parent: Department | None = None) -> Department:
    department = Department(name=name, parent=parent)
    with operation("department.create", by=None, via="command") as op:
        op.create([department])
    return department


def make_user(name: str, role: str, department: Department | None = None) -> User:
    user = User(email=f"{name.lower()}@example.org", name=name, role=role, department=department)
    user.set_password(PASSWORD)
    with operation("user.create", by=None, via="command") as op:
        op.create([user])
    return user


@pytest.fixture(autouse=True)
def _nothing_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches of the process begin empty, and do not run out while a test counts its queries."""
    firm.forget()
    lists.forget()
    shapes.forget()
    monkeypatch.setattr(firm, "_SECONDS", 3600)
    monkeypatch.setattr(lists, "_SECONDS", 3600)
    monkeypatch.setattr(shapes, "_SECONDS", 3600)


@pytest.fixture
def company_tree(db: Any) -> dict[str, Department]:
    """Sales with a branch in the north, and service beside it."""
    sales = make_department("Продажи")
    return {"sales": sales, "north": make_department("Север", sales), "service": make_department("Сервис")}


@pytest.fixture
def administrator(db: Any) -> User:
    return make_user("Admin", "administrator")


@pytest.fixture
def ann(company_tree: dict[str, Department]) -> User:
    """The owner: a manager."""
    return make_user("Ann", "manager", company_tree["north"])


@pytest.fixture
def ben(company_tree: dict[str, Department]) -> User:
    """A teammate of the owner."""
    return make_user("Ben", "manager", company_tree["north"])


@pytest.fixture
def head(company_tree: dict[str, Department]) -> User:
    """The head of the department above."""
    return make_user("Head", "head", company_tree["sales"])


@pytest.fixture
def cat(company_tree: dict[str, Department]) -> User:
    """Read-only, in the owner's department."""
    return make_user("Cat", "readonly", company_tree["north"])


@pytest.fixture
def dan(company_tree: dict[str, Department]) -> User:
    """A stranger: a manager of another department."""
    return make_user("Dan", "manager", company_tree["service"])


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which this user is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
