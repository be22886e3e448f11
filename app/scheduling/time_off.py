"""A dated exception that closes time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db


class TimeOff(Model):
    """Time that cannot be booked although the therapist usually works then.

    After a move for the therapist's own reasons the left time is closed by one of these (`booking_id` says
    which session left it), because whatever was in the way is still there.
    """

    __tablename__ = "time_off"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_time_off_therapist_span", "therapist_id", "ends_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    sick_day_id: Mapped[int | None] = mapped_column(ForeignKey("sick_day.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    why: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    def reopen(self) -> None:
        """Undo: the time can be booked again."""
        db.session.delete(self)
