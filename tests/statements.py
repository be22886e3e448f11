"""What a piece of work asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.database import db


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that come while this is open."""
    came: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        came.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield came
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
