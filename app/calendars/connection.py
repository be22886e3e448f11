"""A therapist's consent to read a calendar elsewhere, and how reading it is going."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.calendars.outside_calendar import OutsideCalendar
from app.database import Model, UTCDateTime
from app.practice.therapist import Therapist
from app.sealed import Sealed


class CalendarConnection(Model):
    """One account at Google, or one address of a calendar anywhere (an ICS address)."""

    __tablename__ = "calendar_connection"
    __table_args__ = (
        CheckConstraint("kind in ('google', 'address')", name="kind"),
        CheckConstraint("state in ('working', 'broken')", name="state"),
        Index("ix_calendar_connection_therapist", "therapist_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(200), default="")  # by which the therapist knows it
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    # Google's tokens: the first is good until the person takes their consent back, the second for an hour.
    refresh_token: Mapped[str | None] = mapped_column(Sealed)
    access_token: Mapped[str | None] = mapped_column(Sealed)
    access_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scopes: Mapped[str] = mapped_column(Text, default="")
    # broken: nothing helps but a new consent (or address); the therapist was told at `told_at`.
    state: Mapped[str] = mapped_column(String(10), default="working")
    error: Mapped[str | None] = mapped_column(Text)  # in words, of the last try that failed; None: it went well
    failing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)  # that failed in a row
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    therapist: Mapped[Therapist] = relationship()
    calendars: Mapped[list[OutsideCalendar]] = relationship(
        back_populates="connection", order_by=OutsideCalendar.id, cascade="all, delete-orphan", passive_deletes=True
    )

    def access_token_until(self, moment: datetime) -> str | None:
        """The access token if it is still good then."""
        return self.access_token if self.access_until and self.access_until > moment else None
