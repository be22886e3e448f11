"""What the directory knows of free time: days on which something can be booked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime


class OpenDay(Model):
    """A day of the therapist's own zone with free starts of one session type at one location.

    Derived from working times, holds and the rest by openings.py, a moment after they change. The therapist's
    page asks the diary itself; this is for finding one among thousands.
    """

    __tablename__ = "open_day"
    __table_args__ = (
        UniqueConstraint("therapist_id", "day", "session_type_id", "location_id"),
        Index("ix_open_day_next", "therapist_id", "first_start", "session_type_id", "location_id"),
        Index("ix_open_day_soonest", "first_start", "therapist_id"),
        Index("ix_open_day_soonest_of_kind", "session_kind", "first_start", "therapist_id", "location_kind"),
        Index("ix_open_day_passing", "first_bookable_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id", ondelete="CASCADE"))
    session_type_id: Mapped[int] = mapped_column(ForeignKey("session_type.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id", ondelete="CASCADE"))
    day: Mapped[date]
    # Kept here too: people look for "a first talk by video", not for anybody's own types and rooms.
    session_kind: Mapped[str] = mapped_column(String(20))
    location_kind: Mapped[str] = mapped_column(String(20))
    first_start: Mapped[datetime] = mapped_column(UTCDateTime)
    first_bookable_until: Mapped[datetime] = mapped_column(UTCDateTime)  # from then on the notice keeps it from it
    bookable_until: Mapped[datetime] = mapped_column(UTCDateTime)  # the same of the last start
    starts: Mapped[list[Any]] = mapped_column(JSON)  # POSIX seconds, in order, never empty
