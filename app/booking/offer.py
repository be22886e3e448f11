"""What a therapist puts to the client, and how it ends."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    Update,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.booking.sick_day import SickDay
from app.database import Model, UTCDateTime, rows_changed
from app.messages.activity import record
from app.messages.history import agreed_before
from app.messages.message import Message
from app.practice.location import Location
from app.refusals import NotPossible, OfferEnded, TimeTaken
from app.scheduling.spans import Span, union
from app.scheduling.time_off import TimeOff

if TYPE_CHECKING:
    from app.booking.booking import Booking

OUTCOMES = ("accepted", "declined", "expired", "withdrawn", "cancelled")


class Offer(Model):
    """Times kept free for one client, or a changed location, until the client answers or the offer expires."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("kind in ('times', 'location')", name="kind"),
        CheckConstraint("reason in ('own', 'mistake', 'disputed')", name="reason"),
        CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),
        CheckConstraint("(outcome is null) = (ended_at is null)", name="ended"),
        Index(
            "uq_offer_one_open",
            "booking_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(
            "ix_offer_overdue",
            "expires_at",
            "id",
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(10))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sick_day_id: Mapped[int | None] = mapped_column(ForeignKey("sick_day.id"), index=True)
    # What a withdrawal goes back to.
    previous_status: Mapped[str] = mapped_column(String(20))
    previous_location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))

    booking: Mapped["Booking"] = relationship(back_populates="offers")
    sick_day: Mapped[SickDay | None] = relationship()
    previous_location: Mapped[Location] = relationship(foreign_keys=[previous_location_id])
    alternatives: Mapped[list["Alternative"]] = relationship(
        back_populates="offer",
        order_by="Alternative.starts_at, Alternative.id",
        lazy="selectin",
    )

    def accept(self, alternative: "Alternative", by: str = "client", phone: str = "") -> None:
        """The client chose this one, or told the therapist so by phone. Raises OfferEnded, TimeTaken, NumberNeeded.

        `phone`: the number that came with the answer, see Booking.need_number.
        """
        self.booking.lock()
        if by == "therapist":
            self._refuse_if_disputed("Only the client can answer an offer that they disputed.")
        self.end("accepted", overdue=False)
        if not alternative.is_open:
            raise TimeTaken(_("This time is too near to be accepted now. Please choose another."))
        self.booking.need_number(alternative.location, phone)
        before, left = self._terms_before(), self.booking.span
        alternative.accepted = True
        self.booking.take(alternative, asked_change=self._asked_change(by))
        if alternative.span != left and not self.disputed:
            self._close(left)
        record(f"{self.kind}_accepted", self.booking, by=by, offer=self, before=before)

    def decline(self, words: str = "") -> None:
        """Decline the offer, which cancels the session. Raises OfferEnded."""
        self.booking.lock()
        self.end("declined", overdue=False)
        # To a disputed change the client's answer is the button that says so: Cancel the session.
        self.booking.call_off("client", because="cancelled" if self.disputed else "offer declined")
        record(f"{self.kind}_declined", self.booking, by="client", offer=self, why=words)

    def keep(self) -> None:
        """The client wants the session as it was before a disputed change. Raises OfferEnded, NotPossible."""
        self.booking.lock()
        if self.is_open and not self.can_be_kept:
            raise NotPossible(_("What was agreed before is not possible any more. Please choose what else suits you."))
        self.end("declined", overdue=False)
        self._keep_what_was_agreed(by="client")

    def withdraw(self) -> None:
        """The therapist takes it back; the session stands as before. Raises OfferEnded.

        The client is told, unless the grace of the offer's own mail still lasts: then nobody hears of either.
        """
        self.booking.lock()
        self._refuse_if_disputed("The client disputed this change: it cannot be withdrawn, only answered or cancelled.")
        if self.is_open and not self.can_be_withdrawn:
            raise NotPossible("The time this would go back to is over. Wait for the answer, or cancel the session.")
        self.end("withdrawn", overdue=False)
        self.booking.stand_again(self.previous_status, self.previous_location)
        unsent = Message.call_off_offer(self.booking_id)
        record("offer_taken_back" if unsent else "offer_withdrawn", self.booking, by="therapist", offer=self)

    def expire(self) -> None:
        """Nobody answered in time: the session is called off, or stands as agreed before a disputed change.

        Raises OfferEnded.
        """
        self.booking.lock()
        stands = self.silence_keeps
        self.end("expired", overdue=True)
        if stands:
            self._keep_what_was_agreed(by="system")
            return
        self.booking.call_off("system", because="offer expired")
        record(f"{self.kind}_expired", self.booking, by="system", offer=self)

    @classmethod
    def overdue(cls) -> Select["Offer"]:
        """Select the offers whose deadline has passed and that nobody has ended yet."""
        return select(cls).where(cls.outcome.is_(None), cls.expires_at <= clock.now())

    def end(self, outcome: str, overdue: bool | None = None) -> None:
        """Give the offer its outcome, once. Raises OfferEnded when it has one, or its deadline is not as said.

        `overdue`: whether the deadline must have passed, or must not; None when that makes no difference.
        """
        # The database decides who came first: two tabs, or the client and the sweep.
        values: dict[str, Any] = {"outcome": outcome, "ended_at": clock.now()}
        if not rows_changed(_ending(overdue), values | {"of": self.id}):
            raise OfferEnded
        for name, value in values.items():
            set_committed_value(self, name, value)
        if outcome != "accepted":
            self._restore_what_was_agreed()

    @property
    def is_open(self) -> bool:
        return self.outcome is None and self.expires_at > clock.now()

    @property
    def state(self) -> str:
        """Return 'open' or how the offer ended; past its deadline it has expired, whether or not a job has noticed."""
        return self.outcome or ("open" if self.is_open else "expired")

    @property
    def accepted_alternative(self) -> "Alternative | None":
        return next((alternative for alternative in self.alternatives if alternative.accepted), None)

    @property
    def can_be_withdrawn(self) -> bool:
        """A withdrawal goes back to the time before; that must still be there, with time to answer a request."""
        lead = current_app.config["MINIMUM_LEAD"] if self.previous_status == "requested" else timedelta(0)
        return self.is_open and not self.disputed and self.booking.starts_at - lead > clock.now()

    @property
    def disputed(self) -> bool:
        return self.reason == "disputed"

    @property
    def holds_agreed(self) -> bool:
        """Whether the session is back at what was agreed before the disputed change; if not, that is taken or over."""
        (changed,) = self.alternatives if self.disputed else (None,)
        booking = self.booking
        return changed is not None and (changed.starts_at, changed.location) != (booking.starts_at, booking.location)

    @property
    def can_be_kept(self) -> bool:
        """Return whether the client can choose what was agreed before; a request needs time to be answered."""
        lead = current_app.config["MINIMUM_LEAD"] if self.previous_status == "requested" else timedelta(0)
        return self.is_open and self.holds_agreed and self.booking.starts_at - lead > clock.now()

    @property
    def silence_keeps(self) -> bool:
        """Whether the session stands as agreed before when the client never answers: only what both had agreed does."""
        return self.holds_agreed and self.previous_status == "confirmed"

    def _keep_what_was_agreed(self, by: str) -> None:
        """Let the session, or the request, stand as it was before the disputed change."""
        booking = self.booking
        booking.stand_again(self.previous_status, booking.location)
        # A choice told by phone closed the time that the session left: it is back there.
        TimeOff.forget_left(booking.id, booking.span)
        record("kept_as_it_was" if booking.status == "confirmed" else "request_kept", booking, by=by, offer=self)

    def _refuse_if_disputed(self, sentence: str) -> None:
        if self.disputed:
            raise NotPossible(sentence)

    def _restore_what_was_agreed(self) -> None:
        """Put the agreed terms back: what was refused is told nowhere.

        A new location shows on the booking as soon as it is offered; a disputed change does where what was agreed
        before could not be held again.
        """
        if self.disputed and not self.holds_agreed:
            if agreed := agreed_before(self.booking):
                self.booking.take_terms(agreed.starts_at, agreed.found_location() or self.booking.location)
        elif self.kind == "location" and not self.disputed:
            self.booking.location = self.previous_location

    def _terms_before(self) -> dict[str, Any]:
        """Return the terms before the offer: a changed location shows on the booking as soon as it is offered."""
        return self.booking.terms | (
            {"location": self.previous_location.name, "location_id": self.previous_location_id}
            if self.kind == "location" and not self.disputed
            else {}
        )

    def _asked_change(self, by: str) -> str | None:
        if by == "client":
            return None
        return "location" if self.kind == "location" else "time"

    def _close(self, left: Span) -> None:
        """Whatever was in the therapist's way is still there: the time left behind is closed.

        A sick day that stands has closed its part; one that was taken back closes nothing.
        """
        standing = self.sick_day if self.sick_day and not self.sick_day.undone_at else None
        for span in union([left], less=standing.span if standing else None):
            time_off = TimeOff.take(self.booking.therapist_id, span, "A session was moved away from this time")
            time_off.booking_id, time_off.sick_day_id = self.booking_id, standing.id if standing else None


class Alternative(Model):
    """One time and location inside an offer."""

    __tablename__ = "alternative"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index(
            "uq_alternative_one_accepted",
            "offer_id",
            unique=True,
            sqlite_where=text("accepted"),
            postgresql_where=text("accepted"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted: Mapped[bool] = mapped_column(default=False)

    offer: Mapped[Offer] = relationship(back_populates="alternatives")
    location: Mapped[Location] = relationship(lazy="joined", innerjoin=True)

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    @property
    def is_open(self) -> bool:
        """An alternative that comes nearer than the lead drops out by itself; a disputed change once it begins."""
        lead = timedelta(0) if self.offer.disputed else current_app.config["MINIMUM_LEAD"]
        return self.starts_at - lead > clock.now()


@cache
def _ending(overdue: bool | None) -> Update:
    """The statement that gives the offer `:of` an `:outcome` at `:ended_at`, see `Offer.end`."""
    ended_at = bindparam("ended_at", type_=UTCDateTime())
    ended = update(Offer).where(Offer.id == bindparam("of"), Offer.outcome.is_(None))
    if overdue is not None:
        ended = ended.where(Offer.expires_at <= ended_at if overdue else Offer.expires_at > ended_at)
    return ended.values(outcome=bindparam("outcome"), ended_at=ended_at)
