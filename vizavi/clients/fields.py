"""Kinds of field of clients: messengers, postal addresses, codes of registers, a name in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy

from vizavi.clients import columns
from vizavi.core.fields import ReachField, TextField, register_kind
from vizavi.core.fields.base import clean_text
from vizavi.core.fields.reach import e164
from vizavi.core.fold import fold

if TYPE_CHECKING:
    from vizavi.core.reading import Reader
    from vizavi.core.records import Journaled


@register_kind(columns.Messengers)
class MessengersField(ReachField):
    """Names in messengers and social networks: a handle, a telephone number, or the address of a page there."""

    kind = "messengers"
    likeness = "messenger"
    KINDS = (
        ("telegram", "Telegram"), ("whatsapp", "WhatsApp"), ("max", "MAX"), ("vk", gettext_lazy("VK")), ("viber", "Viber"),
        ("ok", gettext_lazy("Odnoklassniki")), ("skype", "Skype"), ("wechat", "WeChat"), ("facebook", "Facebook"),
        ("instagram", "Instagram"), ("linkedin", "LinkedIn"), ("other", pgettext_lazy("messenger", "other")),
    )  # fmt: skip
    #: Where a handle is looked up, by kind; and whether that address wants a telephone number.
    PLACES = {
        "telegram": ("https://t.me/", False), "whatsapp": ("https://wa.me/", True), "vk": ("https://vk.com/", False),
        "ok": ("https://ok.ru/", False), "viber": ("viber://chat?number=%2B", True), "skype": ("skype:", False),
        "facebook": ("https://www.facebook.com/", False), "instagram": ("https://www.instagram.com/", False),
        "linkedin": ("https://www.linkedin.com/in/", False),
    }  # fmt: skip
    #: Hosts by which a pasted address tells its network.
    HOSTS = {
        "t.me": "telegram", "telegram.me": "telegram", "wa.me": "whatsapp", "vk.com": "vk", "vk.ru": "vk",
        "ok.ru": "ok", "facebook.com": "facebook", "instagram.com": "instagram", "linkedin.com": "linkedin",
    }  # fmt: skip

    def item(self, kind: str, value: str) -> dict[str, str]:
        if len(value) > self.LONGEST:
            raise ValidationError(_("At most %(most)s characters.") % {"most": self.LONGEST}, code="max_length")
        host, _slash, path = re.sub(r"^https?://(www\.|m\.)?", "", value).partition("/")
        if network := self.HOSTS.get(host.lower()):
            handle = path.removeprefix("in/").strip("/").partition("?")[0]
            return {"kind": network, "value": handle or value}
        return {"kind": kind, "value": value}

    def to_python(self, raw: Any) -> list[dict[str, str]]:
        """Also out of a text: `Telegram: @anna, VK: anna` as it is shown, each kind by its name in either language."""
        return super().to_python(list(map(self.named, re.split(r"[,;\n]", raw))) if isinstance(raw, str) else raw)

    def named(self, text: str) -> dict[str, str]:
        """`Telegram: @anna` as kind and value; what has no kind before it is of the first one."""
        word, colon, value = text.partition(":")
        wanted = fold(word)
        for kind, label in self.KINDS if colon else ():
            names = {kind}
            for language in ("ru", "en"):
                with override(language):
                    names.add(fold(str(label)))
            if wanted in names:
                return {"kind": kind, "value": value.strip()}
        return {"value": text.strip()}

    def key_of(self, item: dict[str, str]) -> str:
        return f"{item['kind']}:{self._number(item['value']) or item['value'].lstrip('@').lower()}"[:254]

    @staticmethod
    def _number(value: str) -> str:
        """The value in E.164 where it is a telephone number."""
        return e164(value) if re.fullmatch(r"[+\d\s().-]{7,}", value) else ""

    def shown(self, item: dict[str, str]) -> str:
        return f"{dict(self.options)[item['kind']]}: {item['value']}"

    def form_value(self, value: Any, reader: Reader) -> Any:
        return self.to_json(value)

    def href(self, item: dict[str, str]) -> str:
        value, number = item["value"], self._number(item["value"]).lstrip("+")
        if re.match(r"https?://", value):
            return value
        place, by_number = self.PLACES.get(item["kind"], ("", False))
        if not place or (by_number and not number):
            return ""
        return place + (number if by_number else f"+{number}" if number else quote(value.lstrip("@"), safe="/"))

    def filter_value(self, raw: str, reader: Reader) -> Any:
        return [self.key_of({"kind": kind, "value": raw.strip()}) for kind, _label in self.KINDS]

    def any_of(self, values: list[Any]) -> Q:
        """A handle in whatever network it is."""
        return self.keys_with(key__in=[key for keys in values for key in keys])

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator == "contains":
            return self.keys_with(key__contains=",".join(raws).strip().lower())
        return super().condition(operator, raws, reader)


@register_kind(columns.Addresses)
class AddressesField(ReachField):
    """Postal addresses, each in one line; nobody is recognised by one."""

    kind = "addresses"
    #: Each can be put together out of the parts of an address (`core.columns.Address`).
    postal = True
    likeness = ""
    operators = ("contains", "empty")
    LONGEST = 500
    KINDS = (
        ("home", pgettext_lazy("address", "home")), ("work", pgettext_lazy("address", "work")),
        ("delivery", pgettext_lazy("address", "delivery")), ("legal", pgettext_lazy("address", "legal")),
        ("other", pgettext_lazy("address", "other")),
    )  # fmt: skip

    def to_python(self, raw: Any) -> list[dict[str, str]]:
        return super().to_python([p for p in re.split(r"[;\n]", raw) if p.strip()] if isinstance(raw, str) else raw)

    def item(self, kind: str, value: str) -> dict[str, str]:
        if len(value) > self.LONGEST:
            raise ValidationError(_("At most %(most)s characters.") % {"most": self.LONGEST}, code="max_length")
        return {"kind": kind, "value": value}

    def text(self, value: Any, reader: Reader) -> str:
        """Commas stand inside of addresses, semicolons between them."""
        return "; ".join(item["value"] for item in value or ())

    def key_of(self, item: dict[str, str]) -> str:
        return fold(item["value"])

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator == "contains":
            return Q(**{f"{self.store.key_path}__contains": fold(",".join(raws))})
        return super().condition(operator, raws, reader)


@register_kind(columns.Code)
class CodeField(TextField):
    """A code as it is kept, whichever way it was grouped: `7707 083-893` is `7707083893`."""

    folded = False

    def to_python(self, raw: Any) -> Any:
        return self.filter_text(super().to_python(raw))

    def filter_text(self, raw: str) -> str:
        return re.sub(r"[\s\-–—]", "", clean_text(raw)).upper()

    def condition(self, operator: str, raws: list[str], reader: Reader) -> Q:
        if operator == "contains":
            return Q(**{f"{self.lookup}__contains": self.filter_text("".join(raws))})
        return super().condition(operator, raws, reader)


@register_kind(columns.Joined)
class JoinedField(TextField):
    """Several text fields in one line. As the title of its entity it reads as the record calls itself."""

    computed = True

    def parse(self, raw: Any) -> Any:
        raise ValidationError(_("This value is computed and cannot be set."), code="computed")

    def cell(self, record: Journaled, reader: Reader) -> str:
        return str(record) if self.name == self.entity.title else super().cell(record, reader)
