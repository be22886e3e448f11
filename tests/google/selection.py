"""The parameter `fields`: only a part of an answer is wanted."""

import re
from functools import cache
from typing import Any

from tests.google.answers import bad_request
from tests.google.schemas import document

Tree = dict[str, Any]  # a name and what is wanted of it; nothing more said: all of it
TOKEN = re.compile(r"[A-Za-z0-9*]+|[,/()]")


@cache
def tree(fields: str) -> Tree:
    """`nextPageToken,items(id,extendedProperties/private)` as nested names."""
    words = TOKEN.findall(fields)
    if "".join(words) != fields or not words:
        raise invalid(fields)
    made = _several(words, fields)
    if words:
        raise invalid(fields)
    return made


def _several(words: list[str], fields: str) -> Tree:
    found: Tree = {}
    while True:
        name, wanted = _one(words, fields)
        found[name] = found.get(name, {}) | wanted
        if not words or words[0] != ",":
            return found
        words.pop(0)


def _one(words: list[str], fields: str) -> tuple[str, Tree]:
    if not words or words[0] in ",/()":
        raise invalid(fields)
    name, follows = words.pop(0), words[0] if words else ""
    if follows == "/":
        words.pop(0)
        return name, dict([_one(words, fields)])
    if follows == "(":
        words.pop(0)
        wanted = _several(words, fields)
        if not words or words.pop(0) != ")":
            raise invalid(fields)
        return name, wanted
    return name, {}


def unknown(wanted: Tree, schema: dict[str, Any]) -> list[str]:
    """Names that the schema does not have."""
    schema = document()["schemas"][schema["$ref"]] if "$ref" in schema else schema
    if schema.get("type") == "array":
        return unknown(wanted, schema["items"])
    found: list[str] = []
    for name, below in wanted.items():
        known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        if name != "*" and not known:
            found.append(name)
        elif known:
            found += unknown(below, known)
    return found


def chosen(wanted: Tree, value: Any) -> Any:
    if not wanted or "*" in wanted:
        return value
    if isinstance(value, list):
        return [chosen(wanted, one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: chosen(wanted[name], one) for name, one in value.items() if name in wanted}


def invalid(fields: str) -> Exception:
    return bad_request(f"Invalid field selection {fields}", "invalidParameter")
