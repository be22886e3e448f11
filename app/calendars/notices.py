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
    found = [_notice(one, therapist.zone) for one in db.session.scalars(query.order_by(CalendarConnection.id))]
    return sorted(found, key=lambda one: not one.is_broken)


def _notice(connection: CalendarConnection, zone: str) -> Notice:
    whose = "Your Google calendar" if connection.kind == "google" else "Your calendar elsewhere"
    if connection.state == "broken":
        return Notice(f"{whose} is not connected any more: what changes there does not close time here.", True)
    since = connection.failing_since or clock.now()
    when = f"{short_day(since, zone)}, {clock_time(since, zone)}"
    return Notice(f"{whose} has not answered since {when}; what was known then still closes time here.", False)
