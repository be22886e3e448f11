"""What the therapist's pages say, wherever they stand, when a calendar elsewhere is not read as it should be."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import or_, select

from app import clock
from app.calendars.connection import CalendarConnection
from app.database import db
from app.practice.therapist import Therapist
from app.wording import clock_time, short_day

FOR_LONG = timedelta(hours=1)  # shorter troubles come and go


class Notice(NamedTuple):
    words: str
    is_broken: bool  # nothing helps but what the therapist does


def of_therapist(therapist: Therapist) -> list[Notice]:
    """The broken first. Nothing is asked for: it is as reading found it last."""
    now = clock.now()
    ailing = or_(CalendarConnection.state == "broken", CalendarConnection.failing_since <= now - FOR_LONG)
    query = select(CalendarConnection).where(CalendarConnection.therapist_id == therapist.id, ailing)
    found = [_notice(one, therapist) for one in db.session.scalars(query.order_by(CalendarConnection.id))]
    return sorted(found, key=lambda one: not one.is_broken)


def _notice(connection: CalendarConnection, therapist: Therapist) -> Notice:
    zone = therapist.zone
    whose = "Your Google calendar" if connection.kind == "google" else "Your calendar elsewhere"
    if connection.state == "broken":
        return Notice(f"{whose} is not connected any more: what changes there does not close time here.", True)
    since = connection.failing_since or clock.now()
    when = f"{short_day(since, zone)}, {clock_time(since, zone)}"
    words = f"{whose} has not answered since {when}; what was known then still closes time here."
    return Notice(words + _of_unread_time(connection, therapist), False)


def _of_unread_time(connection: CalendarConnection, therapist: Therapist) -> str:
    read = [one.read_until for one in connection.calendars if one.is_read and one.read_until]
    until = min(read, default=None)
    if until is None or until >= clock.now() + timedelta(days=therapist.horizon_days):
        return ""
    return f" Times after {short_day(until, therapist.zone)} are not offered before it has been read."
