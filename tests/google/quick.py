"""A first look at whether something fits a schema, for thousands of entries; jsonschema says what does not."""

from collections.abc import Callable
from typing import Any

Look = Callable[[Any], bool]
TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}


def look(schema: dict[str, Any], conforms: Callable[[object, str], bool]) -> Look:
    """Only of what schemas.py makes: types, properties, items, choices and formats."""
    kind = schema.get("type")
    if kind is None:
        return lambda _value: True
    if kind == "object":
        return _object(schema, conforms)
    if kind == "array":
        fits = look(schema["items"], conforms)
        return lambda value: isinstance(value, list) and all(map(fits, value))
    return _scalar(kind, schema.get("enum"), schema.get("format", ""), conforms)


def _object(schema: dict[str, Any], conforms: Callable[[object, str], bool]) -> Look:
    looks = {name: look(one, conforms) for name, one in schema["properties"].items()}
    others = look(schema["additionalProperties"], conforms) if schema["additionalProperties"] else _never
    required = schema.get("required", ())

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or not all(name in value for name in required):
            return False
        return all(looks.get(name, others)(one) for name, one in value.items())

    return fits


def _scalar(kind: str, choices: list[str] | None, form: str, conforms: Callable[[object, str], bool]) -> Look:
    def fits(value: Any) -> bool:
        if kind in ("integer", "number"):
            right = isinstance(value, int) and not isinstance(value, bool)
        else:
            right = isinstance(value, TYPES[kind])
        return right and (choices is None or value in choices) and (not form or conforms(value, form))

    return fits


def _never(_value: Any) -> bool:
    return False
