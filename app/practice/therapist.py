"""Who gives sessions."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Model, UTCDateTime
from app.practice.user import User

if TYPE_CHECKING:
    from app.practice.location import Location
    from app.practice.session_type import SessionType


class Therapist(Model):
    """Who gives sessions and signs in: a diary in one zone, and what can be booked in it."""

    __tablename__ = "therapist"
    __table_args__ = (
        Index("ix_therapist_listed_name", "listed", "name", "id"),
        Index("ix_therapist_openings_due", "openings_due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    practice: Mapped[str] = mapped_column(String(120), default="")
    headline: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[str] = mapped_column(String(200), default="English")
    zone: Mapped[str] = mapped_column(String(64))
    minimum_notice_minutes: Mapped[int] = mapped_column(default=24 * 60)
    # Set: the next day can be booked until this minute of the day, and the notice in minutes does not count.
    next_day_before_minute: Mapped[int | None]
    horizon_days: Mapped[int] = mapped_column(default=60)
    listed: Mapped[bool] = mapped_column(default=True)
    # Rises with each change of what pages show of the practice (see published.py). Begins anywhere, so that a
    # therapist of another time with the same id is never taken for this one.
    revision: Mapped[int] = mapped_column(default=lambda: secrets.randbelow(2**30))
    # Rises with each change of what the desk shows of the diary, so that open pages know (see scheduling/changes.py).
    diary_revision: Mapped[int] = mapped_column(default=0)
    # When the open days that the directory knows must be worked out anew; None: they need not be.
    openings_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=clock.now)

    user: Mapped[User] = relationship(back_populates="therapist")
    locations: Mapped[list["Location"]] = relationship(
        back_populates="therapist", order_by="Location.position, Location.id"
    )
    session_types: Mapped[list["SessionType"]] = relationship(
        back_populates="therapist", order_by="SessionType.position, SessionType.id"
    )
    working_times: Mapped[list[Any]] = relationship("WorkingTime", back_populates="therapist")  # of scheduling, above

    @property
    def active_locations(self) -> list["Location"]:
        """Return the locations at which sessions can be booked or moved to."""
        return [location for location in self.locations if location.active]

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class BlockedSender(Model):
    """An e-mail address from which a therapist takes no more requests."""

    __tablename__ = "blocked_sender"
    __table_args__ = (UniqueConstraint("therapist_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    email: Mapped[str] = mapped_column(String(254))
    blocked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
