"""One booked session: its states, and the verbs that lead from one to the next."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Optional

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    Update,
    and_,
    bindparam,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.booking.new_terms import check_new_terms
from app.calendars.deciding.settled_clash import settle_known
from app.calendars.writing.entry import CalendarEntry
from app.database import Model, UTCDateTime, db, rows_changed
from app.made_once import MadeOnce
from app.messages.activity import record
from app.practice.client import Client
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import BlockedSender, Therapist
from app.refusals import BookingChanged, NotPossible, NumberNeeded, OfferEnded, RequestLapsed
from app.scheduling import changes
from app.scheduling.hold import Hold
from app.scheduling.spans import Span
from app.scheduling.turn import take_turn_of

if TYPE_CHECKING:
    from app.booking.offer import Alternative, Offer

STATUSES = ("requested", "confirmed", "awaiting_client", "cancelled", "attended", "no_show")
LIVE = ("requested", "confirmed", "awaiting_client")  # may still be changed
HOLDING = (*LIVE, "attended", "no_show")  # keep their own time
UNANSWERED_AT_MOST = timedelta(hours=72)
NOT_ANSWERED = "not answered"  # why a request ended that the therapist left unanswered
NOT_PROVEN = "not proven"  # why a request ended whose address nobody proved: the therapist has never heard of it
LINKS_TELL = timedelta(days=30)  # after the session: mails lie about for years, and links in them open for anybody


class Booking(MadeOnce, Model):
    """What a client and a therapist agree on: a time, a location, and how far the agreement has come."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", name="status"),
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_booking_therapist_start", "therapist_id", "starts_at"),
        Index("ix_booking_therapist_status_start", "therapist_id", "status", "starts_at"),
        Index("ix_booking_status_start", "status", "starts_at"),
        Index("ix_booking_therapist_answer_by", "therapist_id", "status", "answer_by"),
        Index(
            "ix_booking_called_off",
            "therapist_id",
            "called_off_at",
            sqlite_where=text("called_off_at IS NOT NULL"),
            postgresql_where=text("called_off_at IS NOT NULL"),
        ),
        Index("ix_booking_asked_from", "asked_from", "requested_at"),
        Index(
            "ix_booking_unanswered",
            "status",  # the same in all of them: SQLite takes an index by the number of columns that it can compare
            "unanswered_since",
            sqlite_where=text("status = 'requested'"),
            postgresql_where=text("status = 'requested'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(40), unique=True, default=lambda: secrets.token_hex(16))
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    session_type_id: Mapped[int] = mapped_column(ForeignKey("session_type.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[str] = mapped_column(String(20), default="requested")
    words: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    unanswered_since: Mapped[datetime] = mapped_column(UTCDateTime)
    # When a request that nobody answered ends by itself; nullable, for SQLite adds no other column to a full table.
    answer_by: Mapped[datetime] = mapped_column(UTCDateTime, nullable=True)
    asked_from: Mapped[str] = mapped_column(String(64), default="")  # keyed hash of the network address
    made_once: Mapped[str | None] = mapped_column("asked_once", String(64), unique=True)  # see made_once.py
    # The last change was made "as the client asked" ('time' or 'location') and the client may still dispute it.
    asked_change: Mapped[str | None] = mapped_column(String(10))
    # A request whose address is not proven is held until then only; None for every other (see booking/proof.py).
    prove_by: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    address_proven_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # SEQUENCE of the last calendar attachment; None while the client's calendar knows nothing of the session.
    calendar_sequence: Mapped[int | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(20))
    cancelled_because: Mapped[str | None] = mapped_column(String(40))
    called_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Rises with each change of what the client's pages show of it, so that open pages know (see scheduling/changes.py).
    revision: Mapped[int] = mapped_column(default=1)

    therapist: Mapped[Therapist] = relationship(lazy="joined", innerjoin=True)
    client: Mapped[Client] = relationship(lazy="joined", innerjoin=True)
    session_type: Mapped[SessionType] = relationship(lazy="joined", innerjoin=True)
    location: Mapped[Location] = relationship(lazy="joined", innerjoin=True)
    offers: Mapped[list["Offer"]] = relationship(back_populates="booking", order_by="Offer.id")

    # What the therapist does

    def confirm(self) -> None:
        """The therapist says yes. Raises BookingChanged when the request was answered or cancelled meanwhile."""
        self.lock()
        self.refuse_if_ended()
        self._become("confirmed", "requested")
        record("confirmed", self, by="therapist")

    def move(self, starts_at: datetime, location: Location, phone: str = "") -> None:
        """The client asked for another time (and perhaps location): applied at once. `phone`: see need_number."""
        self.lock()
        self.refuse_if_ended()
        before, changed = self.terms, "time" if starts_at != self.starts_at else "location"
        self._become("confirmed", "requested", "confirmed")
        self.need_number(location, phone)
        self._change_terms(starts_at, location, asked_change=changed)
        settle_known(self.id, self.therapist_id, [self.span])
        record("moved_as_asked", self, by="therapist", before=before)

    def relocate(self, location: Location, phone: str = "") -> None:
        """The client asked for another location: applied at once. `phone`: see need_number."""
        self.lock()
        self.refuse_if_ended()
        before = self.terms
        self._become("confirmed", "requested", "confirmed")
        self.need_number(location, phone)
        self._change_terms(self.starts_at, location, asked_change="location")
        record("relocated_as_asked", self, by="therapist", before=before)

    def record_attendance(self, outcome: str) -> None:
        """Record what became of the session: 'attended' or 'no_show'."""
        self.lock()
        if outcome not in ("attended", "no_show") or self.starts_at > clock.now():
            raise NotPossible("This can be recorded once the session has begun.")
        self._become(outcome, "confirmed", "attended", "no_show")
        record(outcome, self, by="therapist")

    def block_sender(self) -> None:
        """The therapist takes no more requests from this client's address."""
        sender = {"therapist_id": self.therapist_id, "email": self.client.email}
        if db.session.scalar(select(BlockedSender).filter_by(**sender)) is None:
            db.session.add(BlockedSender(**sender))

    # What either does

    def cancel(self, by: str, words: str = "") -> None:
        """Cancel the session, whoever asks and whatever its state; an open offer ends with it."""
        self.lock()
        self.refuse_if_ended()
        offer = self.open_offer
        if offer:
            offer.end("cancelled")
        self.call_off(by, because="declined" if (by, self.status) == ("therapist", "requested") else "cancelled")
        verb = "request_declined" if self.cancelled_because == "declined" else f"cancelled_by_{by}"
        record(verb, self, by=by, offer=offer, why=words)

    # What the client does

    def confirm_address(self) -> None:
        """The owner of the address wants this request: it goes on as usual. Pressed again, it changes nothing.

        Raises BookingChanged when the time for it is over, or the session has changed.
        """
        self.lock()
        if self.status == "requested" and self.prove_by is None:
            return
        now = clock.now()
        in_time = (Booking.id == self.id, Booking.status == "requested", Booking.prove_by > now)
        values = {"prove_by": None, "address_proven_at": now, "unanswered_since": now, "answer_by": self._due(now)}
        if not rows_changed(update(Booking).where(*in_time).values(**values)):
            raise BookingChanged
        db.session.refresh(self, list(values))
        record("address_confirmed", self, by="client")

    def note_press(self) -> None:
        """Note that somebody who came by a mailed link pressed something: the address is theirs."""
        if self.address_proven_at is None:
            self.lock()
            self.address_proven_at = clock.now()
            changes.note_seen(self.therapist_id)

    # What time does

    def release_unproven(self) -> None:
        """End a request whose address nobody proved in time, and free its time. Raises BookingChanged."""
        self.lock()
        if not self.is_overdue_unproven:
            raise BookingChanged
        self.call_off("system", because=NOT_PROVEN, was=("requested",))
        record("address_not_confirmed", self, by="system")

    def lapse(self) -> None:
        """The therapist never answered: the request ends, with an apology."""
        self.lock()
        if not self.has_lapsed:
            raise BookingChanged
        self.call_off("system", because=NOT_ANSWERED, was=("requested",))
        record("lapsed", self, by="system")

    @classmethod
    def unanswered_too_long(cls) -> Select["Booking"]:
        """Select the requests that have waited for the therapist for the longest time allowed."""
        return cls._requests().where(cls.unanswered_since <= clock.now() - UNANSWERED_AT_MOST)

    @classmethod
    def unanswered_too_near(cls) -> Select["Booking"]:
        """Select the requests whose time has come too near to be confirmed."""
        return cls._requests().where(cls.starts_at <= clock.now() + current_app.config["MINIMUM_LEAD"])

    @classmethod
    def _requests(cls) -> Select["Booking"]:
        # Said as the partial index says it: a bound value would not let the database use it.
        return select(cls).where(cls.status == literal_column("'requested'"), cls.prove_by.is_(None))

    @classmethod
    def made_by(cls, key: str | None) -> Optional["Booking"]:
        """The booking that a form with this key made, if it still lives. One that time has ended is ended for good."""
        booking = super().made_by(key)
        return None if booking is None or booking.end_by_time() else booking

    def end_by_time(self) -> bool:
        """End the session if time has ended it and no sweep has noticed yet. Returns whether it has."""
        offer = self.open_offer
        if self.has_lapsed:
            self.lapse()
        elif self.is_overdue_unproven:
            self.release_unproven()
        elif self.has_expired_offer and offer is not None:
            offer.expire()
        else:
            return False
        return True

    def wait_since(self, moment: datetime) -> None:
        """Have the request wait for the therapist's answer from this moment on, and set by when it is due."""
        self.unanswered_since, self.answer_by = moment, self._due(moment)

    @classmethod
    def lapsed(cls, now: datetime) -> ColumnElement[bool]:
        """The condition of `has_lapsed`."""
        return and_(cls.status == "requested", cls.prove_by.is_(None), cls.answer_by <= now)

    @property
    def has_lapsed(self) -> bool:
        """Return whether the therapist did not answer the request in time: it has ended, noticed by a sweep or not."""
        return self.status == "requested" and self.prove_by is None and self.answer_by <= clock.now()

    @property
    def is_overdue_unproven(self) -> bool:
        """The address was not proven in time, and the time is not released yet: the sweep does that soon."""
        return self.status == "requested" and self.prove_by is not None and self.prove_by <= clock.now()

    @property
    def has_expired_offer(self) -> bool:
        """The client did not answer in time, and the session is not cancelled yet: the sweep does that soon."""
        offer = self.open_offer if self.status == "awaiting_client" else None
        return offer is not None and not offer.is_open and not offer.silence_keeps

    @property
    def stands_by_silence(self) -> bool:
        """The client did not answer a disputed change in time: the session stands as agreed before, noticed or not."""
        offer = self.open_offer if self.status == "awaiting_client" else None
        return offer is not None and not offer.is_open and offer.silence_keeps

    # What others read

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    @property
    def terms(self) -> dict[str, Any]:
        """Return time and location as the history stores them."""
        return {
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "location": self.location.name,
            "location_id": self.location.id,
        }

    @property
    def open_offer(self) -> Optional["Offer"]:
        """The offer that has no outcome yet, if any (its deadline may have passed: see Offer.is_open)."""
        return next((offer for offer in self.offers if offer.outcome is None), None)

    @property
    def told_location(self) -> Location:
        """The location that pages name: never one that the client refused or did not agree to in time."""
        offer = self.open_offer if self.status == "awaiting_client" else None
        refused = offer is not None and offer.kind == "location" and not offer.is_open
        return offer.previous_location if offer and refused else self.location

    @property
    def location_before(self) -> Location | None:
        """The location agreed on, while the client is asked to agree to another one; otherwise None."""
        offer = self.open_offer if self.status == "awaiting_client" else None
        asked = offer is not None and offer.kind == "location" and offer.is_open and not offer.disputed
        return offer.previous_location if offer and asked else None

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def is_long_past(self) -> bool:
        """Return whether the client's links show no more of it than that it took place, or that it did not."""
        return self.ends_at + LINKS_TELL <= clock.now()

    @property
    def is_live(self) -> bool:
        """Return whether it may still be changed: time ends a session whether or not a job has noticed."""
        over = self.status == "confirmed" and self.is_over
        return self.status in LIVE and not (
            over or self.has_lapsed or self.has_expired_offer or self.is_overdue_unproven
        )

    @property
    def can_be_disputed(self) -> bool:
        """Return whether the client may still say *I did not ask for this*."""
        return bool(self.asked_change) and self.status == "confirmed" and self.starts_at > clock.now()

    # What offers use

    def lock(self) -> None:
        """Wait for the therapist's turn, then read everything afresh: one transaction at a time changes a diary."""
        take_turn_of(self.therapist_id)

    def refuse_if_ended(self) -> None:
        """Raise NotPossible when the session has taken place, RequestLapsed or OfferEnded when nobody answered in time.

        Every verb that answers or changes a session asks this first: time ends a session whether or not a job noticed.
        """
        if self.has_lapsed:
            raise RequestLapsed
        if self.has_expired_offer:
            raise OfferEnded
        if self.is_overdue_unproven:
            raise BookingChanged
        if self.status == "confirmed" and self.is_over:
            raise NotPossible(_("This session is over."))

    def need_number(self, location: Location, phone: str) -> None:
        """Keep the phone number that was given, if the client is rung at this location and had given none before.

        Other sessions of the client are left as they are. Raises NumberNeeded when there is no number.
        """
        if not location.rings_client or self.client.phone:
            return
        if not phone:
            raise NumberNeeded
        one = self.client
        self.client = Client.known_or_new(self.therapist_id, one.name, one.email, phone, one.zone, one.language)

    def await_client(self) -> None:
        self._become("awaiting_client", "requested", "confirmed")

    def take_terms(self, starts_at: datetime, location: Location) -> None:
        """Set time and location; the length stays."""
        self.ends_at = starts_at + (self.ends_at - self.starts_at)
        self.starts_at, self.location = starts_at, location

    def stand_again(self, status: str, location: Location) -> None:
        """Go back to the state before an offer that was withdrawn, or before a disputed change."""
        self._become(status, "awaiting_client")
        self.location = location
        if status == "requested":
            self.wait_since(clock.now())
        self.keep_holds()

    def take(self, alternative: "Alternative", asked_change: str | None) -> None:
        """The client chose: this is what is agreed now."""
        self._become("confirmed", "awaiting_client")
        self.starts_at, self.ends_at = alternative.starts_at, alternative.ends_at
        self.location = alternative.location
        self.asked_change = asked_change
        self.keep_holds()

    def call_off(self, by: str, because: str, was: Iterable[str] = LIVE) -> None:
        """The agreement ends and its time is free again. This is where money goes back, once it is taken."""
        ended: dict[str, str | datetime] = {
            "cancelled_by": by,
            "cancelled_because": because,
            "called_off_at": clock.now(),
        }
        # The form that made it may be sent again, for another session.
        self._become("cancelled", *was, **ended, made_once=None)
        self.keep_holds()

    def keep_holds(self) -> None:
        """Hold exactly what the present state implies. Raises TimeTaken when another booking has the time."""
        offer = self.open_offer
        alternatives = offer.alternatives if offer else []
        own = self.span if self.status in HOLDING else None
        Hold.replace(self, own, offer.id if offer else None, [one.span for one in alternatives])
        standing = {one.id: one.span for one in alternatives} | ({None: own} if own else {})
        CalendarEntry.follow(self, standing)

    def _due(self, since: datetime) -> datetime:
        return min(since + UNANSWERED_AT_MOST, self.starts_at - current_app.config["MINIMUM_LEAD"])

    def _change_terms(self, starts_at: datetime, location: Location, asked_change: str) -> None:
        check_new_terms(self, starts_at, location)
        self.take_terms(starts_at, location)
        self.asked_change = asked_change
        self.keep_holds()

    def _become(self, status: str, *was: str, **besides: str | datetime | None) -> None:
        # The database decides who came first, also between two processes that both read "requested".
        values = {"status": status, "prove_by": None} | besides
        if not rows_changed(_becoming(tuple(values)), values | {"of": self.id, "was": was}):
            raise BookingChanged
        for name, value in values.items():
            set_committed_value(self, name, value)


@cache
def _becoming(names: tuple[str, ...]) -> Update:
    """The statement that sets these attributes of the booking `:of`, if its status is one of `:was`."""
    changed = {name: bindparam(name, type_=getattr(Booking, name).type) for name in names}
    still = (Booking.id == bindparam("of"), Booking.status.in_(bindparam("was", expanding=True)))
    return update(Booking).where(*still).values(**changed)
