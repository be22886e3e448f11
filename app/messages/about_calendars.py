"""What therapists are told about their calendars outside."""

from typing import TYPE_CHECKING, Any

from app.database import db
from app.messages.message import Message

if TYPE_CHECKING:
    from app.calendars.connection import CalendarConnection
    from app.calendars.outside_calendar import OutsideCalendar


def tell_of_broken(connection: "CalendarConnection") -> None:
    """Nothing is read there any more until its therapist connects it again. The caller sees to it that this is once."""
    _put("calendar_broken", connection, {"connection": {"label": connection.label, "kind": connection.kind}})


def tell_of_unwritten(calendar: "OutsideCalendar") -> None:
    """Their sessions do not all stand there as they should, for long. As above, the caller tells of it once."""
    _put("calendar_unwritten", calendar.connection, {"written": {"name": calendar.name, "error": calendar.write_error}})


def _put(name: str, connection: "CalendarConnection", facts: dict[str, Any]) -> None:
    therapist = connection.therapist
    whose = {"therapist": {"name": therapist.name, "slug": therapist.slug, "zone": therapist.zone}, "calendar": None}
    message = Message(name=name, recipient="therapist", address=therapist.user.email, facts=whose | facts)
    db.session.add(message)
