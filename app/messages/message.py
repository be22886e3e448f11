"""The outbox: a row is written for every message before anything is sent."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db

STATUSES = ("waiting", "sending", "sent", "given_up", "called_off")


def _wire_id() -> str:
    return f"<{secrets.token_hex(16)}@holdfast.invalid>"


class Message(Model):
    """One message to one person, with a snapshot of all it says; delivered after the commit that wrote it."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint("recipient in ('client', 'therapist')", name="recipient"),
        Index("ix_message_due", "status", "next_attempt_at"),
        Index("ix_message_booking", "booking_id", "recipient", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    channel: Mapped[str] = mapped_column(String(10), default="mail")
    name: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(254))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    wire_id: Mapped[str] = mapped_column(String(80), unique=True, default=_wire_id)
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    useful_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def call_off_reminders(cls, booking_id: int) -> None:
        """The session changed: reminders and nudges that still wait would now be wrong."""
        stale = (
            cls.booking_id == booking_id,
            cls.status == "waiting",
            cls.name.in_(("reminder", "offer_nudge")),
        )
        db.session.execute(update(cls).where(*stale).values(status="called_off"))
