"""Icons by name, inlined from the `lucide` package: no sprite, no request, coloured by the text around them."""

from __future__ import annotations

import logging
from functools import lru_cache

from lucide import IconDoesNotExist
from lucide.jinja import lucide
from markupsafe import Markup

log = logging.getLogger(__name__)

# Drawn when a name is not known (an old custom icon): a page must not fall over a picture.
FALLBACK = "circle-dashed"


@lru_cache(maxsize=2048)
def icon(name: str, size: str = "", label: str = "") -> Markup:
    """`ui.icon("building-2")`. `size` is "", "sm" or "lg"; with a `label` it speaks, without one it is decoration."""
    attributes: dict[str, object] = {"class": f"ic ic--{size}" if size else "ic", "stroke_width": "1.75"}
    if label:
        attributes |= {"role": "img", "aria_label": label}
    else:
        attributes |= {"aria_hidden": "true"}
    try:
        return Markup(lucide(name, size=18, **attributes))
    except IconDoesNotExist:
        log.warning("There is no icon %r.", name)
        return Markup(lucide(FALLBACK, size=18, **attributes))


def is_known(name: str) -> bool:
    """Is there an icon of that name? A declaration that names another one is a typo."""
    try:
        lucide(name)
    except IconDoesNotExist:
        return False
    return True
