"""What may stand in an address. Anything else leads nowhere (404) before a view or the database sees it."""

from datetime import date
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

LARGEST_ID = 2**31 - 1  # of an integer column; SQLite and PostgreSQL each fail in their own way on larger ones


class Id(IntegerConverter):
    def to_python(self, value: str) -> int:
        number: int = super().to_python(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number


class Word(UnicodeConverter):
    def to_python(self, value: str) -> Any:
        if "\0" in value:  # PostgreSQL takes no such text
            raise ValidationError
        return super().to_python(value)


def day_or_none(text: str | None) -> date | None:
    """A day that an address asks for; None for what is none, or lies where nobody looks."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None


def init_app(app: Flask) -> None:
    """Call before any view is registered."""
    app.url_map.converters |= {"int": Id, "string": Word, "default": Word}
