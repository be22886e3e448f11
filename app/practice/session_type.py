"""What can be booked."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model

if TYPE_CHECKING:
    from app.practice.therapist import Therapist


class SessionType(Model):
    """A kind of session: its length, the gap kept free around it and the grid that it starts on."""

    __tablename__ = "session_type"
    __table_args__ = (
        CheckConstraint("minutes between 5 and 720", name="minutes"),
        CheckConstraint("gap_minutes between 0 and 240", name="gap"),
        CheckConstraint("grid_minutes between 5 and 240", name="grid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(default=50)
    gap_minutes: Mapped[int] = mapped_column(default=0)
    grid_minutes: Mapped[int] = mapped_column(default=30)
    price_cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="GBP")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    therapist: Mapped["Therapist"] = relationship(back_populates="session_types")

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)
