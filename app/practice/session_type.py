"""What can be booked."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model
from app.language import marked
from app.wording import called

if TYPE_CHECKING:
    from app.practice.therapist import Therapist


# The directory finds sessions by these, whatever each therapist calls their own.
KINDS = {
    "first_talk": marked("First talk"),
    "individual": marked("Individual session"),
    "couples": marked("Couples session"),
    "family": marked("Family session"),
    "group": marked("Group session"),
}

LONGEST = timedelta(minutes=720)  # of any session


class SessionType(Model):
    """What a client can book: a length, the gaps kept free before and after, and the grid that it starts on."""

    __tablename__ = "session_type"
    __table_args__ = (
        CheckConstraint("minutes between 5 and 720", name="minutes"),
        CheckConstraint("gap_before_minutes between 0 and 240", name="gap"),
        CheckConstraint("gap_after_minutes between 0 and 240", name="gap_after"),
        CheckConstraint(f"kind in {tuple(KINDS)}", name="kind"),
        CheckConstraint("grid_minutes between 5 and 240", name="grid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="individual")
    name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(default=50)
    gap_before_minutes: Mapped[int] = mapped_column(default=0)
    gap_after_minutes: Mapped[int] = mapped_column(default=0)
    grid_minutes: Mapped[int] = mapped_column(default=30)
    price_cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="GBP")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    therapist: Mapped["Therapist"] = relationship(back_populates="session_types")

    @property
    def title(self) -> str:
        """Its name with its length, unless the name tells the length already."""
        if str(self.minutes) in self.name:
            return self.name
        return _("%(session)s, %(minutes)s minutes", session=called(self.name), minutes=self.minutes)

    @property
    def price(self) -> dict[str, Any] | None:
        """Return the price in the currency's smallest unit, and the currency; None where the practice names none."""
        return {"cents": self.price_cents, "currency": self.currency} if self.price_cents else None

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)
