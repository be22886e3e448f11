"""Therapists whose sessions are written into their calendar at the Google that runs here, and what stands there."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from app.jobs import calendar_entries
from app.practice.therapist import Therapist
from tests.calendars.connected import connect
from tests.google import READING, WRITING, Account, Calendar, Google

WRITES = ("events.insert", "events.patch", "events.delete")


@pytest.fixture
def written(knows_google: Flask, google: Google, maras: Account, mara: Therapist) -> CalendarConnection:
    """Mara has given the second consent: her sessions stand in her own calendar."""
    connection = connect(google, maras, mara, scopes=READING | WRITING)
    connection.calendars[0].is_written = True
    db.session.commit()
    return connection


@pytest.fixture
def write() -> Iterator[Callable[[], None]]:
    """Write all that is due now, as the worker does."""

    def write_all() -> None:
        db.session.commit()
        calendar_entries.start()
        calendar_entries.wait()
        db.session.rollback()
        db.session.expire_all()

    yield write_all
    calendar_entries.wait()


@pytest.fixture
def session(request_of_ines: Booking) -> Booking:
    """Ines comes at ten in three days."""
    request_of_ines.confirm()
    db.session.commit()
    return request_of_ines


def tried_again() -> None:
    """The waiting after a failure is over, and so are the leases of those who died."""
    db.session.execute(db.update(OutsideCalendar).values(next_write_at=clock.now(), write_lease_until=None))
    db.session.commit()


def entries(calendar: Calendar) -> list[tuple[datetime, str, str]]:
    """What stands there, earliest first: start, state and title."""
    found = [(moment(one["start"]), one["status"], one["summary"]) for one in calendar.live()]
    return sorted(found)


def moment(side: dict[str, str]) -> datetime:
    return datetime.fromisoformat(side["dateTime"])


def rows() -> list[CalendarEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(CalendarEntry).order_by(CalendarEntry.id)))


def requests(google: Google, *kinds: str) -> int:
    return sum(google.count(kind) for kind in kinds or WRITES)
