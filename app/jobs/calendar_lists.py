"""Which calendars an account has, looked up anew beside a full reading: one that was made there later can be chosen."""

import logging

from app.calendars.connections.connection import CalendarConnection
from app.database import db
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import GoogleCalendar
from app.scheduling.turn import take_turn_of

log = logging.getLogger(__name__)


def list_again(google: GoogleCalendar, connection_id: int, therapist_id: int) -> None:
    """Commits. What fails here is tried with the next full reading: nothing that closes time depends on it."""
    try:
        listed = google.calendars()
    except GatewayError as error:
        log.warning("the calendars of connection %s were not listed: %s", connection_id, error)
        return
    take_turn_of(therapist_id)
    connection = db.session.get(CalendarConnection, connection_id, populate_existing=True)
    if connection is not None:
        connection.list_again(listed)
    db.session.commit()
