"""The Jinja2 environment: components as the global `ui`, formats as filters, Django's translations.

A macro gets explicit arguments, never the request; a name that is not there raises.
"""

from __future__ import annotations

from typing import Any

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from vizavi.ui import formats, html
from vizavi.ui.icons import icon

# Each file is a family of macros; together they are `ui`.
COMPONENTS = ("basic", "buttons", "inputs", "fields", "layout", "navigation", "overlays", "tables", "feed", "record")


class Components:
    """`ui.button(…)`: every public macro of templates/ui/components/, loaded at first use (and again when edited)."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._own: dict[str, Any] = {"icon": icon}
        self._names: dict[str, str] = {}

    def _family(self, family: str) -> Any:
        # get_template answers from its cache and looks at the file again only where auto_reload is on.
        return self._environment.get_template(f"ui/components/{family}.html").module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._own:
            return self._own[name]
        if name not in self._names:
            self._names = {key: family for family in COMPONENTS for key in self._public(family)}
        if name not in self._names:
            raise AttributeError(f"There is no component ui.{name}.")
        macro = getattr(self._family(self._names[name]), name)
        if not self._environment.auto_reload:
            # From now on an ordinary attribute: a page asks for components a thousand times.
            setattr(self, name, macro)
        return macro

    def _public(self, family: str) -> list[str]:
        return [name for name in vars(self._family(family)) if not name.startswith("_") and name != "name"]

    def all(self) -> dict[str, list[str]]:
        """Every macro by family, for the style guide and the tests."""
        return {family: self._public(family) for family in COMPONENTS}


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """`url("today")`; extra named arguments go into the path."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def url_or(name: str, default: str, *args: Any) -> str:
    """The address by name, or the default while the package that brings it is absent."""
    try:
        return reverse(name, args=args or None)
    except NoReverseMatch:
        return default


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend calls."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**options, extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])  # noqa: S701
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals |= {
        "ui": Components(env),
        "static": static,
        "url": url,
        "url_or": url_or,
        "html_attrs": html.attrs,
        "classes": html.classes,
        "tone_class": html.tone_class,
        "tone_of": html.tone_of,
        "initials": html.initials,
        "element_id": html.element_id,
        "shares": html.shares,
        "spark_points": html.spark_points,
        "Markup": Markup,
        "formats": formats,
    }
    env.filters |= formats.FILTERS
    env.filters["highlight"] = html.highlight
    return env


def engine() -> Jinja2:
    """The configured Jinja2 backend."""
    for candidate in engines.all():
        if isinstance(candidate, Jinja2):
            return candidate
    raise LookupError("settings.TEMPLATES has no Jinja2 backend.")
