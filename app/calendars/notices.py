"""What the therapist's pages say, wherever they stand, when a calendar elsewhere is not read as it should be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select

from app import clock
from app.calendars.connection import CalendarConnection
from app.calendars.outside_calendar import LOST, OutsideCalendar
from app.database import db
from app.practice.therapist import Therapist
from app.wording import clock_time, short_day

FOR_LONG = timedelta(hours=1)  # shorter troubles come and go


class Notice(NamedTuple):
    words: str
    is_broken: bool  # nothing helps but what the therapist does
    way: str = "See how it goes"  # the words of the link to it


def of_therapist(therapist: Therapist) -> list[Notice]:
    """The broken first. Nothing is asked for: it is as reading found it last."""
    ailing = or_(CalendarConnection.state == "broken", CalendarConnection.failing_since <= clock.now() - FOR_LONG)
    query = select(CalendarConnection).where(CalendarConnection.therapist_id == therapist.id, ailing)
    connections = db.session.scalars(query.order_by(CalendarConnection.id))
    found = [notice for one in connections for notice in _of_connection(one, therapist)]
    return sorted(found, key=lambda one: not one.is_broken)


def _of_connection(connection: CalendarConnection, therapist: Therapist) -> Iterator[Notice]:
    whose = "Your Google calendar" if connection.kind == "google" else "Your calendar elsewhere"
    if connection.state == "broken":
        words = f"{whose} is not connected any more: what changes there does not close time here."
        yield Notice(words, True, "Reconnect")
        return
    failing = [one for one in connection.calendars if one.is_read and one.attempts]
    for one in failing:
        if one.gone_since and one.gone_since <= clock.now() - FOR_LONG:
            yield _of_gone(one, one.gone_since, therapist)
    silent = [one for one in failing if not one.gone_since]
    since = _silent_since(connection, silent)
    if since <= clock.now() - FOR_LONG:
        words = f"{whose} has not answered since {_when(since, therapist)}; what was known then still closes time here."
        yield Notice(words + _of_unread_time(connection, therapist), False)


def _of_gone(calendar: OutsideCalendar, since: datetime, therapist: Therapist) -> Notice:
    words = f"Google has not shown us your calendar {calendar.name} since {_when(since, therapist)}: it was deleted "
    words += "there, or is not shared with you any more. What was known then still closes time here."
    return Notice(words, calendar.error == LOST, "Choose calendars")


def _silent_since(connection: CalendarConnection, silent: list[OutsideCalendar]) -> datetime:
    """Since when one of them has not answered: something else may have been wrong with the connection before."""
    if not silent:
        return clock.now()
    since = connection.failing_since or clock.now()
    return max(since, min(one.last_sync_at or since for one in silent))


def _when(since: datetime, therapist: Therapist) -> str:
    return f"{short_day(since, therapist.zone)}, {clock_time(since, therapist.zone)}"


def _of_unread_time(connection: CalendarConnection, therapist: Therapist) -> str:
    read = [one.read_until for one in connection.calendars if one.is_read and one.read_until]
    until = min(read, default=None)
    if until is None or until >= clock.now() + timedelta(days=therapist.horizon_days):
        return ""
    return f" Times after {short_day(until, therapist.zone)} are not offered before it has been read."
