"""Numbers of registers and banks: what is wrong with them is seen; a client's are doubted, our own refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizavi.clients import checks
from vizavi.clients.models import OurCompany
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.errors import Invalid, NotThere, Refused
from vizavi.core.journal import history
from vizavi.core.reading import Reader
from vizavi.duplicates.finding import find
from vizavi.search import keys

DIGITS = st.text("0123456789", min_size=1)
#: As banks and the tax service publish them: (BIK, correspondent account).
BANKS = [
    ("044525225", "30101810400000000225"), ("044525187", "30101810700000000187"),
    ("044525593", "30101810200000000593"), ("044525974", "30101810145250000974"),
    ("044030653", "30101810500000000653"), ("017003983", "40102810445370000059"),
]  # fmt: skip


def digits(length):
    return st.text("0123456789", min_size=length, max_size=length)


def one_wrong(number, place, step):
    at = place % len(number)
    return f"{number[:at]}{(int(number[at]) + step) % 10}{number[at + 1 :]}"


def completed(body, check):
    """The one number that this body and a check digit make."""
    return next(body + str(d) for d in range(10) if not check(body + str(d)))


@pytest.mark.parametrize("number", ["7707083893", "7736050003", "7736207543", "500100732259"])
def test_published_inns_are_right(number):
    assert checks.inn(number) == ""


@pytest.mark.parametrize("number", ["1027700132195", "1027700070518", "1027700229193", "304500116000157"])
def test_published_ogrns_are_right(number):
    assert checks.ogrn(number) == ""


@pytest.mark.parametrize(("bik", "account"), BANKS)
def test_published_correspondent_accounts_fit_their_bik(bik, account):
    assert checks.bik(bik) == checks.correspondent(account, bik) == checks.account(account, bik) == ""
    other = "044525411" if bik != "044525411" else "044525225"
    assert checks.correspondent(account, other) != ""


@pytest.mark.parametrize("number", ["", "03100643000000018500"])
def test_nothing_and_treasury_accounts_pass(number):
    assert checks.account(number, "017003983") == ""


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (checks.inn, "123"), (checks.inn, "77O7083893"), (checks.inn, "7707083894"), (checks.inn, "770708389300"),
        (checks.ogrn, "1027700132196"), (checks.ogrn, "2027700132195"), (checks.ogrn, "1"), (checks.kpp, "77040100"),
        (checks.kpp, "7704аа001"), (checks.bik, "944525225"), (checks.bik, "04452522"), (checks.kpp, "77040100Z"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(check, number):
    assert check(number)


def test_a_kpp_may_have_letters():
    assert checks.kpp("7704AB001") == checks.kpp("770401001") == ""


@given(body=digits(17), bik=digits(3), place=st.integers(0, 19), step=st.integers(1, 9))
def test_every_wrong_digit_of_an_account_is_seen(body, bik, place, step):
    """The weights 7, 1 and 3 have no divisor in common with 10."""
    of_bank = f"044525{max(50, int(bik)):03}"
    number = next(n for d in range(10) if checks.account(n := f"40{body[:6]}{d}{body[6:]}", of_bank) == "")
    wrong = one_wrong(number, place, step)
    if not wrong.startswith(("301", "302", "40102", "03")):
        assert checks.account(wrong, of_bank) != ""


@given(body=digits(9), place=st.integers(0, 9), step=st.integers(1, 9))
def test_a_wrong_digit_of_an_inn_is_seen_but_where_ten_is_taken_for_nought(body, place, step):
    number = completed(body, lambda n: checks.inn(n, 10))
    wrong = one_wrong(number, place, step)
    remainder = [
        sum(int(d) * w for d, w in zip(n, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=False)) % 11 for n in (number, wrong)
    ]
    assert checks.inn(wrong, 10) != "" or sorted(remainder) == [0, 10]


@given(body=digits(13))
def test_the_ogrnip_of_every_remainder_has_a_check_digit(body):
    number = completed(f"3{body}", lambda n: checks.ogrn(n, 15))
    assert int(number[:-1]) % 13 % 10 == int(number[-1])


@given(text=st.text(max_size=30), bik=st.text(max_size=12))
def test_whatever_is_typed_is_answered(text, bik):
    for answer in (checks.inn(text), checks.kpp(text), checks.ogrn(text), checks.bik(text), checks.account(text, bik)):
        assert isinstance(answer, str)
    assert isinstance(checks.correspondent(text, bik), str)


@pytest.fixture
def firm(ann):
    data = {"name": "Ромашка", "legal_name": "ООО «Ромашка»", "inn": "7707083893", "kpp": "773601001"}
    return actions.create(registry["company"], data, ann)[0]


@pytest.mark.django_db
def test_a_set_begins_with_what_its_company_says_and_stands_in_its_history(ann, firm):
    made, _op = actions.create(registry["requisites"], {"company": firm.pk}, ann)
    assert (made.name, made.inn, made.kpp) == ("ООО «Ромашка»", "7707083893", "773601001")
    other, _op = actions.create(
        registry["requisites"], {"company": firm.pk, "name": "ИП Ким", "inn": "500100732259"}, ann
    )
    assert (other.name, other.inn, other.kpp) == ("ИП Ким", "500100732259", "")
    entries, _older = history(registry["company"], firm, Reader(ann))
    assert entries[0].source.title == "ИП Ким"
    with pytest.raises(Refused):
        actions.create(registry["requisites"], {"name": "Ничьи"}, ann)


@pytest.mark.django_db
def test_a_client_is_warned_about_and_our_own_refused(ann, administrator, firm):
    wrong = {"inn": "7707083894", "bik": "044525225", "correspondent": "30101810400000000226"}
    made, _op = actions.create(registry["requisites"], {"company": firm.pk, **wrong}, ann)
    assert set(made.warnings()) == {"inn", "correspondent"}
    with pytest.raises(Invalid) as refused:
        actions.create(registry["ourcompany"], {"name": "Мы", **wrong}, administrator)
    assert set(refused.value.errors) == {"inn", "correspondent"}
    right = {"name": "Мы", "inn": "7707083893", "bik": "044525225", "correspondent": "30101810400000000225"}
    ours, _op = actions.create(registry["ourcompany"], right, administrator)
    assert isinstance(ours, OurCompany)
    with pytest.raises(Invalid):
        actions.update(registry["ourcompany"], ours.pk, {"inn": "1"}, administrator)
    with pytest.raises(Refused):
        actions.create(registry["ourcompany"], right, ann)


@pytest.mark.django_db
def test_requisites_are_seen_and_changed_with_their_client(ann, ben, dan, cat, firm, client_of):
    entity = registry["requisites"]
    made, _op = actions.create(entity, {"company": firm.pk}, ann)
    assert actions.fetch(entity, made.pk, ben) == made == actions.fetch(entity, made.pk, cat)
    with pytest.raises(NotThere):
        actions.fetch(entity, made.pk, dan)
    for who in (ben, cat):
        with pytest.raises(Refused):
            actions.update(entity, made.pk, {"bank": "Банк"}, who)
        with pytest.raises(Refused):
            actions.create(entity, {"company": firm.pk}, who)
        with pytest.raises(Refused):
            actions.delete(entity, [made.pk], who)
    page = client_of(ann).get(f"/companies/{firm.pk}/").content.decode()
    assert f"/requisites/{made.pk}/" in page
    assert client_of(ann).get(f"/requisites/{made.pk}/").status_code == 200
    assert client_of(dan).get(f"/requisites/{made.pk}/").status_code == 404
    theirs = actions.create(registry["company"], {"name": "Дана"}, dan)[0]
    with pytest.raises(Invalid):
        actions.update(entity, made.pk, {"company": theirs.pk}, ann)


@pytest.mark.django_db
def test_a_company_is_recognised_by_the_numbers_in_its_requisites(ann, firm):
    entity, other = registry["requisites"], "500100732259"

    def found(**values):
        return [m.id for m in find(registry["company"], values, ann)]

    made, _op = actions.create(entity, {"company": firm.pk, "name": "ИП Ким", "inn": other}, ann)
    assert found(inn=other) == found(name="Ким") == found(inn="7707083893") == [firm.pk]
    assert find(registry["company"], {"inn": other}, ann, exclude=firm.pk) == []
    actions.update(registry["company"], firm.pk, {"comment": "новое", "inn": "7736050003"}, ann)
    assert found(inn=other) == [firm.pk] and keys.rebuild() and found(inn=other) == [firm.pk]
    theirs = actions.create(registry["company"], {"name": "Омега"}, ann)[0]
    actions.update(entity, made.pk, {"company": theirs.pk}, ann)
    assert found(inn=other) == [theirs.pk]
    _gone = actions.delete(entity, [made.pk], ann)
    assert found(inn=other) == []


@pytest.mark.django_db
def test_one_of_our_companies_is_the_seller_unless_another_is_chosen(administrator):
    entity = registry["ourcompany"]
    assert OurCompany.default() is None
    one, _op = actions.create(entity, {"name": "Мы"}, administrator)
    assert OurCompany.default() == one
    two, _op = actions.create(entity, {"name": "И мы", "is_default": True}, administrator)
    assert OurCompany.default() == two
    with pytest.raises(Invalid):
        actions.update(entity, one.pk, {"is_default": True}, administrator)
    actions.update(entity, two.pk, {"is_default": False}, administrator)
    assert OurCompany.default() is None
