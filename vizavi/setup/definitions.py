"""What the form of a custom field says."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vizavi.core.fold import slug
from vizavi.custom.models import CustomField
from vizavi.ui.html import TONES


def values_of(row: CustomField) -> dict[str, Any]:
    """What the form shows of a definition."""
    names = ("label", "label_en", "key", "help", "required", "filterable", "default", "choices", "target", "places")
    return {name: getattr(row, name) for name in names}


def posted(request: HttpRequest, row: CustomField) -> dict[str, Any]:
    """What the form says; a switch that is off sends nothing."""
    post = request.POST
    data: dict[str, Any] = {n: post.get(n, "") for n in ("label", "label_en", "help", "default")}
    data |= {n: post.get(n) == "1" for n in ("required", "filterable")}
    if row.kind in ("choice", "choices"):
        data["choices"] = _choices(request, row.choices)
    if row.kind == "number":
        data["places"] = post.get("places", "2")
    if not row.pk:
        data["key"] = post.get("key", "").strip()
        if row.kind == "relation":
            data["target"] = post.get("target", "")
    return data


def _choices(request: HttpRequest, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of choices in the order of the form; one without a name is left out, a new one gets a key."""
    found: list[dict[str, Any]] = []
    taken = {choice["key"] for choice in before}
    for n in request.POST.getlist("choices"):
        label = " ".join(request.POST.get(f"choice-{n}-label", "").split())[:200]
        key, tone = request.POST.get(f"choice-{n}-key", ""), request.POST.get(f"choice-{n}-tone", "")
        if not label:
            continue
        if not key or key not in taken:
            base = key = slug(label)[:36] or "choice"
            number = 1
            while key in taken:
                number += 1
                key = f"{base}_{number}"
            taken.add(key)
        choice = {"key": key, "label": label, "tone": tone if tone in TONES else ""}
        found.append({**choice, **({"archived": True} if request.POST.get(f"choice-{n}-off") == "1" else {})})
    return found


def moved(choices: list[dict[str, Any]], do: str) -> list[dict[str, Any]]:
    """The choices after one went a place up or down (`up.2`)."""
    way, _dot, at = do.partition(".")
    found = list(choices)
    if at.isdecimal() and int(at) < len(found):
        to = max(0, min(len(found) - 1, int(at) + (-1 if way == "up" else 1)))
        found.insert(to, found.pop(int(at)))
    return found
