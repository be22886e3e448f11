"""What of a therapist's own may stand in calendars elsewhere, as the database knows it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Text, cast, literal, null, select, union_all

from app import clock
from app.booking.booking import Booking
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing.entry import CalendarEntry
from app.calendars.writing.recognising import Own
from app.database import db

WANDERING = timedelta(days=7)  # that a session which is over may still stand somewhere at another time


def marked(therapist_id: int) -> Own:
    """Return by what a therapist's own entries are recognised without a query: our mark alone."""
    return Own(therapist_id, current_app.config["SECRET_KEY"].encode())


def own_of(therapist_id: int) -> Own:
    """Return all by which a therapist's own entries are recognised. One statement."""
    since = clock.now() - WANDERING
    # Cancelled ones too: another calendar may show for days what it read of our feed.
    uids = select(literal("uid"), Booking.uid, cast(null(), Text)).where(
        Booking.therapist_id == therapist_id, Booking.starts_at > since
    )
    entries = (
        select(literal("entry"), CalendarEntry.entry_id, CalendarEntry.written)
        .join(OutsideCalendar, OutsideCalendar.id == CalendarEntry.calendar_id)
        .join(CalendarConnection, CalendarConnection.id == OutsideCalendar.connection_id)
        .where(CalendarConnection.therapist_id == therapist_id, CalendarEntry.ends_at > since)
    )
    names: dict[str, dict[str, str | None]] = {"uid": {}, "entry": {}}
    found: Iterable[Any] = db.session.execute(union_all(uids, entries))
    for kind, name, written in found:
        names[kind][name] = written
    known = marked(therapist_id)
    return Own(therapist_id, known.key, frozenset(names["uid"]), names["entry"])
