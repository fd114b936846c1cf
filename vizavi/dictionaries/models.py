"""The options of all dictionaries."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from vizavi.core.fold import fold, slug
from vizavi.core.records import Journaled
from vizavi.dictionaries.lists import Dictionary
from vizavi.ui.html import ALL_TONES, TONE_NAMES, TONES


class Option(Journaled):
    """One option of a dictionary. The key is data for ever; the name is blank while the shipped label holds."""

    dictionary = models.CharField(_("dictionary"), max_length=40)
    key = models.SlugField(_("key"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    tone = models.CharField(_("tone"), max_length=10, choices=TONE_NAMES, blank=True)
    meaning = models.CharField(_("meaning"), max_length=20, blank=True)
    order = models.PositiveIntegerField(_("order"), default=10_000)
    archived = models.BooleanField(_("archived"), default=False)

    tones = {"tone": {tone: tone for tone in ALL_TONES}}

    class Meta:
        verbose_name = _("Option")
        verbose_name_plural = _("Options")
        constraints = [models.UniqueConstraint(fields=["dictionary", "key"], name="option_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def shipped_label(self) -> str:
        """The label that came with the program, in the current language; `""` for an option made here."""
        known = Dictionary.known.get(self.dictionary)
        return str(known.shipped[self.key][0]) if known and self.key in known.shipped else ""

    @property
    def label(self) -> str:
        return self.name or self.shipped_label or self.key

    def clean(self) -> None:
        """The key is made out of the name once and never changes; no two options of a dictionary read the same.

        Raises `ValidationError` by field.
        """
        found = Dictionary.known.get(self.dictionary)
        if found is None:
            raise ValidationError({"dictionary": _("There is no such dictionary.")})
        others = list(Option.objects.filter(dictionary=self.dictionary).exclude(pk=self.pk))
        if self.pk:
            if not Option.objects.filter(pk=self.pk, dictionary=self.dictionary, key=self.key).exists():
                raise ValidationError({"key": _("The key stands in data and cannot be changed.")})
        elif not self.name:
            raise ValidationError({"name": _("This field is required.")})
        else:
            self.key = free_key(self.key or slug(self.name), {o.key for o in others})
            self.tone = self.tone or TONES[len(others) % len(TONES)]
        if self.meaning and self.meaning not in found.meanings:
            raise ValidationError({"meaning": _("Choose from the list.")})
        if any(fold(o.label) == fold(self.label) for o in others if not o.archived and not o.deleted_at):
            raise ValidationError({"name": _("There is “%(name)s” already.") % {"name": self.label}})


def free_key(wanted: str, taken: set[str]) -> str:
    """The key itself, or with the first number that makes it free."""
    base = wanted[:36] or "option"
    return next(key for key in (base, *(f"{base}_{n}" for n in range(2, len(taken) + 3))) if key not in taken)
