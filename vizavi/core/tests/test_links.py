"""Lists of links: one value of their record, with rows for the way back."""

from __future__ import annotations

import pytest

from vizavi.core import actions, filters
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, Refused
from vizavi.core.journal import history, undo
from vizavi.core.models import Link
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.files.store import attach

pytestmark = pytest.mark.django_db
COMPANY, TAG, FILE = "company", "tag", "file"


@pytest.fixture
def company(ann):
    return actions.create(registry[COMPANY], {"name": "Ромашка"}, ann)[0]


@pytest.fixture
def vip(ann):
    return actions.create(registry[TAG], {"name": "VIP"}, ann)[0]


def rows():
    return set(Link.objects.values_list("entity", "record_id", "field", "target_entity", "target_id"))


def test_a_tag_is_put_on_found_by_and_taken_off_by_undo(ann, company, vip):
    entity, reader = registry[COMPANY], Reader(ann)
    _record, op = actions.update(entity, company.pk, {"tags": [vip.pk, str(vip.pk)]}, ann)
    assert rows() == {(COMPANY, company.pk, "tags", TAG, vip.pk)}

    def found(**params):
        where = filters.parse(entity, params, reader).where(reader)
        return list(entity.model.objects.visible_to(ann).filter(where))

    assert found(tags=str(vip.pk)) == [company] == found(tags__empty="0")
    assert found(tags__not=str(vip.pk)) == [] == found(tags__empty="1")
    entries, _older = history(entity, company, reader)
    assert entries[0].changes[0].after_text == "VIP"
    undo(op, ann)
    assert not rows() and found(tags__empty="1") == [company]


def test_everybody_who_writes_coins_tags_and_only_administrators_change_them(ann, cat, vip, administrator):
    with pytest.raises(Refused):
        actions.create(registry[TAG], {"name": "Новая"}, cat)
    with pytest.raises(Refused):
        actions.update(registry[TAG], vip.pk, {"name": "Другая"}, ann)
    with pytest.raises(Invalid):
        actions.create(registry[TAG], {"name": "vip"}, ann)
    assert actions.update(registry[TAG], vip.pk, {"name": "Важные"}, administrator)[0].name == "Важные"


def test_a_deleted_record_gives_up_its_links_and_takes_them_back(ann, company, vip):
    actions.update(registry[COMPANY], company.pk, {"tags": [vip.pk]}, ann)
    before = rows()
    actions.delete(registry[COMPANY], [company.pk], ann)
    assert not rows()
    actions.restore(registry[COMPANY], [company.pk], ann)
    assert rows() == before


def test_a_link_to_something_hidden_cannot_be_made_and_survives_being_unseen(ann, dan, administrator, company):
    hidden, _op = actions.create(registry[COMPANY], {"name": "Чужая"}, dan)
    file, _op = attach(registry[COMPANY], company, "f.txt", [b"x"], ann)
    both = [{"entity": COMPANY, "id": company.pk}, {"entity": COMPANY, "id": hidden.pk}]
    with pytest.raises(Invalid):
        actions.update(registry[FILE], file.pk, {"about": both}, ann)
    actions.update(registry[FILE], file.pk, {"about": both}, administrator)
    fresh, _op = actions.update(registry[FILE], file.pk, {"about": []}, ann)
    assert fresh.about == both[1:]
    assert registry[FILE].fields["about"].seen(fresh.about, Reader(ann)) == []


@pytest.mark.parametrize(
    "raw", ["x", [0], [{"id": 1, "rank": 2}], {"entity": "nothing", "id": 1}, [{"entity": "tag", "id": 1}], [[]], True]
)
def test_what_is_no_link_is_said_so(raw, ann, company):
    file, _op = attach(registry[COMPANY], company, "f.txt", [b"x"], ann)
    with pytest.raises(Invalid):
        actions.update(registry[FILE], file.pk, {"about": raw}, ann)
    if isinstance(raw, str | list):
        with pytest.raises(Invalid):
            actions.update(registry[COMPANY], company.pk, {"tags": raw}, ann)


def test_what_is_deleted_for_ever_leaves_the_lists(ann, company):
    from datetime import timedelta

    from django.utils import timezone

    from vizavi.jobs.tasks import purge_some

    other, _op = actions.create(registry[COMPANY], {"name": "Вторая"}, ann)
    file, _op = attach(registry[COMPANY], company, "f.txt", [b"x"], ann)
    both = [{"entity": COMPANY, "id": company.pk}, {"entity": COMPANY, "id": other.pk}]
    actions.update(registry[FILE], file.pk, {"about": both}, ann)
    actions.delete(registry[COMPANY], [company.pk], ann)
    purge_some(registry[COMPANY], timezone.now() + timedelta(days=1))
    with unrestricted("a test"):
        assert registry[FILE].model.objects.get(pk=file.pk).about == both[1:]
    assert rows() == {(FILE, file.pk, "about", COMPANY, other.pk)}
