"""A file of each program, as it describes its own export, comes in by itself: contacts with their companies."""

from __future__ import annotations

import csv
import io

import pytest

from vizavi.clients.models import Company, Contact, Lead
from vizavi.core import actions
from vizavi.core.entity import registry
from vizavi.core.journal import undo
from vizavi.core.reading import Reader
from vizavi.exchange import export, remember, tasks
from vizavi.exchange.models import ImportRun, Reject
from vizavi.exchange.runs import begin, table_of
from vizavi.tables import open_table

pytestmark = [pytest.mark.django_db(transaction=True)]

#: What every file says, in the words of its program.
WANTED = {
    "surname": "Лебедева", "name": "Ирина", "position": "Закупщик", "company": "Вектор",
    "work": "+74951234567", "mobile": "+79161234567", "mail": "irina@vektor.example",
}  # fmt: skip


def words(text, mark):
    return text.split(mark)


def table(headings, *rows, mark=",", encoding="utf-8"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([row.get(h, "") for h in headings] for row in rows)
    return out.getvalue().encode(encoding)


BITRIX = words(
    "ID;Обращение;Имя;Отчество;Фамилия;Фото;Дата рождения;Должность;Компания;Тип контакта;Источник;Дополнительно об источнике;"
    "Экспорт;Ответственный;Комментарий;Рабочий телефон;Мобильный телефон;Номер факса;Домашний телефон;Номер пейджера;"
    "Телефон для рассылок;Другой телефон;Корпоративный сайт;Рабочий e-mail;Частный e-mail;E-mail для рассылок;Другой e-mail",
    ";",
)
AMO = words(
    "ID;Тип;Полное имя контакта;Имя;Фамилия;Название компании;Ответственный;Дата создания контакта;Кем создан контакт;Сделки;"
    "Дата редактирования;Кем редактирован;Теги;Примечание 1;Примечание 2;Рабочий телефон;Рабочий прямой телефон;Мобильный телефон;"
    "Факс;Домашний телефон;Другой телефон;Рабочий email;Личный email;Другой email;Web;Адрес;Должность",
    ";",
)
KOMMO = words(
    "ID,Type,Full name,First name,Last name,Company name,Responsible,Created at,Created by,Work phone,Work direct phone,"
    "Mobile phone,Fax,Home phone,Other phone,Work email,Personal email,Other email,Web,Address,Position",
    ",",
)
HUBSPOT = words(
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner,Lead Status,Job Title,"
    "Associated Company,Create Date",
    ",",
)
SALESFORCE = words(
    "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,Mailing State/Province,"
    "Mailing Zip/Postal Code,Mailing Country,Phone,Mobile,Fax,Email,Account Owner",
    ",",
)
SALESFORCE_API = words(
    "Id,LastName,FirstName,Title,Account.Name,MailingCity,Phone,MobilePhone,Fax,Email,LeadSource,Birthdate,CreatedDate",
    ",",
)
PIPEDRIVE = words(
    "Person - ID;Person - Name;Person - First name;Person - Last name;Person - Organization;Person - Phone - Work;"
    "Person - Phone - Home;Person - Phone - Mobile;Person - Phone - Other;Person - Email - Work;Person - Email - Home;"
    "Person - Email - Other;Person - Owner;Person - Job title;Person - Person created",
    ";",
)
GOOGLE_OLD = words(
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Name Prefix,Name Suffix,Nickname,Birthday,Gender,Notes,Language,Photo,"
    "Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,"
    "Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Organization 1 - Type,Organization 1 - Name,"
    "Organization 1 - Title,Website 1 - Type,Website 1 - Value",
    ",",
)
GOOGLE = words(
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,"
    "File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,"
    "Address 1 - Street,Address 1 - City,Website 1 - Label,Website 1 - Value",
    ",",
)
OUTLOOK = words(
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,Business City,"
    "Business State,Business Postal Code,Business Country/Region,Home Street,Home City,Business Fax,Business Phone,Business Phone 2,"
    "Home Phone,Mobile Phone,Other Phone,Birthday,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Notes,Web Page",
    ",",
)
OUTLOOK_RU = words(
    "Обращение,Имя,Отчество,Фамилия,Суффикс,Организация,Отдел,Должность,Улица (раб. адрес),Улица 2 (раб. адрес),Город (раб. адрес),"
    "Область (раб. адрес),Индекс (раб. адрес),Страна или регион (раб. адрес),Улица (дом. адрес),Рабочий факс,Рабочий телефон,"
    "Телефон раб. 2,Домашний телефон,Телефон переносной,Другой телефон,Веб-страница,День рождения,Заметки,Пол,Хобби,"
    "Адрес эл. почты,Тип эл. почты,Краткое имя эл. почты,Адрес 2 эл. почты",
    ",",
)
THUNDERBIRD = words(
    "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Fax Number,"
    "Pager Number,Mobile Number,Home Address,Home City,Work Address,Work City,Job Title,Department,Organization,Web Page 1,"
    "Birth Year,Birth Month,Birth Day,Custom 1,Notes",
    ",",
)

LAYOUTS = {
    "Битрикс24": table(
        BITRIX,
        {"ID": "12", "Имя": "Ирина", "Фамилия": "Лебедева", "Должность": "Закупщик", "Компания": "Вектор",
         "Рабочий телефон": "8 (495) 123-45-67", "Мобильный телефон": "+7 916 123-45-67",
         "Рабочий e-mail": "irina@vektor.example", "Дата рождения": "12.04.1985", "Экспорт": "Да"},
        mark=";", encoding="utf-8-sig",
    ),
    "amoCRM": table(
        AMO,
        {"ID": "77", "Тип": "контакт", "Полное имя контакта": "Ирина Лебедева", "Имя": "Ирина", "Фамилия": "Лебедева",
         "Название компании": "Вектор", "Рабочий телефон": "'+74951234567", "Мобильный телефон": "'+79161234567",
         "Рабочий email": "irina@vektor.example", "Должность": "Закупщик", "Дата создания контакта": "12.04.2024 10:00:00"},
        mark=";", encoding="cp1251",
    ),
    "Kommo": table(
        KOMMO,
        {"ID": "77", "Type": "contact", "Full name": "Ирина Лебедева", "First name": "Ирина", "Last name": "Лебедева",
         "Company name": "Вектор", "Work phone": "+74951234567", "Mobile phone": "+79161234567",
         "Work email": "irina@vektor.example", "Position": "Закупщик"},
    ),
    "HubSpot": table(
        HUBSPOT,
        {"Record ID": "901", "First Name": "Ирина", "Last Name": "Лебедева", "Email": "irina@vektor.example",
         "Phone Number": "+7 495 123 45 67", "Mobile Phone Number": "+7 916 123 45 67", "Job Title": "Закупщик",
         "Associated Company": "Вектор", "Create Date": "2024-03-12 09:14"},
    ),
    "Salesforce": table(
        SALESFORCE,
        {"First Name": "Ирина", "Last Name": "Лебедева", "Title": "Закупщик", "Account Name": "Вектор",
         "Phone": "+7 495 1234567", "Mobile": "+7 916 1234567", "Email": "irina@vektor.example", "Mailing City": "Omsk"},
    ),
    "Salesforce API": table(
        SALESFORCE_API,
        {"Id": "0031", "FirstName": "Ирина", "LastName": "Лебедева", "Title": "Закупщик", "Account.Name": "Вектор",
         "Phone": "+74951234567", "MobilePhone": "+79161234567", "Email": "irina@vektor.example"},
    ),
    "Pipedrive": table(
        PIPEDRIVE,
        {"Person - ID": "5", "Person - Name": "Ирина Лебедева", "Person - First name": "Ирина",
         "Person - Last name": "Лебедева", "Person - Organization": "Вектор", "Person - Phone - Work": "+74951234567",
         "Person - Phone - Mobile": "+79161234567", "Person - Email - Work": "irina@vektor.example",
         "Person - Job title": "Закупщик"},
        mark=";",
    ),
    "Google": table(
        GOOGLE_OLD,
        {"Name": "Ирина Лебедева", "Given Name": "Ирина", "Family Name": "Лебедева", "Group Membership": "* myContacts",
         "E-mail 1 - Type": "* Work", "E-mail 1 - Value": "irina@vektor.example", "Phone 1 - Type": "Work",
         "Phone 1 - Value": "+74951234567 ::: +74951234568", "Phone 2 - Type": "Mobile", "Phone 2 - Value": "+79161234567",
         "Organization 1 - Name": "Вектор", "Organization 1 - Title": "Закупщик"},
        encoding="utf-16",
    ),
    "Google 2024": table(
        GOOGLE,
        {"First Name": "Ирина", "Last Name": "Лебедева", "Organization Name": "Вектор", "Organization Title": "Закупщик",
         "E-mail 1 - Label": "* Work", "E-mail 1 - Value": "irina@vektor.example", "Phone 1 - Label": "Mobile",
         "Phone 1 - Value": "+7 916 123-45-67", "Phone 2 - Label": "Work", "Phone 2 - Value": "+7 495 123-45-67"},
    ),
    "Outlook": table(
        OUTLOOK,
        {"Title": "Ms.", "First Name": "Ирина", "Last Name": "Лебедева", "Company": "Вектор", "Job Title": "Закупщик",
         "Business Phone": "+7 (495) 123-45-67", "Mobile Phone": "+7 (916) 123-45-67", "E-mail Type": "SMTP",
         "E-mail Address": "irina@vektor.example", "Birthday": "0/0/00"},
    ),
    "Outlook по-русски": table(
        OUTLOOK_RU,
        {"Имя": "Ирина", "Фамилия": "Лебедева", "Организация": "Вектор", "Должность": "Закупщик",
         "Рабочий телефон": "8 495 123-45-67", "Телефон переносной": "8 916 123-45-67",
         "Адрес эл. почты": "irina@vektor.example", "Тип эл. почты": "SMTP", "Город (раб. адрес)": "Омск"},
        encoding="cp1251",
    ),
    "Thunderbird": table(
        THUNDERBIRD,
        {"First Name": "Ирина", "Last Name": "Лебедева", "Display Name": "Ирина Лебедева",
         "Primary Email": "irina@vektor.example", "Work Phone": "+74951234567", "Mobile Number": "+79161234567",
         "Job Title": "Закупщик", "Organization": "Вектор", "Birth Year": "1985", "Birth Month": "4", "Birth Day": "12"},
    ),
    "vCard": (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ирина Лебедева\r\nN:Лебедева;Ирина;;;\r\nORG:Вектор\r\nTITLE:Закупщик\r\n"
        "TEL;TYPE=WORK:+74951234567\r\nTEL;TYPE=CELL:+79161234567\r\nEMAIL;TYPE=WORK:irina@vektor.example\r\nEND:VCARD\r\n"
    ).encode(),
}  # fmt: skip


def bring(by, content, entity="contact", **changes):
    run = begin(registry[entity], by, "file", [content])
    run.mapping = {**run.mapping, **changes}
    run.state = ImportRun.WAITING
    run.save()
    return tasks.carry_out(run)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_export_of_a_program_comes_in_by_itself(name, ann):
    run = bring(ann, LAYOUTS[name])
    assert not run.error and [r.reason for r in Reject.objects.all()] == []
    contact = Contact.objects.visible_to(ann).get()
    company = Company.objects.visible_to(ann).get()
    assert (contact.surname, contact.name, contact.position) == ("Лебедева", "Ирина", "Закупщик")
    assert [item["id"] for item in contact.companies] == [company.pk] and company.name == "Вектор"
    phones = {p["kind"]: p["e164"] for p in reversed(contact.phones)}
    assert phones.pop("mobile") == WANTED["mobile"] and phones["work"] == WANTED["work"]
    assert [e["value"] for e in contact.emails] == [WANTED["mail"]]
    if name in ("Битрикс24", "Thunderbird"):
        assert contact.birthday.isoformat() == "1985-04-12"
    assert run.counts["created"] == 1


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_file_again_changes_nothing_and_one_undo_takes_all_back(name, ann):
    content = LAYOUTS[name]
    first = bring(ann, content)
    for rule in ("skip", "fill", "overwrite"):
        again = bring(ann, content, duplicates=rule)
        assert {k: again.counts.get(k, 0) for k in ("created", "updated", "rejected")} == {
            "created": 0,
            "updated": 0,
            "rejected": 0,
        }
    undo(first.operation, ann)
    assert not Contact.objects.visible_to(ann).exists() and not Company.objects.visible_to(ann).exists()


COMPANIES = {
    "Битрикс24": (
        "ID;Логотип;Название компании;Тип компании;Сфера деятельности;Кол-во сотрудников;Годовой оборот;Валюта;Комментарий;"
        "Ответственный;Рабочий телефон;Корпоративный сайт;Рабочий e-mail;Реквизит: ИНН\r\n"
        "3;;Вектор;Клиент;;25;1000000;RUB;;;8 (495) 123-45-67;vektor.example;info@vektor.example;7707083893\r\n"
    ),
    "HubSpot": (
        "Record ID,Company name,Company Domain Name,Phone Number,City,Number of Employees,Annual Revenue,Industry\r\n"
        "9,Вектор,vektor.example,+7 495 123 45 67,Omsk,25,1000000,\r\n"
    ),
    "Salesforce": (
        "Account Name,Billing Street,Billing City,Billing Zip/Postal Code,Phone,Website,Employees,Annual Revenue\r\n"
        "Вектор,Lenina 1,Omsk,644000,+7 495 123 45 67,https://vektor.example,25,1000000\r\n"
    ),
    "Pipedrive": (
        "Organization - ID;Organization - Name;Organization - Address;Organization - Owner\r\n4;Вектор;Омск, Ленина 1;\r\n"
    ),
}


@pytest.mark.parametrize("name", COMPANIES)
def test_companies_of_a_program_come_in_by_themselves(name, ann):
    run = bring(ann, COMPANIES[name].encode(), "company")
    assert not run.error and [r.reason for r in Reject.objects.all()] == []
    company = Company.objects.visible_to(ann).get()
    assert company.name == "Вектор"
    if name != "Pipedrive":
        assert company.employees == 25 and company.revenue == 1_000_000 and company.phones[0]["e164"] == "+74951234567"
        assert company.website == "https://vektor.example"
    if name == "Salesforce":
        assert (company.address["city"], company.address["postcode"]) == ("Omsk", "644000")


#: Where somebody lives and how else they are reached: {program: (file, messengers, addresses)}.
REACHED = {
    "Битрикс24": (
        table(
            ["ID", "Имя", "Фамилия", "Адрес", "Улица, номер дома", "Квартира, офис, комната, этаж", "Населенный пункт",
             "Район", "Регион", "Почтовый индекс", "Страна", "Контакт Telegram", "Контакт ВКонтакте", "Контакт Skype",
             "Контакт Viber", "Другой контакт"],
            {"ID": "12", "Имя": "Ирина", "Фамилия": "Лебедева", "Адрес": "Ленина, 1, офис 5, Омск, Россия",
             "Улица, номер дома": "Ленина, 1", "Квартира, офис, комната, этаж": "офис 5", "Населенный пункт": "Омск",
             "Регион": "Омская обл.", "Почтовый индекс": "644000", "Страна": "Россия", "Контакт Telegram": "@irina",
             "Контакт ВКонтакте": "https://vk.com/irina"},
            mark=";", encoding="utf-8-sig",
        ),
        [("telegram", "@irina"), ("vk", "irina")],
        [("work", "Россия, 644000, Омская обл., Омск, Ленина, 1, офис 5")],
    ),
    "amoCRM": (
        table(
            ["ID", "Полное имя контакта", "Имя", "Фамилия", "Skype", "ICQ", "Telegram", "Другой IM", "Адрес"],
            {"ID": "77", "Имя": "Ирина", "Фамилия": "Лебедева", "Skype": "irina.l", "Telegram": "irina", "Адрес": "Омск"},
        ),
        [("skype", "irina.l"), ("telegram", "irina")],
        [("work", "Омск")],
    ),
    "HubSpot": (
        table(
            ["Record ID", "First Name", "Last Name", "Street Address", "City", "State/Region", "Postal Code",
             "Country/Region", "WhatsApp Phone Number", "LinkedIn URL"],
            {"First Name": "Ирина", "Last Name": "Лебедева", "Street Address": "1 Main St", "City": "Omsk",
             "Postal Code": "644000", "Country/Region": "Russia", "WhatsApp Phone Number": "+7 916 123-45-67",
             "LinkedIn URL": "https://www.linkedin.com/in/irina/"},
        ),
        [("linkedin", "irina"), ("whatsapp", "+7 916 123-45-67")],
        [("work", "Russia, 644000, Omsk, 1 Main St")],
    ),
    "Salesforce": (
        table(
            ["First Name", "Last Name", "Mailing Street", "Mailing City", "Mailing State/Province",
             "Mailing Zip/Postal Code", "Mailing Country", "Other Street", "Other City"],
            {"First Name": "Ирина", "Last Name": "Лебедева", "Mailing Street": "Lenina 1", "Mailing City": "Omsk",
             "Mailing Zip/Postal Code": "644000", "Mailing Country": "Russia", "Other City": "Tomsk"},
        ),
        [],
        [("other", "Tomsk"), ("work", "Russia, 644000, Omsk, Lenina 1")],
    ),
    "Pipedrive": (
        table(
            ["Person - Name", "Person - Instant messenger", "Person - Postal address",
             "Person - House number of Postal address", "Person - Street/road name of Postal address",
             "Person - City/town/village/locality of Postal address", "Person - Country of Postal address"],
            {"Person - Name": "Ирина Лебедева", "Person - Instant messenger": "telegram: irina",
             "Person - Postal address": "1 Lenina, Omsk", "Person - House number of Postal address": "1",
             "Person - Street/road name of Postal address": "Lenina",
             "Person - City/town/village/locality of Postal address": "Omsk"},
        ),
        [("telegram", "irina")],
        [("work", "Omsk, 1, Lenina")],
    ),
    "Google": (
        table(
            ["Given Name", "Family Name", "IM 1 - Type", "IM 1 - Service", "IM 1 - Value", "Address 1 - Type",
             "Address 1 - Formatted", "Address 1 - Street", "Address 1 - City", "Address 1 - PO Box",
             "Address 1 - Region", "Address 1 - Postal Code", "Address 1 - Country", "Address 1 - Extended Address",
             "Address 2 - Type", "Address 2 - Formatted", "Address 2 - Street", "Address 2 - City"],
            {"Given Name": "Ирина", "Family Name": "Лебедева", "IM 1 - Service": "Skype", "IM 1 - Value": "irina.l",
             "Address 1 - Type": "Home", "Address 1 - Formatted": "Lenina 1\nOmsk", "Address 1 - Street": "Lenina 1",
             "Address 1 - City": "Omsk", "Address 1 - Extended Address": "flat 2", "Address 2 - Type": "Work",
             "Address 2 - Street": "Mira 5", "Address 2 - City": "Tomsk"},
        ),
        [("skype", "irina.l")],
        [("home", "Omsk, Lenina 1, flat 2"), ("work", "Tomsk, Mira 5")],
    ),
    "Outlook": (
        table(
            ["First Name", "Last Name", "Company", "Business Street", "Business City", "Business Postal Code",
             "Business Country/Region", "Home Street", "Home City", "Home Country/Region"],
            {"First Name": "Ирина", "Last Name": "Лебедева", "Company": "Вектор", "Business Street": "Lenina 1",
             "Business City": "Omsk", "Home Street": "Mira 5", "Home City": "Tomsk"},
        ),
        [],
        [("home", "Tomsk, Mira 5"), ("work", "Omsk, Lenina 1")],
    ),
    "Outlook по-русски": (
        table(
            ["Имя", "Фамилия", "Улица (раб. адрес)", "Город (раб. адрес)", "Индекс (раб. адрес)", "Улица (дом. адрес)",
             "Город (дом. адрес)"],
            {"Имя": "Ирина", "Фамилия": "Лебедева", "Улица (раб. адрес)": "Ленина, 1", "Город (раб. адрес)": "Омск",
             "Индекс (раб. адрес)": "644000", "Город (дом. адрес)": "Томск"},
            encoding="cp1251",
        ),
        [],
        [("home", "Томск"), ("work", "644000, Омск, Ленина, 1")],
    ),
    "Thunderbird": (
        table(
            ["First Name", "Last Name", "Screen Name", "Home Address", "Home City", "Home ZipCode", "Work Address",
             "Work Address 2", "Work City"],
            {"First Name": "Ирина", "Last Name": "Лебедева", "Screen Name": "irina", "Home City": "Tomsk",
             "Work Address": "Lenina 1", "Work Address 2": "office 5", "Work City": "Omsk"},
        ),
        [("other", "irina")],
        [("home", "Tomsk"), ("work", "Omsk, Lenina 1, office 5")],
    ),
    "vCard": (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Лебедева;Ирина;;;\r\nADR;TYPE=HOME:;;Ленина\\, 1;Омск;;644000;Россия\r\n"
        "IMPP:telegram:irina\r\nX-SKYPE:irina.l\r\nEND:VCARD\r\n".encode(),
        [("skype", "irina.l"), ("telegram", "irina")],
        [("home", "Россия, 644000, Омск, Ленина, 1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REACHED)
def test_messengers_and_addresses_in_parts_come_in_with_the_person(name, ann):
    content, messengers, addresses = REACHED[name]
    run = bring(ann, content)
    assert not run.error and [r.reason for r in Reject.objects.all()] == []
    contact = Contact.objects.visible_to(ann).get()
    assert (contact.surname, contact.name) == ("Лебедева", "Ирина")
    assert sorted((m["kind"], m["value"]) for m in contact.messengers) == messengers
    assert sorted((a["kind"], a["value"]) for a in contact.addresses) == addresses
    if name == "Outlook":
        assert Company.objects.visible_to(ann).get().address == {}, "the person's address is not the firm's"
    again = bring(ann, content, duplicates="overwrite")
    assert (again.counts.get("created", 0), again.counts.get("updated", 0)) == (0, 0)


def test_marks_of_advertising_come_in_with_a_lead(ann):
    content = table(
        ["ID", "Название лида", "Имя, Фамилия", "Рекламная система", "Тип трафика", "Обозначение рекламной кампании",
         "Содержание кампании", "Условие поиска кампании", "Контакт Telegram", "Населенный пункт", "Улица, номер дома"],
        {"ID": "7", "Название лида": "Каски", "Имя, Фамилия": "Пётр Зуев", "Рекламная система": "yandex",
         "Тип трафика": "cpc", "Обозначение рекламной кампании": "autumn", "Содержание кампании": "text-1",
         "Условие поиска кампании": "каски оптом", "Контакт Telegram": "@zuev", "Населенный пункт": "Омск"},
        mark=";",
    )  # fmt: skip
    run = bring(ann, content, "lead")
    assert not run.error and run.counts["created"] == 1
    lead = Lead.objects.visible_to(ann).get()
    assert (lead.surname, lead.name) == ("Зуев", "Пётр")
    assert (lead.utm_source, lead.utm_medium, lead.utm_campaign) == ("yandex", "cpc", "autumn")
    assert (lead.utm_content, lead.utm_term) == ("text-1", "каски оптом")
    assert lead.messengers[0]["value"] == "@zuev" and lead.address == {"city": "Омск"}
    second = table(
        ["utm_source", "utm_medium", "Lead Name", "utm_referrer"],
        {"utm_source": "google", "utm_medium": "cpc", "Lead Name": "Сапоги", "utm_referrer": "https://a.example"},
    )
    bring(ann, second, "lead")
    lead = Lead.objects.visible_to(ann).get(title="Сапоги")
    assert (lead.utm_source, lead.utm_medium, lead.referrer) == ("google", "cpc", "https://a.example")


def test_a_lead_keeps_the_name_of_its_company_and_statuses_of_other_programs_are_understood(ann):
    content = table(
        ["Lead Name", "First Name", "Last Name", "Company", "Lead Status", "Lead Source", "City"],
        {"Lead Name": "Helmets", "Company": "Acme", "Lead Status": "Working - Contacted", "Lead Source": "Trade Show"},
        {"Lead Name": "Boots", "Company": "Initech", "Lead Status": "Open - Not Contacted", "Lead Source": "Web",
         "City": "Omsk"},
        {"Lead Name": "Gloves", "Lead Status": "В работе", "Lead Source": "Звонок"},
    )  # fmt: skip
    run = bring(ann, content, "lead")
    assert not run.error and not run.mapping["values"] and not Reject.objects.exists()
    found = {lead.title: lead for lead in Lead.objects.visible_to(ann)}
    assert [(found[n].status, found[n].source) for n in ("Helmets", "Boots", "Gloves")] == [
        ("in_work", "event"), ("new", "web_form"), ("in_work", "phone"),
    ]  # fmt: skip
    assert found["Boots"].company_name == "Initech" and found["Boots"].address == {"city": "Omsk"}
    assert not Company.objects.visible_to(ann).exists(), "a lead becomes a company by conversion"


def test_a_full_name_in_one_column_is_split_in_either_order_and_tells_the_gender(ann):
    content = table(
        ["ФИО", "Компания", "Роль в компании", "Дата рождения"],
        {"ФИО": "Лебедева Ирина Петровна", "Компания": "Вектор", "Роль в компании": "ЛПР", "Дата рождения": "12.04.1985"},
        {"ФИО": "Пётр Сергеевич Зуев", "Компания": "Вектор"},
        {"ФИО": "John Smith"},
    )  # fmt: skip
    bring(ann, content)
    found = {c.surname: c for c in Contact.objects.visible_to(ann)}
    irina, petr, john = found["Лебедева"], found["Зуев"], found["Smith"]
    assert (irina.name, irina.patronymic, irina.gender) == ("Ирина", "Петровна", "female")
    assert (petr.name, petr.patronymic, petr.gender) == ("Пётр", "Сергеевич", "male")
    assert (john.name, john.gender) == ("John", "")
    assert irina.companies[0]["role"] == "ЛПР" and irina.birthday.isoformat() == "1985-04-12"


def test_what_is_said_of_a_company_that_nobody_names_belongs_to_the_person_or_to_nobody(ann, tmp_path):
    def guessed(*headings):
        path = tmp_path / "f.csv"
        path.write_text(";".join(headings) + "\n" + ";".join("1" for _ in headings), encoding="utf-8")
        return remember.suggested(registry["contact"], open_table(path, "f"), Reader(ann)).columns

    assert guessed("Имя", "Город")["Город"] == "addresses.work.city"
    assert "Отрасль" not in guessed("Имя", "Отрасль")
    assert guessed("Имя", "Компания", "Отрасль")["Отрасль"] == "companies.industry"
    assert guessed("Имя", "ИНН", "Отрасль")["Отрасль"] == "companies.industry"


def test_several_rows_of_one_number_are_one_record(ann):
    """Bitrix24 writes a row for each product of a deal or a lead."""
    content = table(
        ["ID", "Название лида", "Имя", "Фамилия", "Рабочий e-mail", "Товар", "Цена", "Количество"],
        {"ID": "7", "Название лида": "Каски", "Имя": "Пётр", "Фамилия": "Зуев", "Товар": "Каска", "Цена": "100"},
        {"ID": "7", "Название лида": "Каски", "Имя": "Пётр", "Фамилия": "Зуев", "Товар": "Очки", "Цена": "50"},
        {"ID": "8", "Название лида": "Сапоги", "Имя": "Иван", "Фамилия": "Орлов", "Товар": "Сапоги", "Цена": "70"},
        mark=";",
    )
    for rule in ("skip", "fill", "create"):
        run = bring(ann, content, "lead", duplicates=rule, keys=[])
        assert run.counts["created"] == 2 and run.counts["skipped"] == 1, rule
        undo(run.operation, ann)


def test_a_column_called_name_is_the_full_name_unless_another_has_the_surname(ann, tmp_path):
    def guessed(*headings):
        path = tmp_path / "f.csv"
        path.write_text(",".join(headings) + "\n" + ",".join("x" for _ in headings), encoding="utf-8")
        return remember.suggested(registry["contact"], open_table(path, "f"), Reader(ann)).columns

    assert guessed("Имя", "Телефон")["Имя"] == "full_name"
    assert guessed("Имя", "Фамилия")["Имя"] == "name"
    assert guessed("Name", "Given Name", "Family Name")["Name"] == "full_name"
    assert guessed("surname", "name", "patronymic") == {
        "surname": "surname",
        "name": "name",
        "patronymic": "patronymic",
    }


def test_a_mapping_is_remembered_by_the_headings_and_values_wherever_they_come_again(ann, ben):
    content = "Кто;Отрасль фирмы\nВектор;Айтишка\n".encode()
    columns = {"Кто": "name", "Отрасль фирмы": "industry"}
    run = bring(ann, content, "company", columns=columns, values={"industry": {"Айтишка": "software"}}, keys=["name"])
    assert run.counts["created"] == 1
    again = begin(registry["company"], ann, "f", ["Отрасль фирмы;Кто\nАйтишка;Полюс\n".encode()])
    assert again.mapping["columns"] == columns and again.mapping["values"]["industry"] == {"Айтишка": "software"}
    other = begin(registry["company"], ann, "f", ["Название;Отрасль\nПолюс;Айтишка\n".encode()])
    assert other.mapping["values"]["industry"] == {"Айтишка": "software"}
    assert begin(registry["company"], ben, "f", [content]).mapping["columns"] != columns
    settled = remember.SavedMapping.objects.get(by=ann, name="")
    remember.save(
        registry["company"], ann, table_of(run).headers, remember.mapping.Mapping(**settled.mapping), "Наша выгрузка"
    )
    assert begin(registry["company"], ben, "f", [content]).mapping["columns"] == columns
    assert [m.name for m in remember.named(registry["company"])] == ["Наша выгрузка"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_messengers_and_addresses_that_go_out_come_back(form, ann, tmp_path):
    said = {
        "surname": "Лебедева",
        "emails": [{"kind": "work", "value": "irina@vektor.example"}],
        "messengers": [{"kind": "telegram", "value": "@irina"}, {"kind": "vk", "value": "irina.l"}],
        "addresses": [{"kind": "home", "value": "Омск, Ленина, 1"}, {"kind": "home", "value": "Томск, Мира, 5"}],
    }
    entity, reader = registry["contact"], Reader(ann)
    before, _op = actions.create(entity, said, ann)
    path = tmp_path / f"f.{form}"
    export.to_file(entity, reader, path, form, "", "surname,emails,messengers,addresses")
    op = actions.delete(entity, [before.pk], ann)
    assert op is not None
    run = bring(ann, path.read_bytes())
    assert not run.error and not Reject.objects.exists()
    after = Contact.objects.visible_to(ann).get()
    assert (after.messengers, after.addresses) == (before.messengers, before.addresses)
