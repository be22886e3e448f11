"""Time that nobody has looked at in a calendar which closes time here: it is not offered before it has been read.

A calendar that was chosen a moment ago closes nothing until it has been read once, which takes seconds: how far it was
read is not known then. One whose consent is over, or that is gone, closes nothing more than what was known of it: its
therapist was told so, and what nobody connects again must not empty a practice's page by and by.
"""

from sqlalchemy import ColumnElement, Integer, Select, bindparam, or_, select

from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import LOST, OutsideCalendar
from app.database import UTCDateTime

_calendar, _connection = OutsideCalendar.__table__, CalendarConnection.__table__
LOOKED_AT: tuple[ColumnElement[bool], ...] = (
    _calendar.c.is_read,
    _connection.c.state == "working",
    or_(_calendar.c.error.is_(None), _calendar.c.error != LOST),
)


def unread_time(what: ColumnElement[int]) -> Select:
    """A row of a diary for each calendar of the `therapist` that was read only until before the `end`: until then."""
    end = bindparam("end", type_=UTCDateTime)
    mine = _connection.c.therapist_id == bindparam("therapist", type_=Integer)
    return (
        select(what, _calendar.c.read_until, end)
        .join(_connection, _connection.c.id == _calendar.c.connection_id)
        .where(mine, *LOOKED_AT, _calendar.c.read_until < end)
    )


def read_further(therapist_id: int) -> None:
    """More days can be booked: what is taken on them is looked up at once. The caller commits."""
    theirs = select(CalendarConnection.id).where(CalendarConnection.therapist_id == therapist_id)
    OutsideCalendar.ask_for(OutsideCalendar.connection_id.in_(theirs), OutsideCalendar.is_read.is_(True))
