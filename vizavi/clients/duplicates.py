"""Who of our clients is here already; the mechanism is `vizavi.duplicates`, the declarations are in `entities.py`."""

from vizavi.duplicates.finding import Match, find

__all__ = ["Match", "find"]
