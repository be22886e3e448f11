"""What the therapist's pages say, wherever they stand, when a calendar elsewhere is not read or written as it should
be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, or_, select

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.health import FOR_LONG
from app.calendars.connections.outside_calendar import LOST, OutsideCalendar
from app.database import UTCDateTime, db, rows_of
from app.practice.therapist import Therapist
from app.wording import clock_time, short_day


class Notice(NamedTuple):
    words: str
    is_broken: bool  # nothing helps but what the therapist does
    way: str = "See how it goes"  # the words of the link to it


class Outside(NamedTuple):
    """The notices to show, and the calendars that sessions are written into: only there can a person change entries."""

    notices: list[Notice]
    written: list[int]


def of_therapist(therapist: Therapist) -> Outside:
    """Return the notices, broken connections first, by what is stored. One statement where all is well."""
    asked = {"therapist": therapist.id, "long_ago": clock.now() - FOR_LONG}
    rows = rows_of(_worth_a_look(), asked).all()
    notices = [notice for row in rows for notice in _of_row(row, therapist)]
    return Outside(sorted(notices, key=lambda one: not one.is_broken), [row.id for row in rows if row.id])


@cache
def _worth_a_look() -> Select:
    """Build the statement once: every page of the desk runs it."""
    failing_for_long = CalendarConnection.failing_since <= bindparam("long_ago", type_=UTCDateTime)
    ailing = or_(CalendarConnection.state == "broken", failing_for_long)
    return (
        select(
            CalendarConnection.id.label("connection_id"),
            ailing.label("is_ailing"),
            OutsideCalendar.id,
            OutsideCalendar.write_failing_since,
        )
        .outerjoin(
            OutsideCalendar, and_(OutsideCalendar.connection_id == CalendarConnection.id, OutsideCalendar.is_written)
        )
        .where(CalendarConnection.therapist_id == bindparam("therapist"), or_(ailing, OutsideCalendar.id.is_not(None)))
        .order_by(CalendarConnection.id)
    )


def _of_row(row: Row, therapist: Therapist) -> Iterator[Notice]:
    connection = db.session.get_one(CalendarConnection, row.connection_id) if row.is_ailing else None
    if connection and connection.state == "broken":
        words = f"{_whose(connection)} is no longer connected: changes there do not block times here."
        yield Notice(words, True, "Reconnect")
        return
    if connection:
        yield from _of_reading(connection, therapist)
    if _is_long_ago(row.write_failing_since):
        when = _when(row.write_failing_since, therapist)
        yield Notice(f"Since {when} not all of your sessions could be written into your Google calendar.", False)


def _of_reading(connection: CalendarConnection, therapist: Therapist) -> Iterator[Notice]:
    failing = [one for one in connection.calendars if one.is_read and one.attempts]
    for one in failing:
        if one.gone_since and _is_long_ago(one.gone_since):
            yield _of_gone(one, one.gone_since, therapist)
    since = _silent_since(connection, [one for one in failing if not one.gone_since])
    if _is_long_ago(since):
        when = _when(since, therapist)
        words = f"{_whose(connection)} has not answered since {when}; the busy times known then still block times here."
        yield Notice(words + _of_unread_time(connection, therapist), False)


def _of_gone(calendar: OutsideCalendar, since: datetime, therapist: Therapist) -> Notice:
    words = f"Google has not shown us your calendar {calendar.name} since {_when(since, therapist)}: it was deleted "
    words += "there, or is no longer shared with you. The busy times known then still block times here."
    return Notice(words, calendar.error == LOST, "Choose calendars")


def _silent_since(connection: CalendarConnection, silent: list[OutsideCalendar]) -> datetime:
    """Return since when one of the calendars is silent; the connection may have failed for another reason before."""
    if not silent:
        return clock.now()
    since = connection.failing_since or clock.now()
    return max(since, min(one.last_sync_at or since for one in silent))


def _of_unread_time(connection: CalendarConnection, therapist: Therapist) -> str:
    read = [one.read_until for one in connection.calendars if one.is_read and one.read_until]
    until = min(read, default=None)
    if until is None or until >= clock.now() + timedelta(days=therapist.horizon_days):
        return ""
    return f" Times after {short_day(until, therapist.zone)} are not offered before it has been read."


def _whose(connection: CalendarConnection) -> str:
    return "Your Google calendar" if connection.kind == "google" else "Your other calendar"


def _is_long_ago(since: datetime | None) -> bool:
    return since is not None and since <= clock.now() - FOR_LONG


def _when(moment: datetime, therapist: Therapist) -> str:
    return f"{short_day(moment, therapist.zone)}, {clock_time(moment, therapist.zone)}"
