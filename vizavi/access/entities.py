"""What the models cannot say about users and departments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vizavi.access.models import Department, User
from vizavi.core.entity import Entity, register


@register
class UserEntity(Entity):
    model = User
    plural = "users"
    icon = "users"
    tone = "violet"
    admin = True
    subtitle = "email"
    columns = "name email role department is_active"
    filters = "role department is_active"
    sort = "name"
    search = "name email"
    quick = "name email role department"
    keys = "email"
    sections = {_("Person"): "name email role department is_active"}


@register
class DepartmentEntity(Entity):
    model = Department
    plural = "departments"
    icon = "network"
    tone = "cyan"
    admin = True
    tree = "parent"
    columns = "name parent created_at"
    sort = "name"
    search = "name"
    quick = "name parent"
    keys = "name"
    sections = {_("Department"): "name parent"}
