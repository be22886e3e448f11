"""A therapist cannot work: every session in a span becomes an offer, and offers never compete."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Model, UTCDateTime, db, rows_changed
from app.made_once import MadeOnce
from app.refusals import BookingChanged
from app.scheduling.spans import Span
from app.scheduling.time_off import TimeOff
from app.scheduling.turn import take_turn_of

if TYPE_CHECKING:
    from app.booking.offer import Offer


class SickDay(MadeOnce, Model):
    """A span in which the therapist cannot work, and the one reason for all that follows from it."""

    __tablename__ = "sick_day"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_sick_day_therapist", "therapist_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    offers: Mapped[list["Offer"]] = relationship(order_by="Offer.id", viewonly=True)

    def close(self) -> None:
        """Close the span. Time off that is there already stays apart, so that undo leaves it as it was."""
        TimeOff.take(self.therapist_id, self.span, "Sick day").sick_day_id = self.id

    def take_back(self) -> None:
        """Undo the sick day: withdraw its open offers and open its time; sessions whose clients accepted stay moved.

        An offer that it is too late to withdraw stays open, and the time of its session held. Clients are told as by
        any withdrawal: not at all, where their mail had not been sent. Raises BookingChanged.
        """
        take_turn_of(self.therapist_id)
        standing = (SickDay.id == self.id, SickDay.undone_at.is_(None))
        if not rows_changed(update(SickDay).where(*standing).values(undone_at=clock.now(), made_once=None)):
            raise BookingChanged("All of this has been taken back already.")
        for offer in list(self.offers):
            if offer.can_be_withdrawn:
                offer.withdraw()
        for time_off in db.session.scalars(select(TimeOff).filter_by(sick_day_id=self.id)):
            time_off.reopen()
        db.session.flush()

    @property
    def closed_besides(self) -> list[TimeOff]:
        """Return the time off in the span that is not of this sick day and stays whatever becomes of it."""
        touching = TimeOff.between(self.therapist_id, self.span)
        return [one for one in touching if self.undone_at or one.sick_day_id != self.id]

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at
