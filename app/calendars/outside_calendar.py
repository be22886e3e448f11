"""One calendar of a connection: whether it closes time here, and how far it has been read."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UTCDateTime
from app.sealed import Sealed

if TYPE_CHECKING:
    from app.calendars.connection import CalendarConnection


class OutsideCalendar(Model):
    """A calendar elsewhere, as the connected account lists it."""

    __tablename__ = "outside_calendar"
    __table_args__ = (
        UniqueConstraint("connection_id", "external_id"),
        Index("ix_outside_calendar_due", "next_sync_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("calendar_connection.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(String(1024))  # Google's id; of an address, its hash
    address: Mapped[str | None] = mapped_column(Sealed)  # of an ICS calendar: whoever knows it can read it
    name: Mapped[str] = mapped_column(String(300), default="")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_primary: Mapped[bool] = mapped_column(default=False)
    can_write: Mapped[bool] = mapped_column(default=False)
    is_read: Mapped[bool] = mapped_column(default=False)  # chosen: its busy times close time here
    is_written: Mapped[bool] = mapped_column(default=False)  # our sessions are written into it
    # How far it has been read. The token is written in one transaction with the busy times that it stands for.
    sync_token: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)  # of an ICS address, for asking whether anything changed
    read_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # end of the window that was read in full
    full_sync_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_sync_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When it is to be read next; None: never (not chosen, or its connection is broken). A notification puts it to now.
    next_sync_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # one worker at a time reads it
    attempts: Mapped[int] = mapped_column(default=0)  # that failed in a row
    error: Mapped[str | None] = mapped_column(Text)  # in words

    connection: Mapped["CalendarConnection"] = relationship(back_populates="calendars")
