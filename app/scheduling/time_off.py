"""A dated exception that closes time."""

from datetime import datetime
from typing import Self

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db
from app.made_once import MadeOnce
from app.scheduling.dated import DatedSpan
from app.scheduling.spans import Span


class TimeOff(MadeOnce, DatedSpan, Model):
    """Time that cannot be booked although the therapist usually works then.

    After a move for the therapist's own reasons the left time is closed by one of these (`booking_id` says
    which session left it), because whatever was in the way is still there.
    """

    __tablename__ = "time_off"

    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), index=True)
    sick_day_id: Mapped[int | None] = mapped_column(ForeignKey("sick_day.id"), index=True)
    why: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    @classmethod
    def take(cls, therapist_id: int, span: Span, why: str = "") -> Self:
        """Close a span; sessions in it stand."""
        time_off = cls(therapist_id=therapist_id, starts_at=span[0], ends_at=span[1], why=why)
        db.session.add(time_off)
        return time_off

    @classmethod
    def forget_left(cls, booking_id: int, span: Span) -> None:
        """Open the time that a moved session left: the session is back there."""
        left = (cls.booking_id == booking_id, cls.starts_at < span[1], cls.ends_at > span[0], cls.sick_day_id.is_(None))
        for time_off in db.session.scalars(select(cls).where(*left)):
            time_off.reopen()

    @property
    def is_plain(self) -> bool:
        """Taken by the therapist, and not by a sick day or a session that moved."""
        return self.booking_id is None and self.sick_day_id is None

    def reopen(self) -> None:
        """Remove the time off: the time can be booked again."""
        db.session.delete(self)
