"""The parameter `fields`: only what it names is answered, as in `timeZone,items(id,start/dateTime)`."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tests.google.schemas import document

Mask = dict[str, "Mask"]  # empty: all of it


@lru_cache(maxsize=32)
def read(fields: str) -> Mask:
    """Raises ValueError for what Google does not understand."""
    words = re.findall(r"[A-Za-z]+|[(),/]", fields)
    if "".join(words) != fields:
        raise ValueError(fields)
    mask, rest = _several(words)
    if rest:
        raise ValueError(fields)
    return mask


def unknown(mask: Mask, schema: dict[str, Any]) -> Iterator[str]:
    """Names that the answer does not have: Google refuses those."""
    schema = schema.get("items", schema)
    schema = document()["schemas"].get(schema.get("$ref"), schema)
    for name, inner in mask.items():
        if name not in schema.get("properties", {}):
            yield name
        else:
            yield from unknown(inner, schema["properties"][name])


def only(value: Any, mask: Mask) -> Any:
    """What the mask leaves of an answer."""
    if not mask:
        return value
    if isinstance(value, list):
        return [only(one, mask) for one in value]
    return {name: only(value[name], inner) for name, inner in mask.items() if name in value}


def _several(words: list[str]) -> tuple[Mask, list[str]]:
    name, inner, rest = _one(words)
    mask = {name: inner}
    while rest and rest[0] == ",":
        name, inner, rest = _one(rest[1:])
        mask[name] = inner
    return mask, rest


def _one(words: list[str]) -> tuple[str, Mask, list[str]]:
    if not words or not words[0].isalpha():
        raise ValueError(words)
    name, rest = words[0], words[1:]
    if rest[:1] == ["/"]:
        inner, inside, rest = _one(rest[1:])
        return name, {inner: inside}, rest
    if rest[:1] == ["("]:
        mask, rest = _several(rest[1:])
        if rest[:1] != [")"]:
            raise ValueError(words)
        return name, mask, rest[1:]
    return name, {}, rest
