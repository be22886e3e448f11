"""A calendar at Google that is not there any more, or not open to us: after a day its therapist is told, once.

Google says so of calendars for moments, too, so a day is waited for. What it closed stays closed, and it is asked for
again and again: it may have been shared again.
"""

from datetime import datetime, timedelta

from app import clock
from app.calendars.connections.outside_calendar import LOST, OutsideCalendar
from app.database import db
from app.integrations.errors import GatewayError
from app.messages.about_calendars import tell_of_lost
from app.scheduling import changes

TOLD_AFTER = timedelta(days=1)


def is_over(since: datetime | None, error: GatewayError) -> bool:
    """Return whether the calendar was missing for so long that its therapist must be told."""
    return error.gone and since is not None and since <= clock.now() - TOLD_AFTER


def tell(calendar_id: int) -> None:
    """Tell the therapist that the calendar is no longer read. The caller makes sure that this happens once."""
    calendar = db.session.get_one(OutsideCalendar, calendar_id, populate_existing=True)
    changes.note(db.session(), diaries=[calendar.connection.therapist_id])  # unread time is open again: see unread.py
    tell_of_lost(calendar)


def outcome(known: str | None, before: str | None, error: GatewayError) -> dict[str, str | None]:
    """What a calendar remembers of this failure. `known`: since when it is gone, as it was remembered; `before`: what
    was wrong with it then. Who was told reads the same until it is read again, whatever else goes wrong meanwhile."""
    since = known or (clock.now().isoformat() if error.gone else None)
    lost = before == LOST or is_over(datetime.fromisoformat(since) if since else None, error)
    return {"etag": since, "error": LOST if lost else str(error)}
