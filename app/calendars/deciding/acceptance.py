"""Acceptances whose time is still to be looked up in the therapist's calendars.

An acceptance stands at once: nobody waits for Google to say what they agreed. What it would have said is asked
beside, a moment later, and a clash is put to the therapist.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db, rows_changed

if TYPE_CHECKING:
    from app.booking.booking import Booking

ONE_TRY = timedelta(seconds=30)  # longer than a look takes: whoever died in it is followed by another
PAUSE = timedelta(minutes=2)  # while Google does not answer
LONGEST = timedelta(hours=1)  # then the therapist is told to look themselves, and reading goes on trying


class AcceptanceCheck(Model):
    """A session whose client has just accepted its time; gone once the calendars were asked."""

    __tablename__ = "acceptance_check"

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def ask_for(cls, booking: "Booking") -> None:
        """Have the accepted time looked up. Call it in the therapist's turn, in the transaction of the acceptance."""
        now = clock.now()
        check = db.session.get(cls, booking.id) or cls(booking_id=booking.id)
        check.since = check.next_try_at = now
        db.session.add(check)
        db.session.flush()

    @classmethod
    def due(cls) -> Select[int]:
        """Return the ids of the sessions to look up."""
        return select(cls.booking_id).where(cls.next_try_at <= clock.now()).order_by(cls.since)

    @classmethod
    def claim(cls, booking_id: int) -> bool:
        """Claim the check for one try. Returns False when another worker was faster."""
        now = clock.now()
        mine = (cls.booking_id == booking_id, cls.next_try_at <= now)
        return rows_changed(update(cls).where(*mine).values(next_try_at=now + ONE_TRY)) > 0

    @classmethod
    def end(cls, booking_id: int) -> bool:
        """Delete the check once the calendars were asked. Returns False when another worker did."""
        return rows_changed(delete(cls).where(cls.booking_id == booking_id)) > 0

    @classmethod
    def put_off(cls, booking_id: int) -> bool:
        """Put the check off to a later try, unless it was tried for long enough."""
        now = clock.now()
        still = (cls.booking_id == booking_id, cls.since > now - LONGEST)
        return rows_changed(update(cls).where(*still).values(next_try_at=now + PAUSE)) > 0
