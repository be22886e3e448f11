"""A therapist cannot work: every session in a span becomes an offer, and offers never compete."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime


class SickDay(Model):
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
