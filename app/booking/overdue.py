"""Sessions that time has ended and no sweep has noticed yet."""

from app.scheduling.hold import Hold
from app.scheduling.spans import Span


def end_overdue(therapist_id: int, span: Span) -> bool:
    """End the overdue sessions that hold part of the span, so that whoever takes it need not wait for the sweep.

    Returns whether there was any. Call it in the therapist's turn.
    """
    return any([hold.booking.end_by_time() for hold in Hold.in_the_way(therapist_id, span)])
