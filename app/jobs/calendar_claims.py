"""Calendars outside that are due: one worker at a time has one, and what it found counts only while it has it.

While a calendar is being read, `next_sync_at` stands at the end of the lease: a worker that died is followed then.
Whoever hears of a change meanwhile puts it to now, which stays so: what was read may be older than the change.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Select, Text, and_, case, exists, literal, or_, select, type_coerce, update
from sqlalchemy.orm import aliased

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.reading.gathering import Known
from app.database import UTCDateTime, db, reading, rows_changed
from app.integrations.errors import GatewayError
from app.practice.therapist import Therapist

LEASE = timedelta(seconds=90)
ONE_PAGE = timedelta(seconds=75)  # as long as one may take, with a new access token before it
CANDIDATES = 20  # looked at together, so that several workers seldom want the same
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)  # and no longer than where nothing fails
LONGEST_ASKED = timedelta(hours=2)  # by Google or any other server, to wait: longer ones are not believed


class LeaseLost(Exception):
    """Another worker has the calendar, or nobody wants it read any more: what was read is thrown away."""


@dataclass
class Claim:
    """One calendar that this worker alone may read until its lease ends."""

    lease_until: datetime
    known: Known
    calendar_id: int
    connection_id: int
    therapist_id: int
    kind: str
    is_read: bool  # otherwise only our own entries in it are looked at
    attempts: int
    error: str | None
    consent: str | None  # as it lies sealed in the database: whether it is still the same
    seen: str | None  # what was remembered of the last look (see OutsideCalendar.etag)

    def prolong(self) -> None:
        """Prolong the lease by the time that another page takes; commits. Raises LeaseLost."""
        if self.lease_until > clock.now() + ONE_PAGE:
            return
        until = clock.now() + LEASE
        self._write(lease_until=until, next_sync_at=self._unless_asked(until))
        db.session.commit()
        self.lease_until = until

    def give_back(self, after: timedelta | None = None, **found: object) -> None:
        """Store the outcome and the time of the next reading; the caller commits. Raises LeaseLost."""
        next_sync_at = self._unless_asked(clock.now() + (after or next_poll()))
        self._write(lease_until=None, next_sync_at=next_sync_at, attempts=0, **found)

    def put_off(self, until: datetime, **outcome: object) -> None:
        """It failed and is tried again then; at once where somebody has asked since the claim, or never where its
        consent was lost. Raises LeaseLost.

        Whoever is told by Google asks only where nothing has failed yet (see hooks.py): once, so that waiting begins
        one try later. A person may ask at any time.
        """
        next_sync_at = self._unless_asked(until)
        self._write(lease_until=None, next_sync_at=next_sync_at, attempts=self.attempts + 1, **outcome)

    def _write(self, **values: object) -> None:
        ours = (
            OutsideCalendar.id == self.calendar_id,
            OutsideCalendar.lease_until == self.lease_until,
            # Whoever chose it anew meanwhile forgot what was known: changes since then would not be enough.
            OutsideCalendar.is_read == self.is_read,
            OutsideCalendar.sync_token.is_not_distinct_from(self.known.sync_token),
        )
        plainly = update(OutsideCalendar).where(*ours).values(**values)
        if not rows_changed(plainly.execution_options(synchronize_session=False)):
            db.session.rollback()
            self._let_go()
            raise LeaseLost

    def _let_go(self) -> None:
        """Release the lease of a reading that failed, so that nobody waits for its end; commits."""
        mine = (OutsideCalendar.id == self.calendar_id, OutsideCalendar.lease_until == self.lease_until)
        plainly = update(OutsideCalendar).where(*mine).values(lease_until=None)
        db.session.execute(plainly.execution_options(synchronize_session=False))
        db.session.commit()

    def _unless_asked(self, moment: datetime) -> ColumnElement[datetime]:
        """Return this moment, or an earlier one if somebody asked for a reading since the claim."""
        as_claimed = OutsideCalendar.next_sync_at == self.lease_until
        return case((as_claimed, literal(moment, UTCDateTime())), else_=OutsideCalendar.next_sync_at)


def claim_next() -> Claim | None:
    """Claim a calendar that is due; commits.

    Of each therapist one calendar at Google at a time, as these share their limits there, and one by its address:
    however many of theirs are slow, those of others are read meanwhile.
    """
    while True:
        with reading():
            due = select(OutsideCalendar.id).where(_is_due()).order_by(OutsideCalendar.next_sync_at)
            found = list(db.session.scalars(due.limit(CANDIDATES)))
            db.session.rollback()
        if not found:
            return None
        random.shuffle(found)
        for calendar_id in found:
            if claim := _claim(calendar_id):
                return claim


def wait_after(attempts: int, error: GatewayError) -> timedelta:
    """Return how long to wait before the next try: longer each time, spread, and as the server asks within reason."""
    longest = min(LONGEST_WAIT, _polling())
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), longest) if error.retry else longest
    asked = timedelta(seconds=error.wait) * random.uniform(1.0, 1.2)
    return max(wait * random.uniform(0.5, 1.0), min(asked, LONGEST_ASKED * random.uniform(0.9, 1.0)))


def next_poll() -> timedelta:
    """Return how long until a calendar is read again unasked; spread, so that not all calendars are due at once."""
    return _polling() * random.uniform(0.8, 1.0)


def _polling() -> timedelta:
    return timedelta(minutes=current_app.config["CALENDAR_POLL_MINUTES"])


def _claim(calendar_id: int) -> Claim | None:
    """Claim this calendar, if it is still due. The database decides which of two workers gets it."""
    until = clock.now() + LEASE
    plainly = update(OutsideCalendar).where(OutsideCalendar.id == calendar_id, _is_due())
    values = {"lease_until": until, "next_sync_at": until}
    if not rows_changed(plainly.values(**values).execution_options(synchronize_session=False)):
        db.session.rollback()
        return None
    row = db.session.execute(_details(calendar_id)).one()
    db.session.commit()
    return Claim(until, Known(*row[9:]), *row[:9])


def _details(calendar_id: int) -> Select:
    return (
        select(
            OutsideCalendar.id,
            CalendarConnection.id,
            CalendarConnection.therapist_id,
            CalendarConnection.kind,
            OutsideCalendar.is_read,
            OutsideCalendar.attempts,
            OutsideCalendar.error,
            type_coerce(CalendarConnection.refresh_token, Text),
            OutsideCalendar.etag,
            OutsideCalendar.external_id,
            OutsideCalendar.zone,
            Therapist.horizon_days,
            OutsideCalendar.sync_token,
            OutsideCalendar.read_until,
            OutsideCalendar.full_sync_at,
        )
        .join(CalendarConnection, CalendarConnection.id == OutsideCalendar.connection_id)
        .join(Therapist, Therapist.id == CalendarConnection.therapist_id)
        .where(OutsideCalendar.id == calendar_id)
    )


def _is_due() -> ColumnElement[bool]:
    now, other = clock.now(), aliased(OutsideCalendar)
    its, others = aliased(CalendarConnection), aliased(CalendarConnection)
    in_hands = exists().where(
        its.id == OutsideCalendar.connection_id,
        others.therapist_id == its.therapist_id,
        others.kind == its.kind,
        other.connection_id == others.id,
        other.id != OutsideCalendar.id,
        other.lease_until > now,
    )
    return and_(
        or_(OutsideCalendar.is_read, OutsideCalendar.is_written),
        OutsideCalendar.next_sync_at <= now,
        or_(OutsideCalendar.lease_until.is_(None), OutsideCalendar.lease_until <= now),
        ~in_hands,
    )
