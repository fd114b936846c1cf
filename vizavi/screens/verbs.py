"""How operations and changes read: the words for verbs. Packages above add their own with `say`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vizavi.core.entity import registry
from vizavi.core.models import Change, Operation

_words: dict[str, Any] = {
    "create": gettext_lazy("Created"),
    "edit": gettext_lazy("Changed"),
    "delete": gettext_lazy("Deleted"),
    "restore": gettext_lazy("Restored"),
    "import": gettext_lazy("Import"),
    "undo": gettext_lazy("Undo"),
    "redo": gettext_lazy("Redo"),
    "purge": gettext_lazy("Deleted for ever"),
    "bulk": gettext_lazy("Bulk change"),
    "merge": gettext_lazy("Merged"),
    "distinct": gettext_lazy("Not duplicates"),
    "attach": gettext_lazy("File attached"),
    "demo": gettext_lazy("Demo data"),
    "invite": gettext_lazy("Invited"),
}
_icons = {
    "create": "plus",
    "edit": "pencil",
    "delete": "trash-2",
    "restore": "archive-restore",
    "import": "upload",
    "undo": "undo-2",
    "redo": "redo-2",
    "merge": "merge",
    "distinct": "split",
    "attach": "paperclip",
}
_via = {
    "page": gettext_lazy("page"),
    "api": gettext_lazy("API"),
    "import": gettext_lazy("import"),
    "form": gettext_lazy("web form"),
    "command": gettext_lazy("command line"),
    "job": gettext_lazy("background job"),
    "demo": gettext_lazy("demo data"),
}
_actions = {
    Change.CREATE: gettext_lazy("created"),
    Change.UPDATE: gettext_lazy("changed"),
    Change.DELETE: gettext_lazy("moved to the bin"),
    Change.RESTORE: gettext_lazy("restored"),
    Change.PURGE: gettext_lazy("deleted for ever"),
}


def say(verb: str, words: Any, icon: str = "") -> None:
    """Teach the words for a verb: for `deal.won`, the part after the dot or the whole."""
    _words[verb] = words
    if icon:
        _icons[verb] = icon


def describe(operation: Operation) -> str:
    """`Changed`, `Import`: what was done."""
    verb = operation.verb
    return str(_words.get(verb) or _words.get(verb.rpartition(".")[2]) or verb)


def icon(operation: Operation) -> str:
    return _icons.get(operation.verb) or _icons.get(operation.verb.rpartition(".")[2], "activity")


def through(operation: Operation) -> str:
    """Through what it was done, for eyes."""
    return str(_via.get(operation.via, operation.via))


def action_text(action: str) -> str:
    return str(_actions.get(action, action))


def about(operation: Operation) -> str:
    """`Company`: the kind of record it was about."""
    entity = registry.get(operation.entity)
    if entity is None:
        return ""
    return entity.label if operation.record_id else entity.label_plural


def state_text(operation: Operation) -> str:
    return str(Operation.STATES.get(operation.state, "")) or _("finished")


def icon_of_change(operation: Operation, action: str) -> str:
    """The icon of one line of a history: what happened to the record says more than what the operation was."""
    own = {Change.CREATE: "plus", Change.DELETE: "trash-2", Change.RESTORE: "archive-restore"}.get(action)
    return own or icon(operation)
