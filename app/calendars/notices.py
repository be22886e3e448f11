"""What the therapist's pages say, wherever they stand, when a calendar elsewhere is not read or written as it should
be."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Row, and_, or_, select

from app import clock
from app.calendars.connection import CalendarConnection
from app.calendars.health import FOR_LONG
from app.calendars.outside_calendar import OutsideCalendar
from app.database import db
from app.practice.therapist import Therapist
from app.wording import clock_time, short_day


class Notice(NamedTuple):
    words: str
    is_broken: bool  # nothing helps but what the therapist does


class Outside(NamedTuple):
    """What is to be said, and the calendars into which sessions are written: only there can a person change them."""

    notices: list[Notice]
    written: list[int]


def of_therapist(therapist: Therapist) -> Outside:
    """The broken first. Nothing is asked for: it is as reading and writing found it last. One statement."""
    ailing = or_(CalendarConnection.state == "broken", CalendarConnection.failing_since <= clock.now() - FOR_LONG)
    query = (
        select(
            CalendarConnection.kind,
            CalendarConnection.state,
            CalendarConnection.failing_since,
            OutsideCalendar.id,
            OutsideCalendar.write_failing_since,
        )
        .outerjoin(
            OutsideCalendar, and_(OutsideCalendar.connection_id == CalendarConnection.id, OutsideCalendar.is_written)
        )
        .where(CalendarConnection.therapist_id == therapist.id, or_(ailing, OutsideCalendar.id.is_not(None)))
    )
    rows = db.session.execute(query.order_by(CalendarConnection.id)).all()
    told = [told_of(row, therapist.zone) for row in rows for told_of in (_of_reading, _of_writing)]
    notices = [notice for notice in told if notice]
    return Outside(sorted(notices, key=lambda one: not one.is_broken), [row.id for row in rows if row.id])


def _of_reading(row: Row, zone: str) -> Notice | None:
    whose = "Your Google calendar" if row.kind == "google" else "Your calendar elsewhere"
    if row.state == "broken":
        return Notice(f"{whose} is not connected any more: what changes there does not close time here.", True)
    if not _is_long_ago(row.failing_since):
        return None
    when = _when(row.failing_since, zone)
    return Notice(f"{whose} has not answered since {when}; what was known then still closes time here.", False)


def _of_writing(row: Row, zone: str) -> Notice | None:
    if row.state == "broken" or not _is_long_ago(row.write_failing_since):
        return None
    when = _when(row.write_failing_since, zone)
    return Notice(f"Since {when} not all of your sessions could be written into your Google calendar.", False)


def _is_long_ago(since: datetime | None) -> bool:
    return since is not None and since <= clock.now() - FOR_LONG


def _when(moment: datetime, zone: str) -> str:
    return f"{short_day(moment, zone)}, {clock_time(moment, zone)}"
