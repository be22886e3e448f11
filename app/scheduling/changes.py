"""What else must be done when the diary or the practice of a therapist changes: one place notes it for all verbs.

In the same transaction the therapist's row is told that its open days are due, and, when what pages show of the
practice has changed, its revision rises. Whoever changes watched rows by a bulk statement says so with `note`.

Open pages learn of changes by two numbers that rise with everything they show: `therapist.diary_revision` for the desk,
`booking.revision` for the client's pages. `raised` tells how far a transaction raised them, so that the page from which
it came need not fetch again what it has just been answered.

A transaction raises a number once, with its first change: others see it at the commit, and once is enough.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from flask import Flask
from sqlalchemy import Update, bindparam, event, inspect, update
from sqlalchemy.orm import Session, SessionTransaction

from app import clock
from app.database import UTCDateTime, db
from app.practice.therapist import Therapist
from app.scheduling.booked import Booked
from app.scheduling.turn import TAKEN

DIARY = {"hold", "time_off", "extra_time", "busy_time"}
PRACTICE = {"working_time", "location", "session_type"}
RULES = {"zone", "minimum_notice_minutes", "next_day_before_minute", "horizon_days"}  # of the therapist's own row
OWN = {"revision", "openings_due_at", "diary_revision"}
DESK, CLIENT = "raised_for_desk", "raised_for_client"  # how far, kept with the session
NOTED = "noted_in_this_transaction"  # what its updates have said already, kept with the session


def init_app(_app: Flask) -> None:
    """Watch every flush."""
    if not event.contains(db.session, "after_flush", _after_flush):
        event.listen(db.session, "after_flush", _after_flush)
        event.listen(db.session, "after_soft_rollback", _forget)
        event.listen(db.session, "after_transaction_end", _forget_what_was_noted)


def note(session: Session, diaries: Iterable[int] = (), practices: Iterable[int] = ()) -> None:
    """Note that these therapists' diaries (free time) or practices (what pages show) have changed."""
    if _tell(session, diaries, due=clock.now()):
        session.info["openings_are_due"] = True
    if _tell(session, practices, practice=True):
        session.info.pop(TAKEN, None)  # whoever takes the turn again learns the new revision


def note_seen(therapist_id: int) -> None:
    """The desk shows something new that leaves the diary as it is."""
    _tell(db.session(), [therapist_id])


def note_booking(booking: Booked) -> None:
    """Note that a session changed: its therapist's pages and its client's show it."""
    session = db.session()
    _tell(session, [booking.therapist_id])
    session.info["entries_are_due"] = True  # in their therapist's calendar elsewhere, if they have one
    if _is_new(session, type(booking), booking.id, ""):
        session.connection().execute(_raising(type(booking)), {"row": booking.id})
        _count(session, CLIENT)


def raised(session: Session) -> tuple[int, int]:
    """Return how far the numbers of the desk and of the client's page rose since this was last asked."""
    return session.info.pop(DESK, 0), session.info.pop(CLIENT, 0)


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
        elif table == "booking" and row in session.new:
            _is_new(session, type(row), row.id, "")  # no page shows it yet
    note(session, diaries, practices)


def _changed_columns(row: Any) -> set[str]:
    state = inspect(row)
    return {each.key for each in state.mapper.column_attrs if state.attrs[each.key].history.has_changes()}


def _tell(session: Session, therapists: Iterable[int], due: datetime | None = None, practice: bool = False) -> bool:
    told = set(therapists)
    what = "due" if due else "practice" if practice else ""
    ids = sorted(one for one in told if _is_new(session, Therapist, one, what))
    if ids:
        # By a plain statement: it causes no other flush, and the row's lock puts the sweep after this transaction.
        about = {"therapists": ids} | ({"due": due} if due else {})
        session.connection().execute(_telling(what), about)
        for one in ids:
            _is_new(session, Therapist, one, "")
        _count(session, DESK)
    return bool(told)


@cache
def _telling(what: str) -> Update:
    """The statement that tells `:therapists` of a change, see `_tell`."""
    told = update(Therapist).where(Therapist.id.in_(bindparam("therapists", expanding=True)))
    told = told.values(diary_revision=Therapist.diary_revision + 1)
    if what == "due":
        return told.values(openings_due_at=bindparam("due", type_=UTCDateTime()))
    return told.values(revision=Therapist.revision + 1) if what == "practice" else told


@cache
def _raising(table: Any) -> Update:
    """The statement by which the revision of `:row` rises."""
    return update(table).where(table.id == bindparam("row")).values(revision=table.revision + 1)


def _is_new(session: Session, table: type, row_id: int, what: str) -> bool:
    """Return whether this transaction notes it for the first time, which is remembered until the transaction ends."""
    noted = session.info.setdefault(NOTED, set())
    seen = (table, row_id, what) in noted
    noted.add((table, row_id, what))
    return not seen


def _forget(session: Session, _rolled_back: object) -> None:
    session.info.pop(NOTED, None)  # also where only a savepoint was undone: the updates may be undone with it
    raised(session)  # too few make a page fetch once more than it needs; too many would hide a change from it


def _forget_what_was_noted(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(NOTED, None)


def _count(session: Session, which: str) -> None:
    session.info[which] = session.info.get(which, 0) + 1
