"""What the OpenAPI document says of each address, derived from the field kinds; labels in the current language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from vizavi.api.errors import CODES
from vizavi.api.idempotency import LONGEST
from vizavi.api.reading import DEFAULT_LIMIT
from vizavi.core.entity import Entity
from vizavi.core.fields import Field, Pointing, RelationField
from vizavi.core.pages import MOST_ROWS

Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
NULLABLE_ID: Schema = {**ID, "type": ["integer", "null"]}
_EXAMPLES: dict[str, Any] = {
    "integer": 12, "number": "12.50", "money": "125000.00", "currency": "RUB", "date": "2026-11-24", "yesno": True,
    "datetime": "2026-11-24T09:30:00Z", "url": "https://example.org", "email": "ivan@example.org", "relation": 7,
    "user": 3, "file": 5, "phones": [{"kind": "work", "value": "+7 495 123-45-67"}], "longtext": "…",
    "emails": [{"kind": "work", "value": "ivan@example.org"}],
    "about": [{"entity": "company", "id": 7}], "address": {"line": "ул. Ленина, 1"},
}  # fmt: skip


def ref(name: str, where: str = "schemas") -> Schema:
    return {"$ref": f"#/components/{where}/{name}"}


def component(entity: Entity) -> str:
    """The entity's name among the schemas: `Company`."""
    return entity.name.capitalize()


# -- fields ------------------------------------------------------------------------------------------------------------


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    kind = schema.get("type")
    found = {**schema, "type": [kind, "null"] if isinstance(kind, str) else kind}
    if "enum" in schema:
        found["enum"] = [*schema["enum"], None]
    return found


def or_blank(field: Field, schema: Schema) -> Schema:
    """The schema, or the form in which nothing is stored."""
    if field.computed or isinstance(field, RelationField):
        return nullable(schema)
    blank = field.to_json(field.blank())
    if blank is None:
        return nullable(schema)
    if blank == "" and "enum" in schema:
        return {**schema, "enum": [*schema["enum"], ""]}
    if blank == "" and {"pattern", "format", "minLength"} & set(schema):
        return {"anyOf": [schema, {"const": ""}]}
    return schema


def annotated(field: Field, schema: Schema) -> Schema:
    """The schema with the field's label, help, labels of its choices and an example."""
    words = [field.label]
    if field.help:
        words.append(str(field.help))
    if isinstance(field, Pointing):
        words.append(_("Id, see %(address)s") % {"address": f"{field.target.plural}/"})
    options = getattr(field, "options", [])
    if field.kind in ("choice", "choices"):
        words.append(", ".join(f"{key} — {label}" for key, label in options))
    found = {**schema, "description": ". ".join(words)}
    example = _EXAMPLES.get(field.kind, [options[0][0]] if field.many and options else None)
    if field.kind == "choice" and options:
        example = options[0][0]
    return {**found, "examples": [example]} if example is not None else found


def shown_schema(entity: Entity) -> Schema:
    """A record as it is sent."""
    fixed: Schema = {
        "id": {**ID, "readOnly": True},
        "version": {"type": "integer", "minimum": 1, "readOnly": True, "description": _("Grows with each change")},
    }
    fields: Schema = {}
    for f in entity.fields.values():
        found = annotated(f, or_blank(f, f.schema()))
        fields[f.name] = found if f.editable else {**found, "readOnly": True}
    fixed["warnings"] = {
        "type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}, "readOnly": True,
        "description": _("What looks wrong but was accepted, by field"),
    }  # fmt: skip
    # Fields that the field policy hides from somebody are absent, so that only these two are promised.
    return {"type": "object", "properties": {**fixed, **fields}, "required": list(fixed), "title": entity.label}


def written_schema(entity: Entity, *, create: bool) -> Schema:
    """A record as it is received. More spellings are understood than are described: see the page of the API."""
    fields: Schema = {}
    for f in entity.fields.values():
        if f.computed or not (f.editable or (create and f.name == "created_at")):
            continue
        schema = f.schema()
        if f.required and schema.get("type") == "string" and "enum" not in schema:
            schema = {"minLength": 1, **schema}
        fields[f.name] = annotated(f, schema if f.required else nullable(schema))
    found: Schema = {"type": "object", "properties": fields, "additionalProperties": False, "title": entity.label}
    needed = [n for n in fields if entity.fields[n].required]
    return {**found, "required": needed} if create and needed else found


# -- parameters --------------------------------------------------------------------------------------------------------


def query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def header(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": description}


def limit(most: int = MOST_ROWS, default: int = DEFAULT_LIMIT) -> Schema:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return query("limit", schema, _("How many at most"))


def cursor(name: str, *, number: bool = False) -> Schema:
    schema: Schema = ID if number else {"type": "string"}
    return query(name, schema, _("Cursor of a page: take the addresses in “next” and “previous”"))


def if_match() -> Schema:
    words = _("The ETag of the record as you saw it: refused with 409 when the same field was changed meanwhile")
    return header("If-Match", {"type": "string", "pattern": r'^("?[0-9]{1,9}"?|\*)$'}, words)


def idempotency_key() -> Schema:
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[!-~]+$"}
    return header("Idempotency-Key", schema, _("The same key with the same request acts once within a day"))


def filter_params(entity: Entity) -> list[Schema]:
    """The filter grammar, spelt out for each field."""
    meaning = {
        "": _("any of, separated by commas"), "not": _("none of"), "gte": _("from"), "lte": _("up to"),
        "contains": _("contains"), "starts": _("starts with"), "empty": _("1: not filled in, 0: filled in"),
    }  # fmt: skip
    return [
        query(f"{f.name}__{op}" if op else f.name, {"type": "string"}, f"{f.label}: {meaning[op]}")
        for f in entity.fields.values()
        for op in f.operators
    ]


# -- answers -----------------------------------------------------------------------------------------------------------


def failures(*statuses: int) -> Schema:
    """The errors of an address; these five may happen anywhere."""
    always = (400, 401, 403, 404, 429)
    return {str(status): ref(f"Error{status}", "responses") for status in sorted({*always, *statuses})}


def answers(status: int, schema: Schema, description: str, headers: tuple[str, ...] = ()) -> Schema:
    found: Schema = {"description": description, "content": {"application/json": {"schema": schema}}}
    if headers:
        found["headers"] = {name: ref(name, "headers") for name in headers}
    return {str(status): found}


def moved() -> Schema:
    """The record was merged into another: until that is undone, its address leads there."""
    schema = {"type": "object", "properties": {"merged_into": ID}, "required": ["merged_into"]}
    return answers(301, schema, _("Merged into another record"), ("Location",))


def page_of(schema: Schema) -> Schema:
    """A page of a list: results and the addresses of its neighbours."""
    neighbour = {"type": ["string", "null"], "format": "uri"}
    properties = {"results": {"type": "array", "items": schema}, "next": neighbour, "previous": neighbour}
    return {"type": "object", "properties": properties, "required": list(properties)}


def json_body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


class Records:
    """The addresses of one entity."""

    def __init__(self, entity: Entity):
        self.entity = entity
        self.name = component(entity)

    def list(self) -> Schema:
        sorts = ", ".join(f.name for f in self.entity.fields.values() if f.sortable)
        return {
            "summary": _("List: %(what)s") % {"what": self.entity.label_plural},
            "parameters": [
                query("q", {"type": "string"}, _("Words that must occur")),
                query("sort", {"type": "string"}, _("Up to three of these, with - from the end: %s") % sorts),
                limit(), cursor("after"), cursor("before"),
                *filter_params(self.entity),
            ],
            "responses": {**answers(200, page_of(ref(self.name)), _("A page")), **failures(422)},
        }  # fmt: skip

    def read(self) -> Schema:
        return {
            "summary": _("Read: %(what)s") % {"what": self.entity.label},
            "responses": {**answers(200, ref(self.name), _("The record"), ("ETag",)), **moved(), **failures()},
        }

    def create(self) -> Schema:
        return {
            "summary": _("Create: %(what)s") % {"what": self.entity.label},
            "parameters": [idempotency_key()],
            "requestBody": json_body(ref(f"{self.name}Create")),
            "responses": {
                **answers(201, ref(self.name), _("Created"), ("ETag", "Location", "Operation-Id")),
                **failures(409, 413, 415, 422),
            },
        }

    def change(self) -> Schema:
        return {
            "summary": _("Change: %(what)s") % {"what": self.entity.label},
            "description": _("Only the fields that are sent are changed; null empties one."),
            "parameters": [if_match()],
            "requestBody": json_body(ref(f"{self.name}Change")),
            "responses": {
                **answers(200, ref(self.name), _("The record as it is now"), ("ETag", "Operation-Id")),
                **failures(409, 413, 415, 422),
            },
        }

    def delete(self) -> Schema:
        return {
            "summary": _("Delete: %(what)s") % {"what": self.entity.label},
            "description": _("The record goes to the recycle bin; undo the operation to bring it back."),
            "parameters": [if_match()],
            "responses": {
                "204": {"description": _("Deleted"), "headers": {"Operation-Id": ref("Operation-Id", "headers")}},
                **failures(409, 422),
            },
        }

    def history(self) -> Schema:
        return {
            "summary": _("History: %(what)s") % {"what": self.entity.label},
            "parameters": [limit(), cursor("after", number=True)],
            "responses": {**answers(200, page_of(ref("HistoryRow")), _("Newest first")), **moved(), **failures(422)},
        }

    def files(self) -> Schema:
        return {
            "summary": _("Files: %(what)s") % {"what": self.entity.label},
            "parameters": [],
            "responses": {**answers(200, page_of(ref("File")), _("Newest first")), **failures(422)},
        }

    def attach(self) -> Schema:
        part = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
        return {
            "summary": _("Attach a file: %(what)s") % {"what": self.entity.label},
            "parameters": [idempotency_key()],
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": part}}},
            "responses": {
                **answers(201, ref("File"), _("Attached"), ("Location", "Operation-Id")),
                **failures(409, 413, 415, 422),
            },
        }


def file() -> Schema:
    return {
        "summary": _("Read: %(what)s") % {"what": _("File")},
        "responses": {**answers(200, ref("File"), _("What it is"), ("ETag",)), **failures()},
    }


def file_content() -> Schema:
    content: Schema = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "summary": _("The content of a file"),
        "responses": {"200": {"description": _("The bytes"), "content": content}, **failures()},
    }


def file_delete() -> Schema:
    return {
        "summary": _("Delete: %(what)s") % {"what": _("File")},
        "responses": {
            "204": {"description": _("Deleted"), "headers": {"Operation-Id": ref("Operation-Id", "headers")}},
            **failures(),
        },
    }


def operations() -> Schema:
    return {
        "summary": _("Your operations; an administrator's are everybody's"),
        "parameters": [limit(), cursor("after", number=True)],
        "responses": {**answers(200, page_of(ref("Operation")), _("Newest first")), **failures(422)},
    }


def operation() -> Schema:
    more = {"can_undo": {"type": "boolean"}, "reason": {"type": "string"}}
    schema = {"allOf": [ref("Operation"), {"type": "object", "properties": more, "required": list(more)}]}
    return {
        "summary": _("One operation, and whether it can be undone"),
        "responses": {**answers(200, schema, _("The operation")), **failures()},
    }


def undo() -> Schema:
    return {
        "summary": _("Undo an operation; to redo, undo the undoing"),
        "description": _("A field that was changed since stays as it is and is named among the obstacles."),
        "parameters": [idempotency_key()],
        "responses": {**answers(200, ref("Undone"), _("What was undone, and what not")), **failures(409, 422)},
    }


def search() -> Schema:
    found = {"type": "object", "properties": {"results": {"type": "array", "items": ref("Found")}}}
    return {
        "summary": _("Search everything, best first"),
        "parameters": [query("q", {"type": "string"}, _("Words; the last one may be begun only")), limit(50, 20)],
        "responses": {**answers(200, {**found, "required": ["results"]}, _("What was found")), **failures(422)},
    }


def error_responses() -> Schema:
    """Every error, by status."""
    meaning = {
        400: _("The request makes no sense, or its body is not JSON"), 401: _("No token, or one that opens nothing"),
        403: _("Seen, but not allowed; the message says why"), 404: _("Not there, or not for you to see"),
        405: _("The address does not know this method"), 409: _("Changed meanwhile by somebody else"),
        413: _("Too large"), 415: _("Another type of content was expected"),
        422: _("Values that cannot be accepted, by field"), 429: _("Too many requests"), 500: _("Our mistake"),
    }  # fmt: skip
    found: Schema = {}
    for status in CODES:
        response = answers(status, ref("Error"), meaning[status])[str(status)]
        if status == 429:
            response["headers"] = {"Retry-After": ref("Retry-After", "headers")}
        found[f"Error{status}"] = response
    return found


def headers() -> Schema:
    return {
        "ETag": {"schema": {"type": "string"}, "description": _("The version, for If-Match")},
        "Location": {"schema": {"type": "string", "format": "uri"}, "description": _("Where it is now")},
        "Operation-Id": {"schema": {"type": "string"}, "description": _("The operation, for undo")},
        "Retry-After": {"schema": {"type": "string"}, "description": _("Seconds to wait")},
    }


def common_schemas() -> Schema:
    """Schemas that do not come from an entity."""
    text, moment = {"type": "string"}, {"type": "string", "format": "date-time"}
    no = {"type": ["string", "null"]}
    number = {"type": "integer", "minimum": 0}

    def thing(required: bool = True, **properties: Any) -> Schema:
        return {"type": "object", "properties": properties, "required": list(properties) if required else []}

    errors = {"type": "object", "additionalProperties": {"type": "array", "items": text}}
    change = thing(field=text, before={}, after={})
    return {
        "Error": thing(error=thing(code={**text, "examples": ["invalid"]}, message=text, fields=errors)),
        "HistoryRow": thing(
            id=ID, operation=ID, at=moment, by=NULLABLE_ID, via=text, verb=text, action=text, entity=text, record=ID,
            version=number, changes={"type": "array", "items": change},
        ),
        "Operation": thing(
            id=ID, at=moment, by=NULLABLE_ID, via=text, verb=text, entity=no, record=NULLABLE_ID, title=text,
            state={"type": "string", "enum": ["running", "interrupted", "finished", "cancelled"]}, changes=number,
            total={"type": ["integer", "null"]}, undoes=NULLABLE_ID,
        ),
        "File": thing(
            id=ID, version=number, name=text, size=number, content_type=text, sha256=text, created_at=moment,
            created_by=NULLABLE_ID,
        ),
        "Undone": thing(
            operation=NULLABLE_ID, undone=number,
            obstacles={"type": "array", "items": thing(entity=text, record=ID, title=text, field=no, message=text)},
        ),
        "Found": thing(entity=text, id=ID, title=text, snippet=text, url=text),
    }  # fmt: skip
