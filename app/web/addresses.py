"""What may stand in an address. Anything else leads nowhere (404) before a view or the database sees it."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, RequestRedirect, UnicodeConverter, ValidationError

from app.forms.fields import an_id

NUMBER = re.compile(r"-?[0-9]+")


class Id(IntegerConverter):
    def to_python(self, value: str) -> int:
        try:
            return an_id(value)
        except ValueError:
            raise ValidationError from None


class Word(UnicodeConverter):
    def to_python(self, value: str) -> Any:
        if "\0" in value:  # PostgreSQL takes no such text
            raise ValidationError
        return super().to_python(value)


def id_or_404(text: str) -> int:
    """The id that a query or a form names, read by `args.get(name, type=id_or_404)`: 404 for one that no row can have.

    Raises ValueError for what is no number: the field then counts as not given.
    """
    try:
        return an_id(text)
    except ValueError:
        if NUMBER.fullmatch(text):
            abort(404)
        raise


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
    app.before_request(lead_within_the_site)


def lead_within_the_site() -> ResponseReturnValue | None:
    """Redirect doubled slashes to the same path without a host: Werkzeug names whichever one the visitor named."""
    moved = request.routing_exception
    if not isinstance(moved, RequestRedirect):
        return None
    to = urlsplit(moved.new_url)
    return redirect(urlunsplit(("", "", "/" + to.path.lstrip("/"), to.query, "")), moved.code)
