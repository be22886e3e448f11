"""Whether a kind of session can be booked at all in an ordinary week."""

from app import clock
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.availability import around, rules_of

WEEK = 7


def fits_working_times(therapist: Therapist, session_type: SessionType) -> bool:
    """Whether some start of the coming week would be free at one of the locations, were nothing booked or closed."""
    today = clock.now().astimezone(therapist.tz).date()
    earliest, latest = (int(moment.timestamp()) for moment in around(today, WEEK + 1, therapist.tz))
    return any(
        slots.free_starts(
            rules_of(therapist, session_type, location),
            slots.Diary(),
            today,
            WEEK + 1,
            earliest=earliest,
            latest=latest,
        )
        for location in therapist.active_locations
    )
