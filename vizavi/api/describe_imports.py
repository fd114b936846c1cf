"""What the OpenAPI document says of `imports/`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from vizavi.api.describe import (
    ID,
    NULLABLE_ID,
    Schema,
    answers,
    cursor,
    failures,
    idempotency_key,
    json_body,
    limit,
    page_of,
    ref,
)


def import_mapping() -> Schema:
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "type": "object",
        "description": _("Places of columns by heading, meanings of values, by what duplicates are known"),
        "properties": {
            "columns": {**texts, "examples": [{"Телефон": "phones.work", "Компания": "company.name"}]},
            "values": {"type": "object", "additionalProperties": texts},
            "keys": {"type": "array", "items": {"type": "string"}},
            "duplicates": {"type": "string", "enum": ["fill", "overwrite", "skip", "create"]},
            "month_first": {"type": "boolean"},
        },
    }


def imports() -> Schema:
    return {
        "summary": _("Your imports; an administrator's are everybody's"),
        "parameters": [limit(), cursor("after", number=True)],
        "responses": {**answers(200, page_of(ref("Import")), _("Newest first")), **failures(422)},
    }


def import_create() -> Schema:
    text = {"type": "string"}
    part = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "entity": {**text, "description": _("What it holds, as in addresses: companies, contacts …")},
            "mapping": {**text, "description": _("A mapping as JSON; without it the headings are recognised")},
            "encoding": text, "delimiter": text, "sheet": text,
        },
        "required": ["file", "entity"],
    }  # fmt: skip
    return {
        "summary": _("Send a file to import"),
        "description": _("Nothing is written yet: check it, then start it."),
        "parameters": [idempotency_key()],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": part}}},
        "responses": {**answers(201, ref("Import"), _("Kept"), ("Location",)), **failures(409, 413, 415, 422)},
    }


def import_read() -> Schema:
    return {
        "summary": _("How far an import is"),
        "responses": {**answers(200, ref("Import"), _("The import")), **failures()},
    }


def import_change() -> Schema:
    body = {"type": "object", "properties": {"mapping": import_mapping()}, "required": ["mapping"]}
    return {
        "summary": _("Say which column goes where"),
        "requestBody": json_body(body),
        "responses": {**answers(200, ref("Import"), _("As it is now")), **failures(409, 413, 415, 422)},
    }


def import_check() -> Schema:
    return {
        "summary": _("Try an import without writing anything"),
        "description": _("A large file takes a while: then the answer is 202, and you ask again."),
        "responses": {
            **answers(200, ref("ImportReport"), _("What would happen")),
            **answers(202, ref("ImportReport"), _("It is being tried")),
            **failures(409, 422),
        },
    }


def import_start() -> Schema:
    return {
        "summary": _("Start an import"),
        "parameters": [idempotency_key()],
        "responses": {**answers(202, ref("Import"), _("It is in the queue")), **failures(409, 422)},
    }


def import_cancel() -> Schema:
    return {
        "summary": _("Stop an import"),
        "description": _("What is done is done and can be undone by its operation."),
        "responses": {**answers(202, ref("Import"), _("It will stop")), **failures(409)},
    }


def import_rejects() -> Schema:
    return {
        "summary": _("The rows that an import did not take"),
        "parameters": [limit(), cursor("after", number=True)],
        "responses": {**answers(200, page_of(ref("Reject")), _("In the order of the file")), **failures(422)},
    }


def import_again() -> Schema:
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    cells = {"type": "object", "additionalProperties": texts, "examples": [{"12": {"0": "ООО «Полюс»"}}]}
    return {
        "summary": _("Mend refused rows and import them once more"),
        "requestBody": json_body({"type": "object", "properties": {"cells": cells}}),
        "responses": {**answers(202, ref("Import"), _("It is in the queue")), **failures(409, 413, 415, 422)},
    }


def import_schemas() -> Schema:
    """What `imports/` sends."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    states = {"type": "string", "enum": ["new", "waiting", "running", "done", "failed"]}
    properties: Schema = {
        "id": ID, "entity": text, "file_name": text, "by": ID, "created_at": {"type": "string", "format": "date-time"},
        "state": states, "error": text, "rows": number, "mapping": import_mapping(), "done": number, "created": number,
        "updated": number, "skipped": number, "rejected": number, "operation": NULLABLE_ID,
    }  # fmt: skip
    column = {"type": ["integer", "null"]}
    problem = {"type": "object", "properties": {"column": column, "message": text, "hint": text}}
    row = {"row": number, "cells": {"type": "array", "items": text}, "problems": {"type": "array", "items": problem}}
    return {
        "Import": {"type": "object", "properties": properties, "required": list(properties)},
        "Reject": {"type": "object", "properties": {"id": ID, **row}, "required": ["id", *row]},
        "ImportReport": {
            "type": "object",
            "properties": {
                "ready": {"type": "boolean"}, "rows": number, "created": number, "updated": number, "skipped": number,
                "rejected": number, "beside": {"type": "object", "additionalProperties": number},
                "problems": {"type": "array", "items": {"type": "object", "properties": row}},
            },
            "required": ["ready"],
        },
    }  # fmt: skip
