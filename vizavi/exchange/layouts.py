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
    | Person - Name | Имя, Фамилия | First name, Last name | Отображаемое имя | Краткое имя | Deal - Contact person
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

address.line|addresses.work.line|company.address.line: Адрес | Улица | Улица, дом, корпус, строение | Улица, номер дома
    | Квартира, офис, комната, этаж | Фактический адрес | Юридический адрес | Улица (раб. адрес) | Улица # (раб. адрес)
    | Street | Street address | Address | Suite / Apartment | Mailing Street | MailingStreet | Billing Street
    | BillingStreet | Business Street | Business Street # | Work Address | Work Address # | Work Street
    | Organization - Address | Organization - Street/road name of Address | Organization - House number of Address
    | Organization - Apartment/suite no of Address | Person - Postal address
    | Person - Street/road name of Postal address | Person - House number of Postal address
    | Person - Apartment/suite no of Postal address
address.city|addresses.work.city|company.address.city: Город | Населенный пункт | Город (раб. адрес) | City | Mailing City
    | MailingCity | Billing City | BillingCity | Business City | Work City
    | Organization - City/town/village/locality | Organization - City/town/village/locality of Address
    | Person - City/town/village/locality of Postal address
address.region|addresses.work.region|company.address.region: Область | Регион | Область (раб. адрес) | State
    | State/Region | State/Province | State / Province | Mailing State | MailingState | Mailing State/Province
    | Billing State | BillingState | Billing State/Province | Business State | Work State | Region
    | Organization - State/county | Organization - State/county of Address | Organization - Region of Address
    | Person - State/county of Postal address
address.postcode|addresses.work.postcode|company.address.postcode: Индекс | Почтовый индекс | Индекс (раб. адрес)
    | Почтовый код (раб. адрес) | Postal Code | Zip | Zip Code | Zip/Postal Code | Mailing Zip/Postal Code
    | MailingPostalCode | Mailing Postal Code | Billing Zip/Postal Code | BillingPostalCode | Business Postal Code
    | Work ZipCode | Organization - ZIP/Postal code
    | Organization - ZIP/Postal code of Address | Person - ZIP/Postal code of Postal address
address.country|addresses.work.country|company.address.country: Страна | Страна или регион (раб. адрес)
    | Страна (раб. адрес) | Country | Country/Region | Mailing Country | MailingCountry | Billing Country | BillingCountry
    | Business Country/Region | Work Country | Organization - Country
    | Organization - Country of Address | Person - Country of Postal address
addresses.home.line: Домашний адрес | Улица (дом. адрес) | Улица # (дом. адрес) | Home Street | Home Street # | Home Address
    | Home Address #
addresses.home.city: Город (дом. адрес) | Home City
addresses.home.region: Область (дом. адрес) | Home State
addresses.home.postcode: Индекс (дом. адрес) | Почтовый код (дом.) | Почтовый код (дом. адрес) | Home Postal Code
    | Home ZipCode
addresses.home.country: Страна или регион (дом. адрес) | Страна (дом. адрес) | Home Country | Home Country/Region
addresses.other.line: Улица (другой адрес) | Улица # (другой адрес) | Other Street | Other Street # | OtherStreet
addresses.other.city: Город (другой адрес) | Other City | OtherCity
addresses.other.region: Область (другой адрес) | Other State | OtherState | Other State/Province
addresses.other.postcode: Индекс (другой адрес) | Почтовый код (другой адрес) | Other Postal Code | OtherPostalCode
    | Other Zip/Postal Code
addresses.other.country: Страна или регион (другой адрес) | Страна (другой адрес) | Other Country | OtherCountry
    | Other Country/Region
addresses.kind: Address # - Type | Address # - Label | address_kind
address.line|addresses.line|company.address.line: Address # - Street | Address # - Extended Address | address_line
address.city|addresses.city|company.address.city: Address # - City | address_city
address.region|addresses.region|company.address.region: Address # - Region | address_region
address.postcode|addresses.postcode|company.address.postcode: Address # - Postal Code | address_postcode
address.country|addresses.country|company.address.country: Address # - Country | address_country

messengers.telegram: Контакт Telegram | Телеграм | Telegram | Telegram username | Telegram Contact | Telegram account
messengers.whatsapp: Контакт WhatsApp | WhatsApp | Ватсап | WhatsApp Phone Number | WhatsApp number
messengers.max: Контакт MAX | MAX
messengers.vk: Контакт ВКонтакте | Страница ВКонтакте | ВКонтакте | VK | VK page | VK Contact
messengers.viber: Контакт Viber | Вайбер | Viber | Viber Contact
messengers.skype: Контакт Skype | Skype | Скайп | Skype ID | Skype Contact
messengers.facebook: Контакт Facebook | Страница Facebook | Facebook | Facebook page | Facebook Contact
messengers.instagram: Контакт Instagram | Комментарии Instagram | Instagram
messengers.linkedin: LinkedIn | LinkedIn URL | LinkedIn Profile | LinkedIn Profile URL
messengers.other: Контакт ICQ | Контакт Jabber | Другой контакт | ICQ | Jabber | Google Talk | Другой IM | Other IM
    | Other contact | Адрес IM | IMAddress | IM Address | Screen Name | Псевдоним в чате
messengers.kind: IM # - Service
messengers: Мессенджеры | Мессенджер | Messengers | Messenger | Instant messenger | Person - Instant messenger
    | IM # - Value | messengers

companies.role: Роль | Роль в компании | Роль контакта | Role | Contact Role | Account Contact Role
utm_source: UTM Source | Рекламная система | Ad system | UTM-метка источника
utm_medium: UTM Medium | Тип трафика | Medium
utm_campaign: UTM Campaign | Обозначение рекламной кампании | Ad campaign UTM
utm_content: UTM Content | Содержание кампании | Campaign contents
utm_term: UTM Term | Условие поиска кампании | Campaign search term
referrer: UTM Referrer | Referrer | Referer | Реферер | Источник перехода
landing_page: Landing Page | Посадочная страница | Страница захвата

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
#: Outlook's Title is Mr or Ms; Thunderbird has the year, the month and the Birth Day in columns of their own; Bitrix24 has the
#: whole address before its parts, Pipedrive too.
INSTEAD = {
    "title": ("jobtitle", ""),
    "birthday": ("birthyear", "birthday.day"),
    "адрес": ("населенныйпункт", ""),
    "organizationaddress": ("organizationcitytownvillagelocalityofaddress", ""),
    "personpostaladdress": ("personcitytownvillagelocalityofpostaladdress", ""),
}

#: By which words a program names the kind of a number or an address in a column beside it, and the gender.
KINDS = {
    "work": "Work | Рабочий | Business | Office | Работа | WORK | Main | Company",
    "mobile": "Mobile | Мобильный | Cell | iPhone | Сотовый | Cellphone",
    "home": "Home | Домашний | Дом",
    "personal": "Home | Personal | Личный | Private | Домашний",
    "fax": "Fax | Work Fax | Home Fax | Факс | Рабочий факс | Домашний факс | workFax | homeFax",
    "other": "Other | Другой | Прочее | Pager | ICQ | Jabber | AIM | MSN | Yahoo | Google Talk | QQ",
    "vk": "ВКонтакте | VKontakte",
    "telegram": "Телеграм",
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


@cache
def kinds() -> dict[str, list[str]]:
    """{normal word: the kinds that it names}."""
    found: dict[str, list[str]] = {}
    for kind, spoken in KINDS.items():
        for word in _split(spoken):
            found.setdefault(normal(word), []).append(kind)
    return found


def kind_of(text: str, offered: list[str]) -> str:
    """The kind of those offered that a word beside a number names, `""` for none."""
    wanted = normal(text)
    named = [wanted, *kinds().get(wanted, ())]
    return next((kind for kind in offered if kind in named), "")
