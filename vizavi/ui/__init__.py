"""The look of Vizavi: tokens, components, layout, formats. Knows nothing of customers or deals.

from vizavi.ui import render, add_toast, context_provider
"""

from __future__ import annotations

from vizavi.ui.context import context_provider
from vizavi.ui.errors import refused
from vizavi.ui.pages import add_toast, add_trigger, is_partial, render, render_block

__all__ = ["add_toast", "add_trigger", "context_provider", "is_partial", "refused", "render", "render_block"]
