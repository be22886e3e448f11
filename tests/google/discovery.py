"""Which method of Calendar v3 a request is, and whether it and its answer are what the discovery document says."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from tests.google.answers import Refused, Request
from tests.google.schemas import document, formats, quick_look, validator
from tests.google.selection import tree, unknown

BASE = "/calendar/v3/"


@dataclass(frozen=True)
class Method:
    name: str  # as in events.list
    verb: str
    path: re.Pattern[str]
    parameters: dict[str, Any]
    takes: str  # the schema's name, or empty
    gives: str
    scopes: frozenset[str]


@cache
def methods() -> tuple[Method, ...]:
    """Those with fixed words in their path first."""
    found = [
        _method(f"{resource}.{name}", one)
        for resource, described in document()["resources"].items()
        for name, one in described["methods"].items()
    ]
    return tuple(sorted(found, key=lambda method: method.path.groups))


def _method(name: str, described: dict[str, Any]) -> Method:
    path = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(described["path"]))
    return Method(
        name=name,
        verb=described["httpMethod"],
        path=re.compile(path),
        parameters=document()["parameters"] | described.get("parameters", {}),
        takes=described.get("request", {}).get("$ref", ""),
        gives=described.get("response", {}).get("$ref", ""),
        scopes=frozenset(scope.rpartition("/")[2] for scope in described.get("scopes", ())),
    )


def find(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    for method in methods():
        match = method.path.fullmatch(path.removeprefix(BASE))
        if match and method.verb == verb:
            return method, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def problems_of_request(method: Method, request: Request) -> list[str]:
    return [
        *_problems_of_query(method, request.query),
        *_problems_of_body(method, request),
        *_problems_of_fields(method, request.asked("fields")),
    ]


def _problems_of_fields(method: Method, fields: str) -> Iterable[str]:
    if fields:
        try:
            names = unknown(tree(fields), {"$ref": method.gives} if method.gives else {})
        except Refused:
            names = [fields]
        yield from (f"unknown in fields: {name}" for name in names)


def _problems_of_query(method: Method, query: dict[str, list[str]]) -> Iterable[str]:
    for name, values in query.items():
        described = method.parameters.get(name)
        if described is None or described["location"] != "query":
            yield f"unknown parameter {name}"
        elif len(values) > 1 and not described.get("repeated"):
            yield f"parameter {name} more than once"
        else:
            yield from (f"parameter {name} is {value!r}" for value in values if not _fits(described, value))
    for name, described in method.parameters.items():
        if described.get("required") and described["location"] == "query" and name not in query:
            yield f"parameter {name} is missing"


def _fits(described: dict[str, Any], value: str) -> bool:
    if described["type"] == "boolean":
        return value in ("true", "false")
    if described["type"] == "integer":
        return bool(re.fullmatch(r"-?\d+", value)) and int(value) >= int(described.get("minimum", value))
    if described.get("format") == "date-time":
        return _is_moment_with_offset(value)
    return value in described.get("enum", [value])


def _is_moment_with_offset(value: str) -> bool:
    return formats.conforms(value, "date-time") and datetime.fromisoformat(value).tzinfo is not None


def _problems_of_body(method: Method, request: Request) -> Iterable[str]:
    if not method.takes:
        if request.body:
            yield "a body where none belongs"
        return
    if not request.headers.get("content-type", "").startswith("application/json"):
        yield f"content type {request.headers.get('content-type')}"
    try:
        body = json.loads(request.body)
    except ValueError:
        yield "the body is no JSON"
        return
    yield from _mistakes(method.takes, without_nulls(body) if method.verb == "PATCH" else body, method.name)


def without_nulls(value: Any) -> Any:
    """A patch takes fields away by null."""
    if not isinstance(value, dict):
        return value
    return {name: without_nulls(one) for name, one in value.items() if one is not None}


def problems_of_answer(method: Method, body: bytes) -> list[str]:
    """`body` of an answer that says yes; items of a list are looked at when they are written: `problems_of_item`."""
    if not method.gives:
        return ["a body where none belongs"] if body else []
    return list(_mistakes(method.gives, json.loads(body)))


def problems_of_item(schema: str, item: dict[str, Any]) -> list[str]:
    return [] if quick_look(schema)(item) else list(_mistakes(schema, item))


def _mistakes(schema: str, value: Any, required_by: str = "") -> Iterable[str]:
    for error in validator(schema, required_by).iter_errors(value):
        where = "/".join(str(step) for step in error.absolute_path)
        yield f"{schema} {where}: {error.message[:300]}"
