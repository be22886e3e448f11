"""A dated exception that closes time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db
from app.scheduling.spans import Span


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

    @classmethod
    def take(cls, therapist_id: int, span: Span, why: str = "") -> Self:
        """Close a span; sessions in it stand."""
        time_off = cls(therapist_id=therapist_id, starts_at=span[0], ends_at=span[1], why=why)
        db.session.add(time_off)
        return time_off

    @classmethod
    def between(cls, therapist_id: int, span: Span) -> Sequence[Self]:
        """Whatever closes a part of the span, earliest first."""
        mine = (cls.therapist_id == therapist_id, cls.ends_at > span[0], cls.starts_at < span[1])
        return db.session.scalars(select(cls).where(*mine).order_by(cls.starts_at, cls.id)).all()

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    @property
    def is_plain(self) -> bool:
        """Taken by the therapist, and not by a sick day or a session that moved."""
        return self.booking_id is None and self.sick_day_id is None

    def reopen(self) -> None:
        """Undo: the time can be booked again."""
        db.session.delete(self)
