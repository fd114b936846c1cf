"""Cards of all three versions as telephones and programs write them; what we write is read back equal."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizavi.tables import Broken, open_table, vcard


def read(content, folder=None):
    with tempfile.TemporaryDirectory() as made:
        path = Path(folder or made) / "cards.vcf"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [
            row if isinstance(row, Broken) else {h: c for h, c in zip(vcard.HEADINGS, row, strict=True) if c}
            for row in open_table(path, "cards.vcf").rows()
        ]


def qp(text, encoding="utf-8"):
    return "".join(f"={byte:02X}" for byte in text.encode(encoding))


def test_a_card_of_an_old_telephone():
    """2.1: quoted-printable with a soft break, bare types, two charsets, a photo folded to a blank line."""
    name = qp("Иванов;Пётр;Сергеевич")
    photo = base64.encodebytes(bytes(range(256)) * 4).decode().replace("\n", "\r\n ")
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{name[:60]}=\r\n{name[60:]}\r\n"
        f"ORG;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:{qp('Завод;Цех', 'cp1251')}\r\n"
        "TEL;CELL;PREF:+7 912 345-67-89\r\nTEL;WORK;FAX:8 (495) 123-45-67\r\nTEL;HOME;VOICE:(383) 222-33-44\r\n"
        "EMAIL;INTERNET;HOME:petr@example.org\r\n"
        f"PHOTO;ENCODING=BASE64;JPEG: {photo}\r\n\r\n"
        "BDAY:19850412\r\nNOTE:one \r\n two\r\nEND:VCARD\r\n"
    )
    assert read(card) == [
        {
            "surname": "Иванов", "name": "Пётр", "patronymic": "Сергеевич", "organization": "Завод", "department": "Цех",
            "phone_mobile": "+7 912 345-67-89", "phone_fax": "8 (495) 123-45-67", "phone_home": "(383) 222-33-44",
            "email_personal": "petr@example.org", "birthday": "1985-04-12", "note": "one  two",
        }
    ]  # fmt: skip


def test_a_card_of_an_iphone():
    """3.0: groups with labels, escapes, folding in the middle of a word, several numbers of a kind."""
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS//EN\r\nN:Лебедева;Ирина;;;\r\nFN:Ирина Лебедева\r\n"
        "ORG:ООО «Вектор\\, плюс»;\r\nTITLE:Главный бухгал\r\n тер\r\nitem1.TEL:+79210000001\r\n"
        "item1.X-ABLabel:_$!<Mobile>!$_\r\nTEL;type=WORK;type=VOICE:+74950000002\r\nTEL;type=WORK:+74950000003\r\n"
        "item2.EMAIL;type=INTERNET;type=pref:i@vektor.example\r\n"
        "item3.ADR;type=WORK:;;ул. Ленина\\, 1\\nофис 2;Омск;Омская обл.;644000;Россия\r\n"
        "item4.URL;type=pref:https://vektor.example\r\nBDAY;value=date:1604-05-06\r\nNOTE:раз\\nдва\\; три\r\nEND:VCARD\r\n"
    )
    assert read(card) == [
        {
            "full_name": "Ирина Лебедева", "surname": "Лебедева", "name": "Ирина", "organization": "ООО «Вектор, плюс»",
            "position": "Главный бухгалтер", "phone_mobile": "+79210000001",
            "phone_work": "+74950000002\n+74950000003", "email_other": "i@vektor.example",
            "address_kind": "work", "address_line": "ул. Ленина, 1\nофис 2", "address_city": "Омск", "address_region": "Омская обл.",
            "address_postcode": "644000", "address_country": "Россия", "url": "https://vektor.example",
            "birthday": "1604-05-06", "note": "раз\nдва; три",
        }
    ]  # fmt: skip


def test_a_card_of_the_present_standard():
    """4.0: addresses as values, quoted lists of types, a birthday without its year, a gender."""
    card = (
        'BEGIN:VCARD\nVERSION:4.0\nFN:Anna\nTEL;VALUE=uri;PREF=1;TYPE="voice,work":tel:+1-555-555-5555;ext=12\n'
        'TEL;TYPE="cell,home":+15550001\nEMAIL;TYPE=work:a@example.com\nBDAY:--0412\nGENDER:F;lady\n'
        'PHOTO:data:image/jpeg;base64,AAAA\nADR;LABEL="Line: 1; b":;;1 Main St;Town;;12345;UK\nUID:urn:uuid:1\nEND:VCARD\n'
    )
    assert read(card) == [
        {
            "full_name": "Anna", "phone_work": "+1-555-555-5555 ext. 12", "phone_mobile": "+15550001",
            "email_work": "a@example.com", "gender": "F", "address_line": "1 Main St", "address_city": "Town",
            "address_postcode": "12345", "address_country": "UK", "uid": "urn:uuid:1",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_the_letters_of_the_whole_file_are_recognised(encoding):
    card = "BEGIN:VCARD\nVERSION:2.1\nN:Ёжиков;Пётр\nEND:VCARD\n"
    assert read(card.encode(encoding)) == [{"surname": "Ёжиков", "name": "Пётр"}]


def test_messengers_are_read_as_each_program_writes_them():
    card = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nIMPP;X-SERVICE-TYPE=Skype:skype:anna.l\nIMPP:tg:anna\nX-SKYPE:anna2\n"
        "X-SOCIALPROFILE;type=telegram:x-apple:anna_l\nX-SOCIALPROFILE;type=vk:https://vk.com/anna\nIMPP:sip:a@b.ru\nEND:VCARD\n"
    )
    [row] = read(card)
    assert row["messengers"].split("\n") == [
        "skype: anna.l", "telegram: anna", "skype: anna2", "telegram: anna_l", "https://vk.com/anna", "sip:a@b.ru",
    ]  # fmt: skip


def test_a_bad_card_is_put_aside_and_the_rest_goes_on():
    good = "BEGIN:VCARD\nVERSION:3.0\nFN:%s\nEND:VCARD\n"
    bad = [
        "BEGIN:VCARD\nVERSION:3.0\nNOTE:nobody\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nFN:half\n",
        "BEGIN:VCARD\nVERSION:3.0\nno property\nFN:x\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=klingon:x\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:2.1\nN:{}\nAGENT:\nBEGIN:VCARD\nFN:inner\nEND:VCARD\nTEL:12345\nEND:VCARD\n".format(
            "outer"
        ),
    ]
    rows = read("".join(good % n + card for n, card in enumerate(bad)) + good % "last")
    names = [row.get("full_name") for row in rows if isinstance(row, dict)]
    assert names == ["0", "1", "2", "3", "4", None, "last"]
    assert sum(isinstance(row, Broken) and bool(row.reason) for row in rows) == 4


def test_a_card_that_means_harm_is_read_quickly():
    rows = read(b"BEGIN:VCARD\nNOTE:" + b"x\n y" * 500_000 + b"\nTEL:1\n" * 20_000 + b";" * 100_000 + b"\nEND:VCARD\n")
    assert len(rows) == 1 and isinstance(rows[0], Broken)


word = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60).map(
    lambda t: " ".join(t.split())
)
many = st.lists(word.filter(bool), max_size=3, unique=True).map("\n".join)


@given(
    cells=st.fixed_dictionaries(
        {
            "full_name": word.filter(bool),
            **dict.fromkeys(("surname", "name", "patronymic", "organization", "position", "note"), word),
            **{f"email_{kind}": many for kind in vcard.EMAILS},
            **{f"address_{part}": word for part in vcard.ADDRESS},
            "birthday": st.dates().map(lambda d: d.isoformat()) | st.just(""),
            "gender": st.sampled_from(["", "M", "F"]),
            "address_kind": st.sampled_from(["", "work", "home"]),
            "messengers": st.lists(
                st.tuples(
                    st.sampled_from(["telegram", "vk", "skype"]), st.from_regex(r"@?[a-z0-9_,;]{3,20}", fullmatch=True)
                ),
                max_size=3,
                unique=True,
            ).map(lambda pairs: "\n".join(f"{network}: {handle}" for network, handle in pairs)),
        }
    ),
    phones=st.lists(
        st.tuples(st.sampled_from(vcard.PHONES), st.from_regex(r"\+7[0-9]{10}", fullmatch=True)), max_size=4
    ),
    version=st.sampled_from(vcard.VERSIONS),
)
def test_what_is_written_is_read_back_equal(cells, phones, version):
    for kind, number in phones:
        known = cells.setdefault(f"phone_{kind}", "")
        if number not in known:
            cells[f"phone_{kind}"] = f"{known}\n{number}".strip("\n")
    if not any(cells[f"address_{part}"] for part in vcard.ADDRESS):
        cells["address_kind"] = ""
    text = vcard.write(cells, version)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert read(text * 2) == [{h: c for h, c in cells.items() if c}] * 2
