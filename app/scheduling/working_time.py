"""When a therapist works, week after week."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, Model, db
from app.made_once import MadeOnce
from app.scheduling.week import Hours, in_order

if TYPE_CHECKING:
    from app.practice.location import Location
    from app.practice.therapist import Therapist

working_time_location = Table(
    "working_time_location",
    Base.metadata,
    Column("working_time_id", ForeignKey("working_time.id", ondelete="CASCADE"), primary_key=True),
    Column("location_id", ForeignKey("location.id", ondelete="CASCADE"), primary_key=True),
)


class WorkingTime(MadeOnce, Model):
    """A weekly span in the therapist's own zone in which chosen locations can be booked.

    Minutes count from local midnight; weekday 0 is Monday.
    """

    __tablename__ = "working_time"
    __table_args__ = (
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("0 <= starts_minute and starts_minute < ends_minute and ends_minute <= 1440", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    weekday: Mapped[int]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]

    therapist: Mapped["Therapist"] = relationship(back_populates="working_times")
    locations: Mapped[list["Location"]] = relationship(secondary=working_time_location, lazy="selectin")

    @property
    def hours(self) -> Hours:
        """The span as a plain value."""
        locations = frozenset(location.id for location in self.locations)
        return Hours(self.weekday, self.starts_minute, self.ends_minute, locations)


def week_of(therapist: "Therapist") -> list[Hours]:
    """Return all working times of a therapist, in the week's order."""
    return in_order(span.hours for span in therapist.working_times)


def keep_week(therapist: "Therapist", week: Sequence[Hours]) -> None:
    """Make these the therapist's working times; a span that stays the same stays the same row."""
    left = list(week)
    for span in list(therapist.working_times):
        if span.hours in left:
            left.remove(span.hours)
        else:
            therapist.working_times.remove(span)
            db.session.delete(span)
    by_id = {location.id: location for location in therapist.locations}
    for hours in left:
        locations = [by_id[number] for number in sorted(hours.locations) if number in by_id]
        therapist.working_times.append(
            WorkingTime(weekday=hours.weekday, starts_minute=hours.starts, ends_minute=hours.ends, locations=locations)
        )
    db.session.flush()
