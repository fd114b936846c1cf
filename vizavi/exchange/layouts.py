"""By which words other programs head their columns, as data (`headings.txt`): places (see `targets`) with the headings that mean
them.

The headings are those that Bitrix24, amoCRM and Kommo, HubSpot, Salesforce, Pipedrive, Google Contacts (before and since
2024), Outlook (English and Russian), Thunderbird and our own reader of vCards write, as their help pages and importers of
other programs name them. Alternatives for kinds of records that lack the first place stand after a bar. In a heading `#`
is any number. Case, marks and ё make no difference.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from vizavi.core.fold import fold

WORDS = Path(__file__).with_name("headings.txt").read_text("utf-8")

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

#: By which words programs name what has a key here: the kind of a number or an address in a column beside it, the gender,
#: statuses and sources of leads, industries as Bitrix24, amoCRM, HubSpot and Salesforce ship them.
KINDS = {
    "work": "Work | Рабочий | Business | Office | Работа | WORK | Main | Company",
    "mobile": "Mobile | Мобильный | Cell | iPhone | Сотовый | Cellphone",
    "home": "Home | Домашний | Дом",
    "personal": "Home | Personal | Личный | Private | Домашний",
    "fax": "Fax | Work Fax | Home Fax | Факс | Рабочий факс | Домашний факс | workFax | homeFax",
    "other": "Other | Другой | Прочее | Pager | ICQ | Jabber | AIM | MSN | Yahoo | Google Talk | QQ",
    "vk": "ВКонтакте | VKontakte",
    "telegram": "Телеграм",
    "new": "Open | NEW | Не обработан | Неразобранное | Новая заявка | Open - Not Contacted | Not contacted | Unassigned",
    "in_work": "Working | Working - Contacted | Contacted | IN_PROGRESS | В работе | Assigned | OPEN_DEAL | Connected",
    "rejected": "Unqualified | Некачественный лид | Closed - Not Converted | Junk | Bad timing",
    "web_form": "Web | Website | Web form | Веб-сайт | Сайт | CRM-форма | Интернет-магазин | Organic search | Direct traffic",
    "phone": "Phone | Call | Phone inquiry | Звонок | Телефонный звонок | Callback | Обратный звонок",
    "email": "Email | E-mail | Электронная почта | Email marketing | Mail",
    "advertising": "Advertisement | Advertising | Реклама | Paid search | Paid social | Direct mail",
    "chat": "Онлайн-чат | Chat | Live chat | Чат | Мессенджер",
    "social": "Social media | Organic social | Соцсети | Социальные сети",
    "event": "Trade show | Event | Выставка | Seminar | Conference | Мероприятие | Конференция",
    "recommendation": "Referral | Referrals | Word of mouth | Рекомендация | По рекомендации | Employee referral"
    " | External referral | Partner referral",
    "outbound": "Cold call | Холодный звонок | Outbound | Purchased list",
    "software": "Информационные технологии | IT | Computer software",
    "technology": "Technology | Electronics | Computer hardware",
    "finance": "Банковские услуги | Банки | Banking | Financial services | Insurance",
    "services": "Консалтинг | Consulting",
    "government": "Правительство",
    "transport": "Доставка | Transportation | Shipping | Logistics",
    "medical": "Healthcare | Hospital & Health care | Здравоохранение | Biotechnology",
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
