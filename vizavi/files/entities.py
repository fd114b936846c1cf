"""What the model cannot say about files."""

from __future__ import annotations

from vizavi.core.entity import Entity, register
from vizavi.files.models import File


@register
class FileEntity(Entity):
    model = File
    plural = "files"
    icon = "paperclip"
    pages = False
    many = True
    columns = "name size owner created_at"
    readonly = Entity.readonly | {"size", "content_type", "sha256"}
