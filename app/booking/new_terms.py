"""Check that a session can be held at another time or place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from app import clock
from app.booking.overdue import end_overdue
from app.practice.location import Location
from app.refusals import NotPossible, TimeTaken
from app.scheduling.booked import Booked
from app.scheduling.hold import Hold
from app.scheduling.spans import Span


class Agreed(Booked, Protocol):
    """A booking with the terms that are agreed, as far as these checks read it."""

    starts_at: Any
    ends_at: Any
    location: Any


def check_new_terms(booking: Agreed, starts_at: datetime, location: Location) -> None:
    """Raise NotPossible or TimeTaken, saying why, when a session cannot be held then and there."""
    if location.therapist_id != booking.therapist_id or not location.active:
        raise NotPossible("Choose one of your locations.")
    if starts_at <= clock.now():
        raise NotPossible("This time has passed. Choose a time to come.")
    if (starts_at, location) == (booking.starts_at, booking.location):
        raise NotPossible("The session already has this time and location. Choose another.")
    refuse_clash(booking, (starts_at, starts_at + (booking.ends_at - booking.starts_at)))


def refuse_clash(booking: Agreed, span: Span) -> None:
    """Raise TimeTaken, naming what is there, when another session or offer holds part of the span."""
    holds = _in_the_way(booking, span)
    if holds and end_overdue(booking.therapist_id, span):
        holds = _in_the_way(booking, span)
    for hold in holds:
        zone = hold.booking.therapist.tz
        starts, ends = hold.starts_at.astimezone(zone), hold.ends_at.astimezone(zone)
        held = "is offered to" if hold.offer_id else "is held for"
        other = hold.booking.client.short_name.rstrip(".")
        raise TimeTaken(f"Choose another time: {starts:%a %-d %b %H:%M}–{ends:%H:%M} {held} {other}.")


def _in_the_way(booking: Agreed, span: Span) -> Sequence[Hold]:
    return Hold.in_the_way(booking.therapist_id, span, besides=booking.id)
