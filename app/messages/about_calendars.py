"""What therapists are told about their calendars outside."""

from typing import TYPE_CHECKING, Any

from app.database import db
from app.messages.message import Message

if TYPE_CHECKING:
    from app.calendars.connections.connection import CalendarConnection
    from app.calendars.connections.outside_calendar import OutsideCalendar


def tell_of_broken(connection: "CalendarConnection") -> None:
    """Nothing is read there any more until its therapist connects it again. The caller sees to it that this is once."""
    _tell("calendar_broken", connection)


def tell_of_lost(calendar: "OutsideCalendar") -> None:
    """One calendar of a connection is not shown to us any more; the others are read as before."""
    _tell("calendar_lost", calendar.connection, lost=calendar.name)


def tell_of_unwritten(calendar: "OutsideCalendar") -> None:
    """Their sessions do not all stand there as they should, for long. As above, the caller tells of it once."""
    _tell("calendar_unwritten", calendar.connection, written={"name": calendar.name, "error": calendar.write_error})


def _tell(name: str, connection: "CalendarConnection", **more: Any) -> None:
    therapist = connection.therapist
    facts = {
        "therapist": {"name": therapist.name, "slug": therapist.slug, "zone": therapist.zone},
        "connection": {"label": connection.label, "kind": connection.kind},
        "calendar": None,
        **more,
    }
    db.session.add(Message(name=name, recipient="therapist", address=therapist.user.email, facts=facts))
