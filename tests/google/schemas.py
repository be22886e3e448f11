"""Google's discovery document as JSON Schema, stricter than Google reads it: what it does not know is a mistake."""

import json
import re
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.google.quick import Look, look

CHOICES = re.compile(r'"(\w+)" - ')
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")

formats = FormatChecker(formats=())


@cache
def document() -> dict[str, Any]:
    where = files("googleapiclient").joinpath("discovery_cache/documents/calendar.v3.json")
    return dict(json.loads(where.read_text("utf-8")))


@cache
def validator(name: str, required_by: str = "") -> Draft202012Validator:
    """Of the schema with this name; as a request of the method `required_by`, some fields have to be there."""
    return Draft202012Validator(json_schema(document()["schemas"][name], required_by), format_checker=formats)


@cache
def quick_look(name: str) -> Look:
    return look(json_schema(document()["schemas"][name]), formats.conforms)


def json_schema(schema: dict[str, Any], required_by: str = "") -> dict[str, Any]:
    if "$ref" in schema:
        return json_schema(document()["schemas"][schema["$ref"]])
    if schema.get("type") == "object":
        return _object(schema, required_by)
    if schema.get("type") == "array":
        return {"type": "array", "items": json_schema(schema["items"])}
    return _scalar(schema)


def _object(schema: dict[str, Any], required_by: str) -> dict[str, Any]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    made = {
        "type": "object",
        "properties": {name: json_schema(one) for name, one in properties.items()},
        "additionalProperties": json_schema(others) if others else False,
    }
    required = [
        name
        for name, one in properties.items()
        if required_by and f"calendar.{required_by}" in one.get("annotations", {}).get("required", [])
    ]
    return made | ({"required": required} if required else {})


def _scalar(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type", "any")
    if kind == "any":
        return {}
    made: dict[str, Any] = {"type": kind}
    if "format" in schema:
        made["format"] = schema["format"]
    choices = schema.get("enum") or _choices_in_words(schema)
    return made | ({"enum": choices} if choices else {})


def _choices_in_words(schema: dict[str, Any]) -> list[str]:
    words = schema.get("description", "")
    return CHOICES.findall(words) if schema["type"] == "string" and "ossible values" in words else []


@formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and bool(date.fromisoformat(value)))


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    """The offset may be missing where a time zone stands beside; entries.py looks at that."""
    return not isinstance(value, str) or bool(MOMENT.fullmatch(value) and datetime.fromisoformat(value))


@formats.checks("int64")
def _is_long(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"-?\d{1,19}", value))


@formats.checks("int32")
def _is_whole(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, int) or -(2**31) <= value < 2**31
