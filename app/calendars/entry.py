"""What of ours stands in a therapist's calendar elsewhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.calendars.outside_calendar import OutsideCalendar
from app.database import Model, UTCDateTime


class CalendarEntry(Model):
    """One session or one open alternative as we last wrote it there, under an id of our own choosing."""

    __tablename__ = "calendar_entry"
    __table_args__ = (
        CheckConstraint("state in ('writing', 'written', 'edited', 'removing')", name="state"),
        UniqueConstraint("calendar_id", "entry_id"),
        Index("ix_calendar_entry_booking", "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("outside_calendar.id", ondelete="CASCADE"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    alternative_id: Mapped[int | None] = mapped_column(ForeignKey("alternative.id"))
    entry_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default="writing")
    written: Mapped[str | None] = mapped_column(
        Text
    )  # JSON of what we wrote last; None: nothing yet, as far as we know
    etag: Mapped[str | None] = mapped_column(Text)
    # What a person made of it there; never overwritten blindly.
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    calendar: Mapped[OutsideCalendar] = relationship()
