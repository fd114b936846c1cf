"""The door's answers agree with each other, whoever asks, whatever the tree of departments."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.cast import make_department, make_user
from vizavi.access import presets
from vizavi.access.models import User
from vizavi.access.policy import branch_of, forget
from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.journal import operation, undo
from vizavi.core.records import unrestricted

ROLES = tuple(presets.PRESETS)
#: Parents by number of the department (None: at the top), roles and departments of people, owners of companies.
FIRMS = st.tuples(
    st.lists(st.none() | st.integers(0, 3), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(ROLES), st.none() | st.integers(0, 3)), min_size=1, max_size=6),
    st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=6),
)


def expected(people, departments, parents, user, owner, action):
    """The rule of the presets, said naively."""
    scope = presets.PRESETS[user.role][action]
    if scope == presets.ALL:
        return True
    if owner is None or scope == presets.NONE:
        return False
    if owner.pk == user.pk:
        return True
    if scope == presets.OWN or user.department_id is None:
        return False
    where = owner.department_id
    if scope == presets.DEPARTMENT:
        return where == user.department_id
    while where is not None:
        if where == user.department_id:
            return True
        where = parents[where]
    return False


class ThePolicy(TestCase):
    @settings(max_examples=25)
    @given(firm=FIRMS)
    def test_rows_verbs_and_owners_say_the_same(self, firm):
        wanted, roles, owners = firm
        departments, parents = [], {}
        for n, parent in enumerate(wanted):
            above = departments[parent] if parent is not None and parent < n else None
            departments.append(make_department(f"D{n}", above))
            parents[departments[-1].pk] = above.pk if above else None
        people = [
            make_user(f"P{n}", role, departments[d % len(departments)] if d is not None else None)
            for n, (role, d) in enumerate(roles)
        ]
        company = registry["company"]
        with operation("company.create", by=None, via="command") as op:
            rows = [company.model(name=f"C{n}") for n in range(len(owners))]
            for row, owner in zip(rows, owners, strict=True):
                row.owner = people[owner % len(people)] if owner is not None else None
            op.create(rows)
        for user in people:
            for action in door.ACTIONS:
                may = set(company.model.objects.visible_to(user, action).values_list("pk", flat=True))
                for row in rows:
                    allowed = expected(people, departments, parents, user, row.owner, action)
                    assert (row.pk in may) is allowed
                    verdict = door.can(user, action, company, row)
                    assert bool(verdict) is allowed and (allowed or verdict.reason)
            found = door.owners(user, company)
            seen = set(company.model.objects.visible_to(user).values_list("owner", flat=True)) - {None}
            assert found is None or seen <= found


@pytest.mark.django_db
def test_nobody_and_the_blocked_see_nothing(ann, administrator):
    actions.create(registry["company"], {"name": "Полюс"}, ann)
    actions.update(registry["user"], ann.pk, {"is_active": False}, administrator)
    ann.refresh_from_db()
    forget(ann)
    for user in (None, ann):
        for entity in registry:
            assert door.branches(user, entity) == []
            assert not door.can(user, door.SEE, entity)
            assert door.owners(user, entity) == frozenset()
            assert door.fields(user, entity).hidden == frozenset(entity.fields)


@pytest.mark.django_db
def test_the_administrators_data_is_seen_by_all_and_changed_by_administrators(ann, ben, head, cat, dan, administrator):
    for name in ("user", "department", "firm"):
        entity = registry[name]
        for user in (ann, ben, head, cat, dan, administrator):
            assert door.can(user, door.SEE, entity)
            assert bool(door.can(user, door.CHANGE, entity)) is (user is administrator)
            assert bool(door.can(user, door.CREATE, entity)) is (user is administrator)
            assert bool(door.can(user, door.DELETE, entity)) is (user is administrator)
    with pytest.raises(Refused):
        actions.update(registry["user"], ann.pk, {"role": "administrator"}, ann)


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{"role": "manager"}, {"is_active": False}, None])
def test_the_last_administrator_stays(administrator, ann, client_of, data):
    users = registry["user"]

    def take_away():
        if data is None:
            return actions.delete(users, [administrator.pk], administrator)
        return actions.update(users, administrator.pk, data, administrator)

    with pytest.raises(Refused):
        take_away()
    administrator.refresh_from_db()
    assert administrator.role == "administrator" and administrator.is_active and administrator.deleted_at is None
    assert client_of(administrator).post(f"/settings/users/{administrator.pk}/delete/").status_code == 403
    _user, op = actions.update(users, ann.pk, {"role": "administrator"}, administrator)
    take_away()
    ann.refresh_from_db()
    assert client_of(ann).post(f"/operations/{op.pk}/undo/").status_code == 403


@pytest.mark.django_db
def test_a_department_is_no_part_of_itself(administrator, company_tree):
    sales, north = company_tree["sales"], company_tree["north"]
    with pytest.raises(Invalid):
        actions.update(registry["department"], sales.pk, {"parent": north.pk}, administrator)
    assert branch_of(sales.pk) == {sales.pk, north.pk}


@pytest.mark.django_db
def test_rights_are_kept_until_people_or_departments_change(
    head, ann, dan, administrator, company_tree, django_assert_num_queries
):
    company = registry["company"]

    def reaches():
        # As each request does: the person is read, the rights are asked for.
        user = User.objects.get(pk=head.pk)
        return door.owners(user, company) >= {ann.pk}, door.owners(user, company) >= {dan.pk}

    assert reaches() == (True, False)
    with django_assert_num_queries(1):
        assert reaches() == (True, False)
    actions.update(registry["user"], ann.pk, {"department": company_tree["service"].pk}, administrator)
    assert reaches() == (False, False)
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.update(
            registry["department"], company_tree["service"].pk, {"parent": head.department_id}, administrator
        )
        assert reaches() == (True, True)
        raise RuntimeError
    assert reaches() == (False, False)
    _row, op = actions.update(
        registry["department"], company_tree["service"].pk, {"parent": head.department_id}, administrator
    )
    assert reaches() == (True, True)
    undo(op, administrator)
    assert reaches() == (False, False)


@pytest.mark.django_db
def test_a_request_asks_for_the_scope_once(head, ann, django_assert_max_num_queries):
    company = registry["company"]
    record = actions.create(company, {"name": "Полюс"}, ann)[0]
    with unrestricted("a test"):
        record = company.model.objects.get(pk=record.pk)
    forget(head)
    with django_assert_max_num_queries(2):
        for _ in range(20):
            assert door.can(head, door.CHANGE, company, record) and door.branches(head, company)
