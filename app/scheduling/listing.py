"""Free time told to scripts."""

from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from app import clock
from app.practice.therapist import Therapist
from app.scheduling.availability import free_starts


class _Bookable(Protocol):
    id: Any
    active: Any


Thing = TypeVar("Thing", bound=_Bookable)


def free_time(
    therapist: Therapist, first: date | None, days: int, session_type_id: int | None, location_id: int | None
) -> dict[str, Any]:
    """Bookable starts in ISO 8601 with the therapist's offset, and for what they are. Raises LookupError, saying
    what is not there."""
    session_type = _chosen(therapist.session_types, session_type_id, "session type")
    location = _chosen(therapist.locations, location_id, "location")
    first = first or clock.now().astimezone(therapist.tz).date()
    starts = free_starts(therapist, session_type, location, first, days)
    return {
        "therapist": therapist.slug,
        "zone": therapist.zone,
        "session_type": {"id": session_type.id, "name": session_type.name, "minutes": session_type.minutes},
        "location": {"id": location.id, "name": location.name, "kind": location.kind},
        "from": first.isoformat(),
        "days": days,
        "slots": [datetime.fromtimestamp(start, therapist.tz).isoformat() for start in starts],
    }


def _chosen(things: list[Thing], wanted: int | None, what: str) -> Thing:
    active = [thing for thing in things if thing.active]
    chosen = next((thing for thing in active if wanted in (None, thing.id)), None)
    if chosen is None:
        there = ", ".join(str(thing.id) for thing in active) or "none"
        raise LookupError(f"This therapist has no {what} {wanted or ''} that can be booked (there is: {there}).")
    return chosen
