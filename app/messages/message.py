"""The outbox: a row is written for every message before anything is sent."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, bindparam, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db, rows_changed

STATUSES = ("waiting", "sending", "sent", "given_up", "called_off")
OF_AN_OFFER = ("times_offered", "location_changed")  # an offer of the therapist's own, put to the client


def _wire_id() -> str:
    return f"<{secrets.token_hex(16)}@holdfast.invalid>"


def _partial(name: str, which: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(which), postgresql_where=text(which))


class Told(NamedTuple):
    """What a message says and to whom, as the worker takes it along: the row's state may change meanwhile."""

    id: int
    booking_id: int | None
    channel: str
    name: str
    recipient: str
    address: str
    subscription_id: int | None
    facts: dict[str, Any]
    wire_id: str
    created_at: datetime
    useful_until: datetime | None

    @classmethod
    def of(cls, row: Any) -> "Told":
        """From a message, or a row with its columns."""
        return cls(*(getattr(row, name) for name in cls._fields))


class Message(Model):
    """One message to one person, with a snapshot of all it says; delivered after the commit that wrote it."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint("recipient in ('client', 'therapist')", name="recipient"),
        Index("ix_message_due", "status", "next_attempt_at"),
        # What is sent long ago is in none of these: choosing the next message costs the same whatever lies behind.
        _partial("ix_message_waiting", "status = 'waiting'", "channel", "next_attempt_at", "id"),
        _partial("ix_message_line", "status IN ('waiting', 'sending')", "booking_id", "recipient", "channel", "id"),
        _partial("ix_message_useful", "useful_until IS NOT NULL", "status", "useful_until"),
        Index("ix_message_booking", "booking_id", "recipient", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    channel: Mapped[str] = mapped_column(String(10), default="mail")
    name: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(254))  # of a push: the host of its service
    subscription_id: Mapped[int | None] = mapped_column(
        ForeignKey("push_subscription.id", ondelete="SET NULL"), index=True
    )
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    # By this the database's answer to several rows at once is told apart, where it does not keep their order.
    wire_id: Mapped[str] = mapped_column(String(80), unique=True, default=_wire_id, insert_sentinel=True)
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
    def call_off_offer(cls, booking_id: int) -> bool:
        """Take back the mail of the offer that just ended; False when its grace is over or a worker has it in hands."""
        # The database decides between this and the worker's claim: each changes only a row that the other has not.
        unsent = (
            cls.booking_id == booking_id,
            cls.name.in_(OF_AN_OFFER),
            cls.status == "waiting",
            cls.attempts == 0,
            cls.next_attempt_at > clock.now(),  # the grace is over, or there is none: the client hears of both
        )
        return rows_changed(update(cls).where(*unsent).values(status="called_off")) > 0

    @classmethod
    def in_grace(cls, booking_ids: Iterable[int]) -> set[int]:
        """The bookings whose client has not been sent their offer yet, because it may still be taken back."""
        waiting = (cls.status == "waiting", cls.attempts == 0, cls.next_attempt_at > clock.now())
        offers = (cls.booking_id.in_(list(booking_ids)), cls.name.in_(OF_AN_OFFER))
        return set(db.session.scalars(select(cls.booking_id).where(*offers, *waiting)))

    @classmethod
    def call_off_reminders(cls, booking_id: int) -> None:
        """The session changed: reminders and nudges that still wait would now be wrong."""
        # Without a flush before it: none of them was written in this transaction.
        db.session.connection().execute(_CALL_OFF_REMINDERS, {"booking": booking_id})


_CALL_OFF_REMINDERS = (
    update(Message)
    .where(Message.booking_id == bindparam("booking"), Message.status == "waiting")
    .where(Message.name.in_(("reminder", "offer_nudge")))
    .values(status="called_off")
)
