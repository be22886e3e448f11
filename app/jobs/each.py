"""One verb for each row found, every one in a transaction of its own."""

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Select

from app.booking.refusals import Refused
from app.database import db

log = logging.getLogger(__name__)
T = TypeVar("T")


def each(found: Select[T], verb: Callable[[T], object]) -> None:
    """Call the verb and commit, row by row. A row that somebody else was faster with, or that fails, stops no other."""
    rows = db.session.scalars(found).all()
    db.session.rollback()  # between two rows nobody waits for us
    for row in rows:
        try:
            verb(row)
            db.session.commit()
        except Refused:
            db.session.rollback()
        except Exception:
            db.session.rollback()
            log.exception("%s failed for one row and is tried again in the next round", verb.__qualname__)
