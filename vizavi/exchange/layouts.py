"""By which words other programs head their columns, as data: places (see `targets`) with the headings that mean them.

The headings are those that Bitrix24, amoCRM and Kommo, HubSpot, Salesforce, Pipedrive, Google Contacts (before and since
2024), Outlook (English and Russian), Thunderbird and our own reader of vCards write, as their help pages and importers of
other programs name them. Alternatives for kinds of records that lack the first place stand after a bar. In a heading `#`
is any number. Case, marks and ё make no difference.
"""

from __future__ import annotations

import re
from functools import cache

from vizavi.core.fold import fold

WORDS = """
id: ID | Record ID | Contact ID | Lead ID | Account ID | Company ID | Person - ID | Organization - ID | Deal - ID | Deal ID
created_at: Дата создания | Дата создания контакта | Дата создания сделки | Created at | Create Date | Created Date
    | Created On | CreatedDate | Person - Person created | Organization - Organization created | Deal - Deal created
owner: Ответственный | Ответственный за контакт | Ответственный за сделку | Ответственный пользователь | Менеджер | Owner
    | Contact owner | Company owner | Deal owner | Lead Owner | Account Owner | Person - Owner | Organization - Owner
    | Deal - Owner | Responsible | Responsible user | Responsible person | Contact's responsible | Owner Name

surname: Фамилия | Last Name | LastName | Family Name | Surname | Second Name (Last) | Person - Last name
name: First Name | FirstName | Given Name | Имя контакта | Person - First name
patronymic: Отчество | Middle Name | MiddleName | Additional Name | Second Name
full_name: ФИО | Полное имя | Полное имя контакта | Имя и фамилия | Фамилия, имя | Контактное лицо | Конт. лицо
    | Контакт | Имя и отчество | Full Name | Fullname | Display Name | Contact Name | Contact Full Name | Name
    | Person - Name | Отображаемое имя | Краткое имя | Deal - Contact person
position: Должность | Job Title | Title | Position | Organization # - Title | Organization Title | Person - Job title
gender: Пол | Gender
birthday: Дата рождения | День рождения | ДР | Birthday | Birthdate | Birth date | Date of birth | Person - Birthday
birthday.year: Birth Year | Год рождения
birthday.month: Birth Month
birthday.day: Birth Day

company_name|company.name|name: Компания | Организация | Название компании | Название организации | Компания контакта
    | Место работы | Наименование компании | Наименование | Контрагент | Клиент
    | Company | Company name | Account Name | Account.Name | Account
    | Associated Company | Associated Company (Primary) | Primary Associated Company Name | Organization | Organisation
    | Organization 1 - Name | Organization Name | Person - Organization | Organization - Name | Employer
company.inn|inn: ИНН | INN | Реквизит: ИНН | ИНН компании | Tax ID | VAT
company.kpp|kpp: КПП | KPP | Реквизит: КПП
company.ogrn|ogrn: ОГРН | OGRN | ОГРНИП | Реквизит: ОГРН
company.industry|industry: Сфера деятельности | Отрасль | Industry
company.employees|employees: Кол-во сотрудников | Количество сотрудников | Численность | Number of Employees
    | NumberOfEmployees | Employees | No. of Employees
company.revenue|revenue: Годовой оборот | Годовая выручка | Выручка | Annual Revenue | AnnualRevenue
company.phones|phones: Основной телефон организации | Company Main Phone | Телефон компании
website|company.website: Сайт | Веб-сайт | Веб-страница | Корпоративный сайт | Web | Website | Website URL | Web Page
    | Web Page 1 | Website 1 - Value | Company Domain Name | Организация: сайт | URL
kind: Тип компании | Type | Account Type

phones: Телефон | Телефоны | Тел | Номер телефона | Контактный телефон | Phone | Phones | Phone Number | Phone # - Value
    | Telephone | Телефон контакта
phones.kind: Phone # - Type | Phone # - Label
phones.work: Рабочий телефон | Рабочий прямой телефон | Телефон раб | Тел. раб | Раб. тел | Work Phone | Work Phone #
    | Work direct phone | Business Phone | Business Phone # | Person - Phone - Work | phone_work
phones.mobile: Мобильный телефон | Мобильный | Моб. тел | Сотовый | Сотовый телефон | Телефон переносной | Mobile Phone
    | MobilePhone | Mobile | Mobile Number | Mobile Phone Number | Cell Phone | Person - Phone - Mobile | phone_mobile
phones.home: Домашний телефон | Телефон дом | Дом. тел | Home Phone | HomePhone | Home Phone # | Person - Phone - Home
    | phone_home
phones.fax: Факс | Рабочий факс | Номер факса | Домашний факс | Fax | Fax Number | Business Fax | Home Fax | Work Fax
    | phone_fax
phones.other: Другой телефон | Основной телефон | Телефон для рассылок | Телефон в машине | Other Phone | OtherPhone
    | Primary Phone | Car Phone | Person - Phone - Other | phone_other
emails: E-mail | Email | Эл. почта | Почта | Электронная почта | Адрес электронной почты | Адрес эл. почты
    | Адрес # эл. почты | E-mail Address | E-mail # Address | Email Address | E-mail # - Value | Email # - Value
    | Primary Email | Secondary Email | Additional email addresses | Work Email Address
emails.kind: E-mail # - Type | E-mail # - Label | Email # - Label
emails.work: Рабочий email | Корпоративный e-mail | Work email | Business Email | Person - Email - Work | email_work
emails.personal: Личный email | Частный e-mail | Personal email | Home E-mail | Person - Email - Home | email_personal
emails.other: Другой email | E-mail для рассылок | Other email | Other E-mail | E-mail for newsletters
    | Person - Email - Other | email_other

address.line|company.address.line: Адрес | Фактический адрес | Юридический адрес | Улица | Улица, дом, корпус, строение
    | Улица (раб. адрес) | Улица # (раб. адрес) | Street | Street Address | Address | Mailing Street | MailingStreet
    | Billing Street | BillingStreet | Business Street | Business Street # | Work Address | Work Address # | Work Street
    | Address 1 - Street | Address 1 - Extended Address | Organization - Address | Person - Postal address | address_line
address.city|company.address.city: Город | Населенный пункт | Город (раб. адрес) | City | Mailing City | MailingCity
    | Billing City | BillingCity | Business City | Work City | Address 1 - City | Organization - City/town/village/locality
    | Person - City/town/village/locality of Postal address | address_city
address.region|company.address.region: Область | Регион | Область (раб. адрес) | State | State/Region | State/Province
    | Mailing State | MailingState | Mailing State/Province | Billing State | BillingState | Billing State/Province
    | Business State | Work State | Address 1 - Region | Region | Organization - State/county | address_region
address.postcode|company.address.postcode: Индекс | Почтовый индекс | Индекс (раб. адрес) | Почтовый код (раб. адрес)
    | Postal Code | Zip | Zip Code | Zip/Postal Code | Mailing Zip/Postal Code | MailingPostalCode | Mailing Postal Code
    | Billing Zip/Postal Code | BillingPostalCode | Business Postal Code | Work ZipCode | Address 1 - Postal Code
    | Organization - ZIP/Postal code | address_postcode
address.country|company.address.country: Страна | Страна или регион (раб. адрес) | Страна (раб. адрес) | Country
    | Country/Region | Mailing Country | MailingCountry | Billing Country | BillingCountry | Business Country/Region
    | Work Country | Address 1 - Country | Organization - Country | address_country

tags: Теги | Метки | Тег | Tags | Labels | Label | Group Membership | Категории | Categories | Person - Labels
    | Organization - Labels

title: Название лида | Название сделки | Lead Name | Lead Title | Deal Name | Deal - Title | Opportunity Name
amount: Сумма | Бюджет | Возможная сумма | Amount | Budget | Sale | Value | Deal - Value | Total
currency: Валюта | Currency | Deal - Currency
status: Статус | Статус лида | Status | Lead Status
source: Источник | Источник лида | Источник трафика | Source | Lead Source | LeadSource | Original Source
comment|note|notes|description: Комментарий | Комментарии | Примечание | Примечание # | Заметки | Описание | Notes | Note
    | Comment | Comments | Description | Person - Notes
"""

#: Headings that mean something else when another stands beside them: {heading: (the other, the place then)}.
#: Outlook's Title is Mr or Ms; Thunderbird has the year, the month and the Birth Day in columns of their own.
INSTEAD = {"title": ("jobtitle", ""), "birthday": ("birthyear", "birthday.day")}

#: By which words a program names the kind of a number or an address in a column beside it, and the gender.
KINDS = {
    "work": "Work | Рабочий | Business | Office | Работа | WORK | Main | Company",
    "mobile": "Mobile | Мобильный | Cell | iPhone | Сотовый | Cellphone",
    "home": "Home | Домашний | Дом",
    "personal": "Home | Personal | Личный | Private | Домашний",
    "fax": "Fax | Work Fax | Home Fax | Факс | Рабочий факс | Домашний факс | workFax | homeFax",
    "other": "Other | Другой | Прочее | Pager",
    "male": "M | Male | М | Муж | Мужской | Мужчина",
    "female": "F | Female | Ж | Жен | Женский | Женщина",
}


def normal(text: str) -> str:
    """A heading or value without case, marks and ё."""
    return "".join(c for c in fold(text) if c.isalnum())


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split("|")]


@cache
def places() -> dict[str, tuple[str, ...]]:
    """{normal heading: paths in order of preference}."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in re.split(r"\n(?=\S)", WORDS.strip()):
        paths, _colon, headings = entry.partition(":")
        for heading in _split(headings):
            found.setdefault(_pattern(heading), tuple(_split(paths)))
    return found


def _pattern(heading: str) -> str:
    return "#".join(normal(part) for part in heading.split("#"))


def paths_of(heading: str) -> tuple[str, ...]:
    """The places that this heading may mean, in order of preference."""
    known = places()
    text = normal(heading)
    # "Phone 2" is another column of the same meaning as "Phone".
    for pattern in (text, re.sub(r"\d+", "#", text), re.sub(r"\d+$", "", text)):
        if pattern in known:
            paths = known[pattern]
            if pattern == text or "#" in pattern or paths[0].startswith(("phones", "emails")):
                return paths
    return ()


def kind_of(text: str, kinds: list[str]) -> str:
    """The kind that a word beside a number names, `""` for none of these."""
    wanted = normal(text)
    return next((k for k in kinds if wanted == k or wanted in map(normal, _split(KINDS.get(k, "")))), "")
