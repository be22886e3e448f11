"""What the therapist's session pages show, wherever they are shown from."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy import func, select

from app import clock
from app.blueprints.desk.told import told_by_address
from app.booking.booking import Booking
from app.booking.confirming import LookAgain
from app.booking.offer import Offer
from app.booking.outside import why_outside
from app.booking.personal_link import PersonalLink
from app.booking.possible import verbs_of
from app.booking.proof import is_proven
from app.booking.rearrangement import MOST_ALTERNATIVES, REASONS
from app.calendars.deciding import clashes
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from app.forms.alternatives import AlternativesForm
from app.forms.client_number import NO_NUMBER, ClientNumber
from app.forms.new_time import NewTime, NoMoment
from app.messages.activity import Activity
from app.messages.history import message_line, sentence
from app.messages.message import Message
from app.refusals import Refused
from app.scheduling.time_off import TimeOff
from app.web.rendering import page_or_fragment, swaps


def session_page(
    booking: Booking,
    status: int = 200,
    refusal: Refused | str | None = None,
    words: str = "",
    told: str | None = None,
    words_error: str | None = None,
) -> Response:
    """One session with its offer, history and mails; what stands in the way of what was pressed, or was done."""
    offer, put = booking.open_offer, refusal if isinstance(refusal, LookAgain) else None
    by_address = told_by_address()
    context = {
        "booking": booking,
        "therapist": booking.therapist,
        "offer": offer if offer and offer.is_open else None,
        "ended_offers": [one for one in reversed(booking.offers) if not one.is_open],
        "opened_at": _opened_at(offer),
        "unsent": offer is not None and bool(Message.in_grace([booking.id])),
        "history": _of_booking(Activity, booking),
        "messages": _of_booking(Message, booking),
        "sentence": sentence,
        "message_line": message_line,
        "address_proven": is_proven(booking),
        "closed_time": _closed_time(booking),
        "edited": {booking.id: CalendarEntry.edited_of(booking)},
        "can": verbs_of(booking),
        "busy": {booking.id: put.busy if put else clashes.of_booking(booking)},
        "busy_in_words": clashes.in_words,
        "outside_times": why_outside(booking.therapist, [booking]),
        "put": put,
        "problem": refusal.sentence if isinstance(refusal, Refused) else refusal,
        "told": told or (by_address.sentence if by_address else None),
        "words": words,
        "words_error": words_error,
        "now": clock.now(),
    }
    fragment = "sessions/_row.html" if swaps(f"session-{booking.id}-row") else "sessions/_session.html"
    if swaps("side-panel"):
        fragment = "sessions/_beside.html"
    return page_or_fragment("sessions/show.html", fragment, status, **context)


def stands_in_place(booking: Booking) -> bool:
    """Return whether the session (its panel, or its row of today's list) is where the answer goes, and not a form."""
    return swaps(f"session-{booking.id}") or swaps(f"session-{booking.id}-row")


def rearrangement_page(
    booking: Booking,
    reason: str | None,
    new_time: NewTime,
    form: AlternativesForm | None,
    status: int = 200,
    problem: str | None = None,
    number: ClientNumber = NO_NUMBER,
) -> Response:
    """Edit date/time: why, and then the new time or the list of alternatives."""
    context = _form_context(booking, reason, problem) | {
        "new_time": new_time,
        "pointed_at": None if reason else _moment(new_time, booking),
        "form": form,
        "suggestions": form.suggestions(booking) if form else {},
        "most": MOST_ALTERNATIVES,
        "number": number,
    }
    return page_or_fragment("sessions/rearrangement.html", "sessions/_rearrangement.html", status, **context)


def relocation_page(
    booking: Booking,
    reason: str | None,
    status: int = 200,
    problem: str | None = None,
    location: str = "",
    words: str = "",
    errors: dict[str, str] | None = None,
    number: ClientNumber = NO_NUMBER,
) -> Response:
    """Edit location: why, and then where."""
    typed = {"chosen": location, "words": words, "errors": errors or {}, "number": number}
    context = _form_context(booking, reason, problem) | typed
    return page_or_fragment("sessions/relocation.html", "sessions/_relocation.html", status, **context)


def _form_context(booking: Booking, reason: str | None, problem: str | None) -> dict:
    return {
        "booking": booking,
        "therapist": booking.therapist,
        "locations": booking.therapist.active_locations,
        "reasons": REASONS,
        "reason": reason,
        "problem": problem,
        "can": verbs_of(booking),
        "now": clock.now(),
    }


def _moment(new_time: NewTime, booking: Booking) -> datetime | None:
    """Return the moment that a typed date and time mean; None when they cannot be read."""
    with suppress(NoMoment):
        return new_time.starts_at(booking.therapist)
    return None


def _closed_time(booking: Booking) -> TimeOff | None:
    """The time to come that the session left, if it is closed."""
    closed = select(TimeOff).where(TimeOff.booking_id == booking.id, TimeOff.ends_at > clock.now())
    return db.session.scalar(closed.order_by(TimeOff.id.desc()).limit(1))


def _opened_at(offer: Offer | None) -> datetime | None:
    if offer is None:
        return None
    return db.session.scalar(select(func.min(PersonalLink.opened_at)).filter_by(offer_id=offer.id))


def _of_booking(table: Any, booking: Booking) -> list[Any]:
    return list(db.session.scalars(select(table).filter_by(booking_id=booking.id).order_by(table.id)))
