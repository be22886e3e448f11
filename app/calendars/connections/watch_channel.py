"""Where Google tells of changes to one calendar, until a moment."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import Model, UTCDateTime, db


class WatchChannel(Model):
    """One promise of Google to send notifications. Before it ends another takes over; for a while both send."""

    __tablename__ = "watch_channel"
    __table_args__ = (Index("ix_watch_channel_calendar", "calendar_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("outside_calendar.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(String(64), unique=True)  # chosen by us
    secret_hash: Mapped[str] = mapped_column(String(64))  # of what each notification must carry
    resource_id: Mapped[str | None] = mapped_column(String(200))  # by which Google ends it; None: not confirmed yet
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)

    calendar: Mapped[OutsideCalendar] = relationship()

    @classmethod
    def end(cls, calendar_ids: Iterable[int]) -> list[tuple[str, str]]:
        """End the channels of these calendars. Returns channel and resource ids, by which Google stops them."""
        which = cls.calendar_id.in_(list(calendar_ids))
        ended = db.session.execute(select(cls.channel_id, cls.resource_id).where(which)).all()
        db.session.execute(delete(cls).where(which))
        return [(channel_id, resource_id) for channel_id, resource_id in ended if resource_id]
