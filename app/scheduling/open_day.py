"""What the directory knows of free time: days on which something can be booked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime


class OpenDay(Model):
    """A day of the therapist's own zone with free starts of one session type in one kind of location.

    Derived from working times, holds and the rest by openings.py, a moment after they change. The therapist's
    page asks the diary itself; this is for finding one among thousands.
    """

    __tablename__ = "open_day"
    __table_args__ = (Index("ix_open_day_day", "day", "therapist_id"),)

    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id", ondelete="CASCADE"), primary_key=True)
    session_type_id: Mapped[int] = mapped_column(ForeignKey("session_type.id", ondelete="CASCADE"), primary_key=True)
    location_kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    bookable_until: Mapped[datetime] = mapped_column(UTCDateTime)  # later, the notice keeps the last start from it
    starts: Mapped[list[Any]] = mapped_column(JSON)  # POSIX seconds, in order
