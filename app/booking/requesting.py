"""A client asks for a session: what may be asked, and how much of it; or the therapist books for a client."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import joinedload

from app import clock
from app.booking.booking import Booking
from app.booking.new_terms import refuse_clash
from app.booking.overdue import end_overdue
from app.booking.personal_link import PersonalLink
from app.booking.proof import time_to_prove
from app.calendars.deciding.settled_clash import settle_known
from app.database import db, take_turn
from app.keyed import keyed
from app.language import ENGLISH, marked
from app.made_once import key_of
from app.messages.activity import record
from app.practice.client import Client
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import BlockedSender, Therapist
from app.practice.throttle import network_of
from app.refusals import NotPossible, NumberNeeded, TimeTaken, TooManyRequests
from app.scheduling import published
from app.scheduling.availability import bookable_span, is_free
from app.scheduling.hold import Hold
from app.scheduling.turn import take_turn_of

UNANSWERED_WITH_ONE_THERAPIST = 2
UNANSWERED_OVERALL = 5
HOUR = timedelta(hours=1)
# One sentence for every limit and for a blocked sender: anyone may type any address, and that somebody has asked
# a therapist for a session is nobody else's business.
NO_MORE = marked("You already have requests waiting. Once they are answered you can ask again.")


@dataclass(frozen=True)
class Asker:
    """Who asks, as typed, and from which network address."""

    name: str
    email: str
    phone: str
    zone: str
    address: str
    once: str = ""  # the form's own number, see made_once.py
    language: str | None = None  # None: the therapist typed who it is, and their browser says nothing about them

    @property
    def address_hash(self) -> str:
        """Return a hash by which requests of one network are counted, and which tells nothing of the network."""
        return keyed("network that asks", network_of(self.address))


def request_session(
    therapist: Therapist,
    session_type: SessionType,
    location: Location,
    starts_at: datetime,
    asker: Asker,
    words: str = "",
) -> Booking:
    """Hold a free slot for the client until the therapist answers. Raises TimeTaken, TooManyRequests.

    A form that was sent already, with the same contents, gives the booking that it made, as long as that one lives.
    """
    booking = _wish(therapist, session_type, location, starts_at, asker, words, status="requested")
    booking.words, booking.asked_from = words, asker.address_hash
    revision = take_turn_of(therapist.id)
    if made_before := Booking.made_by(booking.made_once):
        return made_before
    practice = _as_published(therapist, revision, session_type, location)
    if not is_free(*practice, starts_at):
        end_overdue(therapist.id, booking.span)
        refuse_unless_free(*practice, starts_at)
    _check_limits(therapist, asker)
    booking.prove_by = time_to_prove(therapist.id, booking.asked_from, asker.email, starts_at)
    _store(booking, therapist, practice[2], asker)
    record("requested_unproven" if booking.prove_by else "requested", booking, by="client", why=words)
    return booking


def refuse_unless_free(
    therapist: Therapist, session_type: SessionType, location: Location, starts_at: datetime
) -> None:
    """Raise TimeTaken, saying why, when a client cannot ask for this start now."""
    if is_free(therapist, session_type, location, starts_at):
        return
    earliest, latest = bookable_span(therapist)
    if starts_at < earliest:
        raise TimeTaken(_("This time is too near to be booked now. Please choose a later one."))
    if starts_at > latest:
        raise TimeTaken(_("This time is too far ahead to be booked now. Please choose an earlier one."))
    raise TimeTaken


def book_for_client(
    therapist: Therapist,
    session_type: SessionType,
    location: Location,
    starts_at: datetime,
    client: Asker,
    words: str = "",
) -> Booking:
    """The therapist books for a client who called: agreed at once, outside working time too.

    Raises NotPossible, or TimeTaken naming what is there. A form that was sent already gives the booking that it made.
    """
    booking = _wish(therapist, session_type, location, starts_at, client, words, status="confirmed")
    booking.lock()
    if made_before := Booking.made_by(booking.made_once):
        return made_before
    if starts_at <= clock.now():
        raise NotPossible("This time has passed. Choose a time to come.")
    refuse_clash(booking, booking.span)
    _store(booking, therapist, location, client)
    settle_known(booking.id, therapist.id, [booking.span])
    record("booked_for_client", booking, by="therapist", why=words)
    return booking


def _wish(
    therapist: Therapist,
    session_type: SessionType,
    location: Location,
    starts_at: datetime,
    asker: Asker,
    words: str,
    status: str,
) -> Booking:
    wanted = (therapist.id, session_type.id, location.id, starts_at.isoformat())
    return Booking(
        offers=[],
        therapist_id=therapist.id,
        session_type_id=session_type.id,
        location_id=location.id,
        starts_at=starts_at,
        ends_at=starts_at + session_type.length,
        status=status,
        made_once=key_of(asker.once, *wanted, asker.name, asker.email, asker.phone, words),
    )


def _store(booking: Booking, therapist: Therapist, location: Location, asker: Asker) -> None:
    """Write the booking down with its client, its holds and the link that its mails carry. Raises NumberNeeded."""
    if location.rings_client and not asker.phone:
        raise NumberNeeded
    language = asker.language or _language_of(therapist, asker.email)
    details = (asker.name, asker.email, asker.phone, asker.zone, language)
    booking.client = Client.known_or_new(therapist.id, *details)
    booking.requested_at = clock.now()
    booking.wait_since(booking.requested_at)
    db.session.add(booking)
    db.session.flush()
    Hold.take_first(booking)
    PersonalLink.first_to_session(booking.id)
    _read_whole(booking)


def _as_published(
    therapist: Therapist, revision: int | None, session_type: SessionType, location: Location
) -> tuple[Therapist, SessionType, Location]:
    """The three as pages show them at this revision. Raises TimeTaken when one of them is no longer offered.

    Whoever has the therapist's turn may judge by them: every change of the practice raises the revision, and waits.
    """
    practice = published.of_revision(therapist.id, revision) if revision is not None else None
    if practice is None:  # it was changed in this very transaction
        practice = db.session.get_one(Therapist, therapist.id)
    found_type = next((one for one in practice.session_types if one.id == session_type.id and one.active), None)
    found_location = next((one for one in practice.active_locations if one.id == location.id), None)
    if found_type is None or found_location is None:
        raise TimeTaken
    return practice, found_type, found_location


def _read_whole(booking: Booking) -> None:
    """Read the therapist with their user, the session type and the location of a new booking in one statement."""
    whole = select(Booking).where(Booking.id == booking.id).options(joinedload(Booking.therapist, Therapist.user))
    db.session.scalars(whole.execution_options(populate_existing=True)).one()


def _language_of(therapist: Therapist, email: str) -> str:
    """Return the language of the newest session booked for this address with the therapist; English without one."""
    # Not the newest client: who comes back to a language that they used before is the client from then.
    known = select(Client.language).join(Booking, Booking.client_id == Client.id)
    known = known.where(Client.therapist_id == therapist.id, Client.email == email)
    return db.session.scalar(known.order_by(Booking.id.desc()).limit(1)) or ENGLISH


def _check_limits(therapist: Therapist, asker: Asker) -> None:
    # Counted over all therapists, while the lock is on one diary only.
    take_turn(f"requests of {asker.email}")
    blocked = exists().where(BlockedSender.therapist_id == therapist.id, BlockedSender.email == asker.email)
    here = case((Booking.therapist_id == therapist.id, 1))
    counted = select(blocked, func.count(here), func.count(Booking.id))
    unanswered = counted.select_from(Booking).join(Client, Client.id == Booking.client_id)
    unanswered = unanswered.where(Booking.status == "requested", Client.email == asker.email)
    is_blocked, with_therapist, overall = db.session.execute(unanswered).one()
    if is_blocked or with_therapist >= UNANSWERED_WITH_ONE_THERAPIST or overall >= UNANSWERED_OVERALL:
        raise TooManyRequests(_(NO_MORE))
    _check_network(asker)


def _check_network(asker: Asker) -> None:
    take_turn(f"requests from {asker.address_hash}")
    recent = select(Booking.requested_at).where(
        Booking.asked_from == asker.address_hash, Booking.requested_at > clock.now() - HOUR
    )
    times = db.session.scalars(recent.order_by(Booking.requested_at.desc())).all()
    limit = current_app.config["REQUESTS_PER_HOUR"]
    if len(times) >= limit:
        retry_at = (times[limit - 1] if limit else clock.now()) + HOUR
        minutes = max(1, -int(-(retry_at - clock.now()).total_seconds() // 60))
        sentence = ngettext(
            "Many sessions were requested from your network in the last hour. Please try again in %(num)s minute.",
            "Many sessions were requested from your network in the last hour. Please try again in %(num)s minutes.",
            minutes,
        )
        raise TooManyRequests(sentence, retry_at)
