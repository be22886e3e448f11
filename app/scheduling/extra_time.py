"""A dated exception that opens time."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Base, Model, UTCDateTime, db
from app.made_once import MadeOnce
from app.scheduling.dated import DatedSpan
from app.scheduling.spans import Span

if TYPE_CHECKING:
    from app.practice.location import Location

extra_time_location = Table(
    "extra_time_location",
    Base.metadata,
    Column("extra_time_id", ForeignKey("extra_time.id", ondelete="CASCADE"), primary_key=True),
    Column("location_id", ForeignKey("location.id", ondelete="CASCADE"), primary_key=True),
)


class ExtraTime(MadeOnce, DatedSpan, Model):
    """Time that can be booked in chosen locations although the therapist does not usually work then.

    It opens time off too: a day off with extra time in it is a day with other hours.
    """

    __tablename__ = "extra_time"

    why: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)

    locations: Mapped[list["Location"]] = relationship(secondary=extra_time_location, lazy="selectin")

    @classmethod
    def give(cls, therapist_id: int, span: Span, locations: "Iterable[Location]", why: str = "") -> Self:
        """Open a span in these locations."""
        extra = cls(therapist_id=therapist_id, starts_at=span[0], ends_at=span[1], why=why, locations=list(locations))
        db.session.add(extra)
        return extra

    def remove(self) -> None:
        """Remove the extra time. What is open besides stays open, and sessions in it stay booked."""
        db.session.delete(self)
