"""Long lists, a page at a time."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select

from app.database import db
from app.forms.fields import whole_number

LAST = 10_000


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the numbers of the pages before and after, if there are any."""

    rows: list[Any]
    before: int | None
    after: int | None


def page_of(query: Select[Any], size: int, field: str = "page") -> Page:
    """The page of `query` whose number the address gives in `field`; the first if it gives none."""
    number = max(1, min(request.args.get(field, 1, type=whole_number), LAST))
    rows = db.session.scalars(query.offset((number - 1) * size).limit(size + 1)).all()
    return Page(list(rows[:size]), number - 1 if number > 1 else None, number + 1 if len(rows) > size else None)
