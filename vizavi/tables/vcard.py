"""vCards, read and written: 2.1 (versit Consortium, vCard, 1996), 3.0 (RFC 2426) and 4.0 (RFC 6350).

A file of cards is read as a table with one row a card under the same headings always. Photos, sounds and keys are left out.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from vizavi.tables.reading import LARGEST_CELL, Broken, Unreadable

PHONES = ("work", "mobile", "home", "fax", "other")
EMAILS = ("work", "personal", "other")
ADDRESS = ("line", "city", "region", "postcode", "country")
#: The headings; several numbers or addresses of one kind stand in one cell, a line each.
HEADINGS = (
    "full_name", "surname", "name", "patronymic", "organization", "department", "position",
    *(f"phone_{kind}" for kind in PHONES), *(f"email_{kind}" for kind in EMAILS),
    "address_kind", *(f"address_{part}" for part in ADDRESS), "url", "birthday", "gender", "messengers", "note", "uid",
)  # fmt: skip
_NAMED = ("full_name", "surname", "name", "organization", *(h for h in HEADINGS if h.startswith(("phone_", "email_"))))
_LEFT_OUT = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
#: Bytes of one line, and values of one kind, beyond which a card is no card.
_LONGEST, _MOST = 2 * 1024 * 1024, 50
_BEGIN = re.compile(rb"\s*BEGIN\s*:\s*VCARD\s*", re.I)
_END = re.compile(rb"\s*END\s*:\s*VCARD\s*", re.I)
_PARAMETER = re.compile(r';((?:[^";:]|"[^"]*")*)')
_LABELS = {"mobile": "mobile", "iphone": "mobile", "work": "work", "home": "home", "homefax": "fax", "workfax": "fax"}


#: Messengers and networks by which a card names a handle, and schemes of addresses that mean one of them.
_NETWORKS = frozenset(
    (
        "TELEGRAM",
        "WHATSAPP",
        "MAX",
        "VK",
        "VIBER",
        "OK",
        "SKYPE",
        "WECHAT",
        "FACEBOOK",
        "INSTAGRAM",
        "LINKEDIN",
        "OTHER",
    )
)
_SCHEMES = {"tg": "telegram", "weixin": "wechat", "vkontakte": "vk", "aim": "other", "xmpp": "other", "icq": "other"}


def looks_like(begin: str) -> bool:
    """Whether a text begins with a card."""
    return begin.lstrip("\ufeff \t\r\n")[:11].upper().replace(" ", "") == "BEGIN:VCARD"


# -- reading -----------------------------------------------------------------------------------------------------------


def rows(path: Path, encoding: str) -> Iterator[list[str]]:
    """The headings, then a row a card; what is no card is a `Broken` row. Raises `Unreadable` for damaged letters."""
    yield list(HEADINGS)
    if encoding.startswith("utf-16"):
        lines_in, encoding = _lines(path, encoding), "utf-8"
    else:
        lines_in = _lines(path, encoding)
    for lines, reason in _cards(lines_in):
        try:
            found = _read(lines, encoding)
        except (ValueError, LookupError, UnicodeError):
            found, reason = {}, reason or _("This card cannot be read.")
        if not reason and not any(found.get(h) for h in _NAMED):
            reason = _("This card has neither a name nor a number nor an address.")
        if not reason and any(len(text) > LARGEST_CELL for text in found.values()):
            reason = _("A cell holds more than %(limit)s characters.") % {"limit": f"{LARGEST_CELL:,}"}
        cells = [found.get(h, "")[:LARGEST_CELL] for h in HEADINGS]
        yield Broken(cells, reason) if reason else cells


def _lines(path: Path, encoding: str) -> Iterator[bytes]:
    """The lines without their ends; UTF-16 has no bytes of its own and becomes UTF-8."""
    if encoding.startswith("utf-16"):
        try:
            with path.open(encoding=encoding, newline=None) as file:
                yield from (line.rstrip("\n").lstrip("\ufeff").encode() for line in file)
        except UnicodeError:
            raise Unreadable(_("The file is damaged: its letters cannot be read.")) from None
        return
    with path.open("rb") as raw:
        for number, line in enumerate(iter(lambda: raw.readline(_LONGEST), b"")):
            yield (line.removeprefix(codecs.BOM_UTF8) if number == 0 else line).rstrip(b"\r\n")


def _cards(lines: Iterable[bytes]) -> Iterator[tuple[list[bytes], str]]:
    """The lines of each card, and why it is none. A card inside another (AGENT of 2.1) is left out."""
    card: list[bytes] | None = None
    depth = 0
    for line in lines:
        if _BEGIN.fullmatch(line):
            if card is not None and card and card[-1].upper().rstrip().endswith(b"AGENT:"):
                depth += 1
                continue
            if card is not None:
                yield card, _("This card does not end.")
            card, depth = [], 0
        elif _END.fullmatch(line):
            if depth:
                depth -= 1
            elif card is not None:
                yield card, ""
                card = None
        elif card is not None and not depth:
            card.append(line)
    if card is not None:
        yield card, _("This card does not end.")


def _unfolded(lines: list[bytes]) -> Iterator[bytes]:
    """Logical lines: a line that begins with white space goes on (RFC 6350, 3.2), and so does a quoted-printable one
    after its "=" (2.1)."""
    old = any(re.fullmatch(rb"VERSION\s*:\s*2\.1\s*", line, re.I) for line in lines)
    parts: list[bytes] = []
    soft = left_out = False
    for line in lines:
        if parts and soft:
            parts[-1] = parts[-1][:-1]
            parts.append(line)
            soft = line.endswith(b"=")
        elif parts and line[:1] in (b" ", b"\t"):
            # 2.1 folds where white space stands and keeps it; the later versions put one blank in between.
            if not left_out:
                parts.append(b" " + line.lstrip() if old else line[1:])
        else:
            if parts:
                yield b"".join(parts)
            parts = [line]
            name = re.split(rb"[;:]", line[:100], maxsplit=1)[0].rpartition(b".")[2]
            left_out = name.upper().decode("latin-1") in _LEFT_OUT
            soft = line.endswith(b"=") and b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
    if parts:
        yield b"".join(parts)


class _Property:
    """One line of a card: name, group, types and the decoded value, still with its escapes."""

    def __init__(self, line: bytes, encoding: str):
        head, colon, value = _split(line[: _LONGEST + 1])
        if not colon or len(line) > _LONGEST:
            raise ValueError("no property")
        text = head.decode(encoding, "replace")
        name = re.split(r"[;]", text, maxsplit=1)[0]
        group, _dot, name = name.rpartition(".")
        self.group: str = group
        self.name = name.strip().upper()
        self.types: set[str] = set()
        charset, quoted, base64 = "", False, False
        for parameter in _PARAMETER.findall(text[len(self.group) + bool(self.group) + len(name) :]):
            key, equals, raw = parameter.partition("=")
            key, raw = (key.strip().upper(), raw) if equals else ("", key)
            words = {w.strip().strip('"').lower() for w in raw.replace('"', "").split(",")}
            if key == "CHARSET":
                charset = raw.strip().strip('"')
            elif "quoted-printable" in words:
                quoted = True
            elif words & {"base64", "b"} and key in ("ENCODING", ""):
                base64 = True
            elif key in ("TYPE", "", "X-SERVICE-TYPE"):
                self.types |= words
        if self.name in _LEFT_OUT:
            value = b""
        elif quoted:
            value = quopri.decodestring(value)
        elif base64:
            try:
                value = binascii.a2b_base64(value)
            except binascii.Error as error:
                raise ValueError("base64") from error
        self.value = _decode(value, charset, encoding).replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def text(self) -> str:
        return _unescape(self.value)

    @property
    def parts(self) -> list[str]:
        """The components of N, ORG, ADR: split at semicolons that are not escaped."""
        found, letters = [""], iter(self.value)
        for letter in letters:
            if letter == ";":
                found.append("")
            else:
                found[-1] += letter + (next(letters, "") if letter == "\\" else "")
        return [_unescape(part) for part in found]


def _decode(value: bytes, charset: str, encoding: str) -> str:
    """By the card's own word, else UTF-8, else as the file is encoded."""
    if charset:
        return value.decode(charset)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode(encoding)


def _split(line: bytes) -> tuple[bytes, bytes, bytes]:
    """At the first colon outside quotes."""
    inside = False
    for at, byte in enumerate(line):
        if byte == 34:
            inside = not inside
        elif byte == 58 and not inside:
            return line[:at], b":", line[at + 1 :]
    return line.partition(b":")


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text, flags=re.DOTALL).strip()


def _read(lines: list[bytes], encoding: str) -> dict[str, str]:
    """A card as cells by heading. Raises `ValueError`, `LookupError`, `UnicodeError` for what is none."""
    properties = [_Property(line, encoding) for line in _unfolded(lines) if line.strip()]
    labels = {p.group: p.text.strip("_$!<>") for p in properties if p.name == "X-ABLABEL" and p.group}
    found: dict[str, list[str]] = {}

    def add(heading: str, text: str, many: bool = False) -> None:
        known = found.setdefault(heading, [])
        if text and text not in known and len(known) < (_MOST if many else 1):
            known.append(text)

    for p in properties:
        types = p.types | ({_LABELS[labels[p.group].lower()]} if labels.get(p.group, "").lower() in _LABELS else set())
        if p.name == "FN":
            add("full_name", p.text)
        elif p.name == "N":
            for heading, text in zip(("surname", "name", "patronymic"), p.parts, strict=False):
                add(heading, text.replace("\n", " "))
        elif p.name == "ORG":
            for heading, text in zip(("organization", "department"), p.parts, strict=False):
                add(heading, text)
        elif p.name == "TITLE":
            add("position", p.text)
        elif p.name == "TEL":
            add(f"phone_{_phone_kind(types)}", _phone(p.text), many=True)
        elif p.name == "EMAIL":
            kind = "work" if "work" in types else "personal" if types & {"home", "personal"} else "other"
            add(f"email_{kind}", p.text.removeprefix("mailto:"), many=True)
        elif p.name == "ADR" and not any(found.get(f"address_{part}") for part in ADDRESS):
            box, more, street, *rest = [*p.parts, "", "", "", "", "", "", ""][:7]
            add("address_kind", next((kind for kind in ("home", "work") if kind in types), ""))
            add("address_line", ", ".join(filter(None, (street, more, box))))
            for part, text in zip(ADDRESS[1:], rest, strict=True):
                add(f"address_{part}", text)
        elif p.name == "BDAY":
            add("birthday", _day(p.text))
        elif p.name in ("IMPP", "X-SOCIALPROFILE") or p.name.removeprefix("X-") in _NETWORKS:
            add("messengers", _messenger(p), many=True)
        elif p.name in ("URL", "NOTE", "UID"):
            add(p.name.lower(), p.text)
        elif p.name in ("GENDER", "X-GENDER"):
            add("gender", p.parts[0][:1].upper() if p.parts else "")
    return {heading: "\n".join(texts) for heading, texts in found.items()}


def _phone_kind(types: set[str]) -> str:
    if "fax" in types:
        return "fax"
    if types & {"cell", "mobile", "iphone"}:
        return "mobile"
    return "work" if "work" in types else "home" if "home" in types else "other"


def _messenger(p: _Property) -> str:
    """`telegram: anna` out of IMPP (RFC 6350, 6.4.3), X-SOCIALPROFILE of Apple and X-SKYPE of telephones."""
    text = p.text
    if re.match(r"https?://", text):
        return text
    scheme, colon, rest = text.partition(":")
    network = p.name.removeprefix("X-")
    if network not in _NETWORKS:
        network = next((t for t in p.types if t.upper() in _NETWORKS), "")
    if colon and re.fullmatch(r"[A-Za-z][A-Za-z+.-]*", scheme):
        network, text = network or _SCHEMES.get(scheme.lower(), scheme), rest
    return f"{network.lower()}: {text.strip('/')}" if network.upper() in _NETWORKS else p.text


def _phone(text: str) -> str:
    """A number, also out of a `tel:` address (RFC 3966)."""
    number, *parameters = text.removeprefix("tel:").split(";")
    extension = next((p[4:] for p in parameters if p.startswith("ext=")), "")
    return f"{number.strip()} ext. {extension}" if extension else number.strip()


def _day(text: str) -> str:
    """`1985-04-12` out of 19850412, 1985-04-12T00:00:00Z …; a birthday without its year is left out."""
    match = re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", text)
    return "-".join(match.groups()) if match else ""


# -- writing -----------------------------------------------------------------------------------------------------------

_PHONE_TYPES = {"work": "WORK,VOICE", "mobile": "CELL", "home": "HOME,VOICE", "fax": "FAX", "other": "VOICE"}
_EMAIL_TYPES = {"work": "WORK", "personal": "HOME", "other": ""}
VERSIONS = ("3.0", "4.0")


def write(cells: Mapping[str, str], version: str = "3.0") -> str:
    """A card of cells under `HEADINGS`, with folded lines; `rows` reads the same cells back."""
    name = (cells.get("surname", ""), cells.get("name", ""), cells.get("patronymic", ""))
    full = cells.get("full_name", "") or " ".join(filter(None, name)) or cells.get("organization", "") or "—"
    lines = ["BEGIN:VCARD", f"VERSION:{version}", f"FN:{_escape(full)}", f"N:{_join((*name, '', ''))}"]
    unit = cells.get("department", "")
    if cells.get("organization") or unit:
        lines.append(f"ORG:{_join((cells.get('organization', ''), *([unit] if unit else [])))}")
    if cells.get("position"):
        lines.append(f"TITLE:{_escape(cells['position'])}")
    for prefix, heading, kinds in (("TEL", "phone_", _PHONE_TYPES), ("EMAIL", "email_", _EMAIL_TYPES)):
        for kind, types in kinds.items():
            for value in filter(None, cells.get(heading + kind, "").split("\n")):
                lines.append(f"{prefix}{_types(types, version)}:{_escape(value)}")
    line, *rest = (cells.get(f"address_{part}", "") for part in ADDRESS)
    if line or any(rest):
        lines.append(f"ADR{_types(cells.get('address_kind', '').upper(), version)}:{_join(('', '', line, *rest))}")
    if cells.get("birthday"):
        day = cells["birthday"]
        lines.append(f"BDAY:{day.replace('-', '') if version == '4.0' else day}")
    if cells.get("gender"):
        lines.append(f"{'GENDER' if version == '4.0' else 'X-GENDER'}:{_escape(cells['gender'])}")
    lines += [f"IMPP:{_escape(said)}" for said in filter(None, map(_address, cells.get("messengers", "").split("\n")))]
    lines += [f"{name.upper()}:{_escape(cells[name])}" for name in ("url", "note", "uid") if cells.get(name)]
    return "".join(fold(line) for line in [*lines, "END:VCARD"])


def _address(said: str) -> str:
    """`telegram:anna` out of `telegram: anna`; a web address stays."""
    network, colon, handle = said.partition(": ")
    return f"{network}:{handle}" if colon else said


def _types(words: str, version: str) -> str:
    if not words:
        return ""
    return f';TYPE="{words.lower()}"' if version == "4.0" and "," in words else f";TYPE={words}"


def _escape(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace(";", "\\;").replace(",", "\\,")


def _join(parts: Iterable[str]) -> str:
    return ";".join(map(_escape, parts))


def fold(line: str) -> str:
    """At most 75 octets a line, never in the middle of a letter (RFC 6350, 3.2)."""
    pieces, current, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > 75:
            pieces.append(current)
            # The blank that begins a folded line counts.
            current, size = "", 1
        current, size = current + letter, size + octets
    return "\r\n ".join([*pieces, current]) + "\r\n"
