"""Confirming a request, unless something speaks against it that the therapist has not been shown."""

from collections.abc import Collection, Sequence

from app.booking.booking import Booking
from app.booking.outside import OFF, why_outside
from app.calendars.deciding import clashes
from app.calendars.deciding.clashes import Busy
from app.calendars.deciding.live_check import Look
from app.calendars.deciding.settled_clash import settle
from app.refusals import Refused


class LookAgain(Refused):
    """Not confirmed: the therapist is busy elsewhere then, or does not work, and chooses what to do."""

    def __init__(self, booking: Booking, busy: Sequence[Busy], outside: str | None) -> None:
        self.busy = busy
        self.outside = outside
        self.told = " ".join(filter(None, (clashes.in_words(busy, booking), outside and in_a_sentence(outside))))
        super().__init__(f"{self.told} Nothing is confirmed yet.")


def confirm(booking: Booking, look: Look, busy_shown: Collection[str], outside_shown: str | None = None) -> None:
    """Confirm a request that nothing speaks against but what the therapist was shown: the keys of busy times, and why
    the session is outside their times. Raises LookAgain, and what Booking.confirm raises."""
    booking.lock()
    if booking.status == "requested" and not booking.has_lapsed:
        busy, outside = clashes.of_booking(booking, look), why_outside(booking.therapist, [booking]).get(booking.id)
        if any(one.key not in busy_shown for one in busy) or outside not in (None, outside_shown):
            raise LookAgain(booking, busy, outside)
        settle(booking.id, [one.span for one in busy])
    booking.confirm()


def in_a_sentence(outside: str) -> str:
    return "This session falls in your time off." if outside == OFF else "This session is outside your working times."
