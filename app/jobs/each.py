"""One verb for each row found, every one in a transaction of its own."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database import db, reading
from app.refusals import Refused
from app.scheduling.turn import take_turn_of

log = logging.getLogger(__name__)
T = TypeVar("T")

ROUND_SECONDS = 120  # then another round takes over: no job may hold the worker for ever
AT_ONCE = 200  # looked up together


@dataclass(frozen=True)
class Sweep(Generic[T]):
    """Rows that time has come for, and the verb that ends each; `since` is a column with an index of its own."""

    found: Select[T]
    since: InstrumentedAttribute[Any]
    therapist_id: ColumnElement[int]
    verb: Callable[[T], object]
    read: Callable[[int], T | None]  # one of them by its id, together with all that the verb will look at


def each(sweep: Sweep[Any]) -> None:
    """Call the verb and commit, row by row, in the order of time.

    A row that somebody else was faster with, or that fails, stops no other.
    """
    ends = time.monotonic() + ROUND_SECONDS
    for row_id, therapist_id in _found(sweep):
        if time.monotonic() > ends:
            return
        try:
            take_turn_of(therapist_id)  # before the row is read: the verb, which takes it too, reads nothing twice
            row = sweep.read(row_id)
            if row is not None:
                sweep.verb(row)
            db.session.commit()
        except Refused:
            db.session.rollback()
        except Exception:
            db.session.rollback()
            log.exception("%s failed for one row and is tried again in the next round", sweep.verb.__qualname__)


def _found(sweep: Sweep[Any]) -> Iterator[tuple[int, int]]:
    """Yield the ids of rows and their therapists, page by page; a row that failed is not met again in this round."""
    since, key = sweep.since, sweep.since.class_.id
    page = sweep.found.with_only_columns(key, sweep.therapist_id, since).order_by(since, key).limit(AT_ONCE)
    after: tuple[datetime, int] | None = None
    while True:
        with reading():
            rest = page.where(tuple_(since, key) > after) if after else page
            rows = db.session.execute(rest).all()
            db.session.rollback()  # between two rows nobody waits for us
        yield from ((row[0], row[1]) for row in rows)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1][2], rows[-1][0]
