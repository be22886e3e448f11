"""After a calendar was read: see to it that Google tells of its next changes."""

import logging

from flask import current_app

from app.calendars.connections import channels
from app.database import db, reading
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import GoogleCalendar
from app.integrations.google_calendar.errors import NotAllowed

log = logging.getLogger(__name__)


def look_after(google: GoogleCalendar, calendar_id: int, external_id: str) -> None:
    """Ask for a channel where there is none for long any more. Without one the calendar is read every few minutes, so
    nothing that fails here is worse than late. Commits; nothing is asked within a transaction."""
    if not channels.are_possible(current_app.config) or not _is_wanted(calendar_id):
        return
    asked = channels.ask(calendar_id)
    db.session.commit()
    try:
        _watch(google, external_id, asked)
    except NotAllowed:
        channels.refused(asked)
        db.session.commit()
    except GatewayError as error:
        log.warning("Google does not tell of changes to calendar %s yet: %s", calendar_id, error)


def _watch(google: GoogleCalendar, external_id: str, asked: channels.Asked) -> None:
    promised = google.watch(
        external_id,
        channel_id=asked.channel_id,
        token=asked.token,
        address=channels.address(current_app.config),
        seconds=int(channels.LIFE.total_seconds()),
    )
    wanted = channels.confirm(promised)
    db.session.commit()
    if not wanted:
        google.stop(promised.channel_id, promised.resource_id)


def _is_wanted(calendar_id: int) -> bool:
    with reading():
        wanted = channels.is_wanted(calendar_id)
        db.session.rollback()
    return wanted
