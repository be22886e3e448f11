"""What else must be done when the diary or the practice of a therapist changes: one place notes it for all verbs.

In the same transaction the therapist's row is told that its open days are due, and, when what pages show of the
practice has changed, its revision rises. Whoever changes watched rows by a bulk statement says so with `note`.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from flask import Flask
from sqlalchemy import event, inspect, update
from sqlalchemy.orm import Session

from app import clock
from app.database import db
from app.practice.therapist import Therapist

DIARY = {"hold", "time_off", "extra_time", "busy_time"}
PRACTICE = {"working_time", "location", "session_type"}
RULES = {"zone", "minimum_notice_minutes", "next_day_before_minute", "horizon_days"}  # of the therapist's own row
OWN = {"revision", "openings_due_at"}


def init_app(_app: Flask) -> None:
    """Watch every flush."""
    if not event.contains(db.session, "after_flush", _after_flush):
        event.listen(db.session, "after_flush", _after_flush)


def note(session: Session, diaries: Iterable[int] = (), practices: Iterable[int] = ()) -> None:
    """These therapists' diaries (their free time) or practices (what pages show of them) have changed."""
    if _tell(session, diaries, openings_due_at=clock.now()):
        session.info["openings_are_due"] = True
    _tell(session, practices, revision=Therapist.revision + 1)


def _after_flush(session: Session, _context: object) -> None:
    diaries: set[int] = set()
    practices: set[int] = set()
    for row in chain(session.new, session.deleted, filter(session.is_modified, session.dirty)):
        table = row.__tablename__
        if table == "therapist":
            changed = _changed_columns(row)
            diaries |= {row.id} if changed & RULES else set()
            practices |= {row.id} if changed - OWN else set()
        elif table in PRACTICE:
            practices.add(row.therapist_id)
            diaries.add(row.therapist_id)
        elif table in DIARY:
            diaries.add(row.therapist_id)
    note(session, diaries, practices)


def _changed_columns(row: Any) -> set[str]:
    state = inspect(row)
    return {each.key for each in state.mapper.column_attrs if state.attrs[each.key].history.has_changes()}


def _tell(session: Session, therapists: Iterable[int], **values: Any) -> bool:
    ids = sorted(therapists)
    if ids:
        # By a plain statement: it causes no other flush, and the row's lock puts the sweep after this transaction.
        session.connection().execute(update(Therapist).where(Therapist.id.in_(ids)).values(**values))
    return bool(ids)
