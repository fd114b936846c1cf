"""Field kinds: everything that can be done with a value of one kind, in one place each.

A kind says how a value is shown, edited, parsed, validated, filtered, sorted, serialised, described, searched and
grouped. Forms, inline edit, the API, import and (later) processes all go through `Field.parse`.
"""

from vizavi.core.fields.base import Computed, Field, kind_of, register_kind
from vizavi.core.fields.choice import ChoiceField, ChoicesField, YesNoField
from vizavi.core.fields.json import JsonField
from vizavi.core.fields.links import AboutField, LinksField
from vizavi.core.fields.number import CurrencyField, IntegerField, MoneyField, NumberField
from vizavi.core.fields.reach import EmailsField, PhonesField, ReachField
from vizavi.core.fields.relation import FileField, IdField, Pointing, RelationField, UserField
from vizavi.core.fields.text import AddressField, EmailField, LongTextField, TextField, UrlField
from vizavi.core.fields.time import DateField, DateTimeField

__all__ = [
    "AboutField", "AddressField", "ChoiceField", "ChoicesField", "Computed", "CurrencyField", "DateField",
    "DateTimeField", "EmailField", "EmailsField", "Field", "FileField", "IdField", "IntegerField", "JsonField",
    "LinksField", "LongTextField", "MoneyField", "NumberField", "PhonesField", "Pointing", "ReachField", "RelationField",
    "TextField", "UrlField", "UserField", "YesNoField", "kind_of", "register_kind",
]  # fmt: skip
