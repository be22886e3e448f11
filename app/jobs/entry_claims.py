"""Calendars that our sessions are written into, when they are due: one worker at a time has one.

Due is what the diary has gone past since it was written, what somebody there was seen to have changed, what is to be
tried again, and everything once a day. While one is written, `next_write_at` is empty: whoever asks meanwhile sets it,
which stays so.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Text, and_, exists, func, or_, select, type_coerce, update

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing.entry import CalendarEntry
from app.database import db, reading, rows_changed
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import WRITING
from app.jobs.calendar_claims import LeaseLost, wait_after
from app.practice.therapist import Therapist

LEASE = timedelta(seconds=150)
ONE_STEP = timedelta(seconds=120)  # as long as a few calls may take
CANDIDATES = 20
CHECKED_EVERY = timedelta(days=1)


class Place(NamedTuple):
    """The calendar that sessions are written into, and whose sessions these are."""

    calendar_id: int
    connection_id: int
    therapist_id: int
    external_id: str
    calendar_zone: str  # in which whole days lie there
    therapist_zone: str
    revision: int  # of the diary
    attempts: int
    consent: str | None  # as it lies sealed in the database
    connected_at: datetime


@dataclass
class EntryClaim:
    """One calendar that this worker alone may write into until its lease ends."""

    place: Place
    lease_until: datetime
    went_well: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.place.therapist_zone)

    def prolong(self) -> None:
        """Prolong the lease by the time of another step, in the transaction that begins it. Raises LeaseLost."""
        if self.lease_until <= clock.now() + ONE_STEP:
            until = clock.now() + LEASE
            self._write(write_lease_until=until)
            self.lease_until = until

    def give_back(self, error: str | None = None) -> None:
        """Release the lease when all is written; what `error` names is tried again later. Raises LeaseLost.

        The rest waits for none of it: it counts as no attempt that failed.
        """
        again = wait_after(1, GatewayError(error, retry=False)) if error else CHECKED_EVERY * random.uniform(0.8, 1.0)
        self._write(
            write_lease_until=None,
            next_write_at=func.coalesce(OutsideCalendar.next_write_at, clock.now() + again),
            written_revision=self.place.revision,
            write_attempts=0,
            write_error=error,
            **(self._fails() if error else {"write_failing_since": None, "write_told_at": None}),
        )

    def go_on_later(self) -> None:
        """Release the lease with more left to write: other calendars come first. Raises LeaseLost."""
        self._write(write_lease_until=None, next_write_at=clock.now(), write_attempts=0)

    def put_off(self, error: GatewayError, attempts: int) -> None:
        """Release the lease after a failure; more attempts in a row make the wait longer. Raises LeaseLost."""
        self.went_well = False
        until = clock.now() + wait_after(attempts, error)
        failed = {"write_attempts": attempts, "write_error": str(error)}
        self._write(write_lease_until=None, next_write_at=until, **failed, **self._fails())

    @staticmethod
    def _fails() -> dict[str, object]:
        since = OutsideCalendar.write_failing_since
        return {"write_failing_since": func.coalesce(since, clock.now(), type_=since.type)}

    def _write(self, **values: object) -> None:
        ours = (OutsideCalendar.id == self.place.calendar_id, OutsideCalendar.write_lease_until == self.lease_until)
        plainly = update(OutsideCalendar).where(*ours).values(**values)
        if not rows_changed(plainly.execution_options(synchronize_session=False)):
            db.session.rollback()
            raise LeaseLost


def claim_next() -> EntryClaim | None:
    """Claim a calendar that is due; commits."""
    while found := due():
        random.shuffle(found)
        for calendar_id in found:
            if claimed := claim(calendar_id):
                return claimed
    return None


def due() -> list[int]:
    with reading():
        found = list(db.session.scalars(_due().limit(CANDIDATES)))
        db.session.rollback()
    return found


def claim(calendar_id: int) -> EntryClaim | None:
    """Claim this calendar, if it is due; commits. The database decides which of two workers gets it."""
    until = clock.now() + LEASE
    this = (OutsideCalendar.id == calendar_id, _is_free(), OutsideCalendar.id.in_(_due()))
    plainly = update(OutsideCalendar).where(*this).values(write_lease_until=until, next_write_at=None)
    if not rows_changed(plainly.execution_options(synchronize_session=False)):
        db.session.rollback()
        return None
    row = db.session.execute(_details(calendar_id)).one()
    db.session.commit()
    return EntryClaim(Place(*row), until)


def _due() -> Select:
    asked = or_(OutsideCalendar.next_write_at.is_(None), OutsideCalendar.next_write_at <= clock.now())
    behind = OutsideCalendar.written_revision.is_distinct_from(Therapist.diary_revision)
    has_some = exists().where(CalendarEntry.calendar_id == OutsideCalendar.id)
    return (
        select(OutsideCalendar.id)
        .join(CalendarConnection, CalendarConnection.id == OutsideCalendar.connection_id)
        .join(Therapist, Therapist.id == CalendarConnection.therapist_id)
        .where(
            CalendarConnection.kind == "google",
            CalendarConnection.state == "working",
            *(CalendarConnection.scopes.contains(scope) for scope in WRITING),
            # One that is written into no longer has to be rid of what stands there.
            or_(OutsideCalendar.is_written, has_some),
            or_(asked, and_(behind, OutsideCalendar.write_attempts == 0)),
            _is_free(),
        )
    )


def _details(calendar_id: int) -> Select:
    return (
        select(
            OutsideCalendar.id,
            CalendarConnection.id,
            CalendarConnection.therapist_id,
            OutsideCalendar.external_id,
            OutsideCalendar.zone,
            Therapist.zone,
            Therapist.diary_revision,
            OutsideCalendar.write_attempts,
            type_coerce(CalendarConnection.refresh_token, Text),
            CalendarConnection.made_at,
        )
        .join(CalendarConnection, CalendarConnection.id == OutsideCalendar.connection_id)
        .join(Therapist, Therapist.id == CalendarConnection.therapist_id)
        .where(OutsideCalendar.id == calendar_id)
    )


def _is_free() -> ColumnElement[bool]:
    return or_(OutsideCalendar.write_lease_until.is_(None), OutsideCalendar.write_lease_until <= clock.now())
