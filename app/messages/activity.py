"""The history of a booking: written once, never changed."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Optional

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Model, UTCDateTime, db
from app.scheduling.changes import note_booking

if TYPE_CHECKING:
    from app.booking.booking import Booking
    from app.booking.offer import Offer


class Activity(Model):
    """One line of a booking's history: who did what, when, what was before and after, and why.

    The database refuses to update or delete these rows.
    """

    __tablename__ = "activity"
    __table_args__ = (CheckConstraint("actor in ('client', 'therapist', 'operator', 'system')", name="actor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(10))
    verb: Mapped[str] = mapped_column(String(40), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(Text, default="")

    booking: Mapped["Booking"] = relationship()
    offer: Mapped[Optional["Offer"]] = relationship()


def record(
    verb: str,
    booking: "Booking",
    by: str,
    offer: Optional["Offer"] = None,
    before: dict[str, Any] | None = None,
    why: str = "",
) -> Activity:
    """Note what happened to a booking, and leave it to announcements.py who hears of it."""
    from app.messages.announcements import announce

    activity = Activity(
        booking_id=booking.id,
        offer_id=offer.id if offer else None,
        at=clock.now(),
        actor=by,
        verb=verb,
        before=before,
        after=booking.terms | {"status": booking.status},
        why=why,
    )
    db.session.add(activity)
    note_booking(booking)
    announce(activity, booking, offer)
    return activity
