"""Keeps the translations complete; no system gettext needed.

    python -m vizavi.languages.tool extract [--prune]   adds what the sources say to the .po files
    python -m vizavi.languages.tool merge FRAGMENT.po   takes translations over from a fragment
    python -m vizavi.languages.tool check               fails when one is missing, doubtful or left over

English is the language of the sources and has no file of its own. Entries are sorted and carry no line numbers or
dates, so that two branches merge quietly.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_from_file

PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGES = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
}
CONTEXT, PLURAL = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": CONTEXT,
    "pgettext_lazy": CONTEXT,
    "npgettext": PLURAL,
    "npgettext_lazy": PLURAL,
}
# As in vizavi.ui.jinja: both must read a {% trans %} block alike.
JINJA = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "trimmed": "true", "silent": "false"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{(\w*)[^{}]*\}")

# Context, singular, plural.
Key = tuple[str | None, str, str]


def main(argv: list[str] | None = None) -> int:
    """Run one of the three; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vizavi.languages.tool")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract").add_argument("--prune", action="store_true", help="drop what no source says")
    merge_parser = commands.add_parser("merge")
    merge_parser.add_argument("fragment", type=Path)
    merge_parser.add_argument("--language", choices=list(LANGUAGES), default="ru")
    commands.add_parser("check")
    options = parser.parse_args(argv)
    if options.command == "merge":
        return merge(options.fragment, options.language)
    found = set(messages())
    if options.command == "check":
        return check(found)
    for language in LANGUAGES:
        extract(language, found, options.prune)
    return 0


def messages() -> Iterator[Key]:
    """Every translatable string in the Python and template files; tests and migrations say nothing to users."""
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        if {"tests", "migrations", "static", "languages", "__pycache__"} & set(parts):
            continue
        method, options = "", {}
        if path.suffix == ".py":
            method = "python"
        elif "templates" in parts and path.suffix in (".html", ".txt", ".xml", ".svg"):
            method, options = "jinja2.ext:babel_extract", JINJA
        if not method or not path.is_file():
            continue
        for _, message, _, context in extract_from_file(method, path, keywords=KEYWORDS, options=options):
            singular, plural = message if isinstance(message, tuple) else (message, "")
            if singular:
                yield context, singular, plural


def po_path(language: str) -> Path:
    """Where Django looks."""
    return PACKAGE / "languages" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> dict[Key, polib.POEntry]:
    """The entries that are in force."""
    path = po_path(language)
    if not path.exists():
        return {}
    return {key_of(entry): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def key_of(entry: polib.POEntry) -> Key:
    """What makes an entry that entry."""
    return entry.msgctxt or None, entry.msgid, entry.msgid_plural or ""


def write(language: str, entries: dict[Key, polib.POEntry]) -> None:
    """Sorted, without anything that changes by itself."""
    file = polib.POFile(wrapwidth=110)
    file.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    for key in sorted(entries, key=lambda key: (key[1].casefold(), key[1], key[2], key[0] or "")):
        entry = entries[key]
        entry.occurrences = []
        file.append(entry)
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    file.save(str(part))
    part.replace(path)


def extract(language: str, found: set[Key], prune: bool) -> None:
    """Add what is new; drop the rest only when told, since a colleague's source may not be here yet."""
    entries = read(language)
    added = found - set(entries)
    for context, singular, plural in added:
        entry = polib.POEntry(msgctxt=context, msgid=singular)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = dict.fromkeys(range(forms(language)), "")
        entries[context, singular, plural] = entry
    unused = set(entries) - found
    if prune:
        entries = {key: entry for key, entry in entries.items() if key in found}
    write(language, entries)
    missing = sum(not translated(entry, language) for entry in entries.values())
    print(
        f"{language}: {len(entries)} messages, {len(added)} new, {missing} to translate, "
        f"{len(unused)} unused{' dropped' if prune else ''}"
    )


def merge(fragment: Path, language: str) -> int:
    """Take over every translation of the fragment that has one."""
    entries = read(language)
    taken = 0
    for entry in polib.pofile(str(fragment)):
        if translated(entry, language) and not entry.obsolete:
            entries[key_of(entry)] = entry
            taken += 1
    write(language, entries)
    print(f"{language}: {taken} translations taken over")
    return 0


def forms(language: str) -> int:
    """How many plural forms the language has."""
    return int(LANGUAGES[language].partition("nplurals=")[2].partition(";")[0])


def translated(entry: polib.POEntry, language: str) -> bool:
    """Is every form there?"""
    if entry.msgid_plural:
        return all(entry.msgstr_plural.get(form) for form in range(forms(language)))
    return bool(entry.msgstr)


def placeholders(text: str) -> set[str]:
    """What is filled in when the text is shown."""
    return {match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def check(found: set[Key]) -> int:
    """Print what is wrong; 1 when anything is."""
    problems = []
    for language in LANGUAGES:
        path = po_path(language)
        entries = read(language)
        if path.exists():
            problems += [
                f"{language}: obsolete: {entry.msgid!r}" for entry in polib.pofile(str(path)).obsolete_entries()
            ]
        problems += [f"{language}: missing: {key[1]!r}" for key in sorted(found - set(entries), key=str)]
        for key, entry in entries.items():
            if key not in found:
                problems.append(f"{language}: no source says {key[1]!r}")
            elif entry.fuzzy:
                problems.append(f"{language}: fuzzy: {key[1]!r}")
            elif not translated(entry, language):
                problems.append(f"{language}: not translated: {key[1]!r}")
            elif not filled_alike(entry):
                problems.append(f"{language}: other placeholders than the source: {key[1]!r}")
    for line in problems:
        print(line, file=sys.stderr)
    print(f"{len(found)} messages, {len(problems)} problems")
    return 1 if problems else 0


def filled_alike(entry: polib.POEntry) -> bool:
    """Does the translation name what the source names? A plural form may leave the number out."""
    if entry.msgid_plural:
        allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
        return all(placeholders(text) <= allowed for text in entry.msgstr_plural.values())
    return placeholders(entry.msgstr) == placeholders(entry.msgid)


if __name__ == "__main__":
    sys.exit(main())
