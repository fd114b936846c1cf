"""A lead becomes a contact and a company; the inbox of leads that nobody has worked on."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vizavi.access.models import ApiToken
from vizavi.clients.actions import accept_lead, begun_company, begun_contact, convert_lead, reject_lead
from vizavi.clients.models import Lead
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, NotThere, Refused
from vizavi.core.journal import history, operation, undo
from vizavi.core.models import Operation, TimelineRow
from vizavi.core.reading import Reader
from vizavi.core.records import unrestricted
from vizavi.duplicates.merging import merge
from vizavi.files.store import attach, files_of

pytestmark = pytest.mark.django_db
KNOWN = {
    "surname": "Ким", "name": "Анна", "company_name": "Альфа", "position": "закупщик",
    "phones": "+7 912 345-67-89", "emails": "kim@example.org", "source": "event",
}  # fmt: skip


def make(kind, by, /, **data):
    return actions.create(registry[kind], data, by)[0]


def fresh(record):
    with unrestricted("a test looks at it"):
        return type(record).objects.get(pk=record.pk)


def told(name, pk, by):
    record = actions.fetch(registry[name], pk, by)
    return [(e.source.entity if e.source else name, e.action) for e in history(registry[name], record, Reader(by))[0]]


@pytest.fixture
def lead(ann):
    return make("lead", ann, **KNOWN)


def both(lead):
    return {"contact": begun_contact(lead), "company": begun_company(lead), "role": "закупщик"}


def test_a_lead_becomes_a_contact_at_a_company_and_is_kept(ann, lead):
    done, _op = convert_lead(lead.pk, both(lead), ann)
    contact = actions.fetch(registry["contact"], done.contact_id, ann)
    company = actions.fetch(registry["company"], done.company_id, ann)
    assert done.is_converted and (contact.surname, company.name) == ("Ким", "Альфа")
    assert contact.companies == [{"id": company.pk, "role": "закупщик"}]
    assert contact.source == company.source == "event" and contact.phones[0]["e164"] == "+79123456789"
    assert contact.owner_id == company.owner_id == ann.pk
    with pytest.raises(Invalid):
        convert_lead(lead.pk, both(lead), ann)


def test_everything_of_the_lead_is_reachable_from_what_it_became_and_goes_back_by_one_undo(ann, lead):
    about = [{"entity": "lead", "id": lead.pk}]
    make("note", ann, text="звонил", about=about)
    file, _op = attach(registry["lead"], lead, "f.txt", [b"x"], ann)
    actions.update(registry["lead"], lead.pk, {"comment": "важно"}, ann)
    rows = set(TimelineRow.objects.values_list("entity", "record_id", "change"))
    done, op = convert_lead(lead.pk, both(lead), ann)
    for name, pk in (("contact", done.contact_id), ("company", done.company_id)):
        assert {("note", "create"), ("lead", "create"), ("lead", "update")} <= set(told(name, pk, ann))
        assert [f.pk for f in files_of(registry[name], actions.fetch(registry[name], pk, ann))] == [file.pk]
    make("note", ann, text="потом", about=about)
    assert told("contact", done.contact_id, ann)[0] == ("note", "create")
    result = undo(Operation.objects.get(pk=op.pk), ann)
    assert not result.obstacles
    back = fresh(lead)
    assert (back.status, back.contact_id, back.company_id) == ("new", None, None)
    for name, pk in (("contact", done.contact_id), ("company", done.company_id)):
        with pytest.raises(NotThere):
            actions.fetch(registry[name], pk, ann)
    assert rows <= set(TimelineRow.objects.values_list("entity", "record_id", "change"))
    assert not TimelineRow.objects.filter(borrowed=True).exists()
    again = undo(result.operation, ann)
    assert not again.obstacles and fresh(lead).contact_id == done.contact_id


def test_a_history_is_in_the_order_of_time_whatever_was_linked_when(ann, lead):
    contact = make("contact", ann, name="Анна", surname="Ким")
    actions.update(registry["lead"], lead.pk, {"comment": "раз"}, ann)
    actions.update(registry["contact"], contact.pk, {"comment": "два"}, ann)
    convert_lead(lead.pk, {"contact": contact.pk}, ann)
    entries, _older = history(registry["contact"], contact, Reader(ann))
    assert [e.at for e in entries] == sorted((e.at for e in entries), reverse=True) and len(entries) >= 5
    first, cursor = history(registry["contact"], contact, Reader(ann), limit=2)
    rest, _end = history(registry["contact"], contact, Reader(ann), limit=50, before=cursor)
    assert [e.id for e in [*first, *rest]] == [e.id for e in entries]


def test_what_a_lead_knows_is_added_to_who_is_here_already_and_overrules_nothing(ann, ben, lead):
    vip = make("tag", ann, name="VIP")
    actions.update(registry["lead"], lead.pk, {"tags": [vip.pk], "website": "alfa.example.org"}, ann)
    mine = {"surname": "Ким", "name": "Анна", "phones": "8 912 345-67-89, +7 495 000-00-00", "position": "директор"}
    contact, company = make("contact", ann, **mine), make("company", ann, name="Альфа и Ко")
    _done, op = convert_lead(lead.pk, {"contact": contact.pk, "company": company.pk}, ann)
    one, firm = fresh(contact), fresh(company)
    assert [p["e164"] for p in one.phones] == ["+79123456789", "+74950000000"]
    assert (one.emails[0]["value"], one.position, one.tags, one.source) == ("kim@example.org", "директор", [vip.pk], "")
    assert (firm.name, firm.website, firm.tags) == ("Альфа и Ко", "https://alfa.example.org", [vip.pk])
    assert not undo(Operation.objects.get(pk=op.pk), ann).obstacles
    assert (fresh(contact).emails, fresh(company).tags) == ([], [])
    theirs = make("contact", ben, name="Чужая")
    assert fresh(theirs).phones == []
    convert_lead(lead.pk, {"contact": theirs.pk}, ann)
    assert fresh(theirs).phones == []


def test_what_a_client_knew_itself_stays_in_its_history_when_a_lead_lets_go_of_it(ann, lead):
    company, other = make("company", ann, name="Альфа"), make("lead", ann, name="Пётр")
    about = [{"entity": r.entity().name, "id": r.pk} for r in (company, lead)]
    make("note", ann, text="о компании и о лиде", about=about)
    make("note", ann, text="о двух лидах", about=[about[1], {"entity": "lead", "id": other.pk}])
    before = told("company", company.pk, ann)
    for each in (lead, other):
        actions.update(registry["lead"], each.pk, {"company": company.pk}, ann)
    assert told("company", company.pk, ann).count(("note", "create")) == 2
    actions.update(registry["lead"], lead.pk, {"company": None}, ann)
    assert told("company", company.pk, ann).count(("note", "create")) == 2
    actions.update(registry["lead"], other.pk, {"company": None}, ann)
    after = told("company", company.pk, ann)
    assert [e for e in after if e[0] != "lead"] == before and ("lead", "create") not in after


def test_a_lead_brings_the_history_of_what_was_merged_into_it_and_merged_clients_read_it(ann, lead):
    same = make("lead", ann, name="Аня")
    make("note", ann, text="о втором", about=[{"entity": "lead", "id": same.pk}])
    merge(registry["lead"], lead.pk, [same.pk], ann)
    done, _op = convert_lead(lead.pk, {"company": begun_company(lead)}, ann)
    whole = Counter(told("company", done.company_id, ann))
    assert whole["note", "create"] == 1 and whole["lead", "create"] == 2
    survivor = make("company", ann, name="Омега")
    merged = merge(registry["company"], survivor.pk, [done.company_id], ann)
    assert whole <= Counter(told("company", survivor.pk, ann))
    undo(merged, ann)
    assert whole <= Counter(told("company", done.company_id, ann))
    assert ("note", "create") not in told("company", survivor.pk, ann)


@pytest.mark.parametrize("count", [1, 20])
def test_lending_costs_the_same_queries_for_any_number_of_leads(count, ann, django_assert_max_num_queries):
    company = make("company", ann, name="Альфа")
    leads = [make("lead", ann, name=f"Л {n}") for n in range(count)]
    with operation("bulk", by=ann) as op:
        rows = op.lock(Lead, [r.pk for r in leads])
        with django_assert_max_num_queries(14):
            op.update_many([(r, {"company": company.pk}) for r in rows.values()])
            op.flush()
    assert TimelineRow.objects.filter(entity="company", borrowed=True).count() == count


def test_those_who_are_here_already_are_taken_and_only_ones_own_are_changed(ann, dan, administrator, lead):
    contact = make("contact", ann, name="Анна")
    company = make("company", ann, name="Альфа")
    done, op = convert_lead(lead.pk, {"contact": contact.pk, "company": company.pk, "role": "директор"}, ann)
    assert (done.contact_id, done.company_id) == (contact.pk, company.pk)
    assert fresh(contact).companies == [{"id": company.pk, "role": "директор"}]
    undo(Operation.objects.get(pk=op.pk), ann)
    assert fresh(contact).companies == []
    hidden = make("contact", dan, name="Чужой")
    with pytest.raises(Invalid) as refused:
        convert_lead(lead.pk, {"contact": hidden.pk}, ann)
    assert set(refused.value.errors) == {"contact"}


def test_what_is_wrong_is_said_by_half_and_field_and_nothing_is_made(ann, lead):
    before = Operation.objects.count()
    for into, wrong in (
        ({}, {""}),
        ({"contact": {"phones": "1"}}, {"contact.phones"}),
        ({"company": {}}, {"company.name"}),
        ({"contact": {"name": "А"}, "company": {"name": "Б", "nothing": 1}}, {"company.nothing"}),
        ({"contact": 10**6}, {"contact"}),
    ):
        with pytest.raises(Invalid) as refused:
            convert_lead(lead.pk, into, ann)
        assert set(refused.value.errors) == wrong, into
    assert Operation.objects.count() == before


def test_who_may_not_change_a_lead_does_not_convert_it(ben, cat, dan, lead):
    for who, error in ((ben, Refused), (cat, Refused), (dan, NotThere)):
        for act in (
            lambda who=who: convert_lead(lead.pk, both(lead), who),
            lambda who=who: accept_lead(lead.pk, who),
            lambda who=who: reject_lead(lead.pk, "spam", who),
        ):
            with pytest.raises(error):
                act()


def test_the_dialog_offers_who_is_here_already_first(client_of, ann, lead):
    known = make("contact", ann, surname="Ким", name="Анна", phones="8 912 345-67-89")
    client, url = client_of(ann), f"/leads/{lead.pk}/convert/"
    page = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'value="{known.pk}" checked' in page.replace('" name="contact"', '"') or f'value="{known.pk}"' in page
    assert "dlg__c" in page and client.get(url).status_code == 200
    wrong = client.post(url, {"contact": "new", "contact_name": "Анна", "contact_phones-0-value": "1", "company": ""})
    assert wrong.status_code == 422 and "Анна" in wrong.content.decode()
    data = {"contact": str(known.pk), "company": "new", "company_name": "Альфа и Ко", "role": "директор", "version": 1}
    assert client.post(url, data).url == f"/contacts/{known.pk}/"
    firm = fresh(lead).company_id
    assert fresh(known).companies == [{"id": firm, "role": "директор"}]
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert f"/leads/{lead.pk}/convert/" not in page


def test_the_inbox_holds_what_nobody_has_worked_on(client_of, ann, dan, cat, lead):
    free = make("lead", dan, title="Ничья", owner=None)
    make("lead", dan, title="Дана")
    make("lead", ann, title="В работе", status="in_work")
    client = client_of(ann)
    page = client.get("/leads/inbox/").content.decode()
    assert "Ничья" in page and "Ким" in page and "Дана" not in page and "В работе" not in page
    assert "accept/" not in client_of(cat).get("/leads/inbox/").content.decode()
    assert client.post(f"/leads/{free.pk}/accept/").url == "/leads/inbox/"
    assert (fresh(free).owner_id, fresh(free).status) == (ann.pk, "in_work")
    client.post(f"/leads/{lead.pk}/reject/", {"reason": "nonsense"})
    assert fresh(lead).status == "new"
    client.post(f"/leads/{lead.pk}/reject/", {"reason": "spam"})
    assert (fresh(lead).status, fresh(lead).reject_reason) == ("rejected", "spam")
    client.get("/leads/inbox/")  # what was said of it is read once
    assert "Ким" not in client.get("/leads/inbox/").content.decode()


def test_the_inbox_says_who_is_here_already_and_attaches_to_them(client_of, ann, dan, lead):
    known = make("contact", ann, surname="Ким", name="Анна", phones="8 912 345-67-89")
    same = make("lead", ann, surname="Ким", name="Аня", emails="kim@example.org")
    hidden = make("contact", dan, surname="Кимова", name="Нина", emails="kim@example.org")
    client = client_of(ann)
    page = client.get("/leads/inbox/").content.decode()
    assert f'name="contact" value="{known.pk}"' in page and f"/leads/merge/?ids={lead.pk},{same.pk}" in page
    assert "Кимова" not in page
    assert client_of(dan).post(f"/leads/{lead.pk}/attach/", {"contact": known.pk}).status_code == 404
    for wrong in ({}, {"contact": hidden.pk}, {"contact": "x"}):
        client.post(f"/leads/{lead.pk}/attach/", wrong)
        assert not fresh(lead).is_converted
    assert client.post(f"/leads/{lead.pk}/attach/", {"contact": known.pk}).url == "/leads/inbox/"
    assert (fresh(lead).is_converted, fresh(lead).contact_id) == (True, known.pk)
    assert fresh(known).emails[0]["value"] == "kim@example.org"


def test_the_inbox_costs_the_same_queries_however_many_wait(client_of, ann):
    def fill(start, count):
        for n in range(start, start + count):
            make("contact", ann, name=f"Человек {n}", phones=f"+7 912 000-00-{n:02}")
            make("lead", ann, title=f"Лид {n}", phones=f"8 912 000 00 {n:02}")

    def cost():
        client.get("/leads/inbox/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/leads/inbox/").status_code == 200
        return len(captured)

    client = client_of(ann)
    fill(0, 2)
    few = cost()
    fill(2, 30)
    assert cost() <= few <= 16


def test_what_is_typed_into_the_dialog_is_compared_too_and_said_once(client_of, ann, lead):
    firm, client, url = (
        make("company", ann, name="Омега", inn="7707083893"),
        client_of(ann),
        f"/leads/{lead.pk}/convert/",
    )
    data = {"contact": "", "company": "new", "company_name": "Альфа", "company_inn": "7707083893"}
    again = client.post(url, data)
    assert again.status_code == 422 and f'name="company_seen" value="{firm.pk}"' in again.content.decode()
    assert not fresh(lead).is_converted
    assert client.post(url, {**data, "company_seen": firm.pk}).status_code == 302
    assert fresh(lead).company_id not in (None, firm.pk)


def test_somebody_who_does_not_look_alike_is_found_in_the_dialog(client_of, ann, lead):
    other, client, url = make("contact", ann, surname="Ли", name="Ольга"), client_of(ann), f"/leads/{lead.pk}/convert/"
    assert client.post(url, {"contact": "other", "contact_other": "", "company": ""}).status_code == 422
    assert client.post(url, {"contact": "other", "contact_other": other.pk, "company": ""}).status_code == 302
    assert fresh(lead).contact_id == other.pk


def test_the_api_converts_by_what_the_lead_knows_or_what_is_said(client_of, ann, dan, lead):
    def post(who, data, **headers):
        token = {"Authorization": f"Bearer {ApiToken.make(who, 't')[1]}", **headers}
        url = f"/api/v1/leads/{lead.pk}/convert/"
        return client_of(who).post(url, json.dumps(data), content_type="application/json", headers=token)

    assert post(dan, {}).status_code == 404
    assert set(post(ann, {"deal": 1}).json()["error"]["fields"]) == {"deal"}
    assert set(post(ann, {"contact": {"phones": "1"}}).json()["error"]["fields"]) == {"contact.phones"}
    assert post(ann, {"contact": "x"}).status_code == post(ann, {"role": 1}).status_code == 422
    answer = post(ann, {})
    shown = answer.json()
    assert answer.status_code == 200 and shown["status"] == "converted" and shown["contact"] and shown["company"]
    assert post(ann, {}).status_code == 422
    undo(Operation.objects.get(pk=answer["Operation-Id"]), ann)
    only = post(ann, {"company": None}).json()
    assert only["contact"] and only["company"] is None
