"""What therapists are told about their calendars outside."""

from typing import TYPE_CHECKING

from app.database import db
from app.messages.message import Message

if TYPE_CHECKING:
    from app.calendars.connection import CalendarConnection


def tell_of_broken(connection: "CalendarConnection") -> None:
    """Nothing is read there any more until its therapist connects it again. The caller sees to it that this is once."""
    therapist = connection.therapist
    facts = {
        "therapist": {"name": therapist.name, "slug": therapist.slug, "zone": therapist.zone},
        "connection": {"label": connection.label, "kind": connection.kind},
        "calendar": None,
    }
    db.session.add(Message(name="calendar_broken", recipient="therapist", address=therapist.user.email, facts=facts))
