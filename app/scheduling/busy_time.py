"""An interval from the therapist's external calendar."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.database import Model, db, rows_changed
from app.scheduling import changes
from app.scheduling.dated import DatedSpan


class BusyTime(DatedSpan, Model):
    """Time that the therapist's other calendar says is taken; it closes time here and says no more than that."""

    __tablename__ = "busy_time"

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        # One entry there is one busy time here, however often it is told.
        external = Index("uq_busy_time_external", "calendar_id", "external_id", unique=True)
        return (*super().__table_args__, external, Index("uq_busy_time_entry", "entry_id", unique=True))

    # From which calendar, and by which id there; None: entered by hand, in tests and demos.
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("outside_calendar.id", ondelete="CASCADE"))
    external_id: Mapped[str | None] = mapped_column(String(1200))
    # An entry of ours that a person moved there: see calendars/writing/moved_there.py.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_entry.id", ondelete="CASCADE"))

    @classmethod
    def forget(cls, therapist_id: int, calendar_id: int) -> None:
        """Delete the busy times of a calendar."""
        if rows_changed(delete(cls).where(cls.calendar_id == calendar_id)):
            changes.note(db.session(), diaries=[therapist_id])
