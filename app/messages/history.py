"""A session's history and its mails in sentences, as the therapist reads them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app
from sqlalchemy import select

from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.location import Location
from app.wording import clock_time, short_day, shown_in

if TYPE_CHECKING:
    from app.booking.booking import Booking

# What happened, by verb. {before} and {after} are a time with its location.
SENTENCES = {
    "requested": "{client} asked for {after}",
    "requested_unproven": "{client} asked for {after}, and was asked to confirm their e-mail address",
    "address_confirmed": "{client} confirmed their e-mail address",
    "address_not_confirmed": "The e-mail address was not confirmed in time; the request ended",
    "confirmed": "You confirmed {after}",
    "booked_for_client": "You booked {after} for {client}",
    "moved_as_asked": "You moved the session, as {client} asked: {before} became {after}",
    "relocated_as_asked": "You changed the location, as {client} asked: {locations}",
    "times_offered": "You offered {offered}",
    "location_offered": "You asked {client} to agree to another location: {asked}",
    "offer_withdrawn": "You withdrew the offer; the session stays at {after}",
    "offer_taken_back": "You took the offer back before it was sent; the session stays at {after}",
    "times_accepted": "{client} accepted {after} instead of {before}",
    "location_accepted": "{client} agreed to another location: {asked}",
    "times_declined": "{client} answered that none of the times work; the session was cancelled",
    "location_declined": "{client} did not agree to {asked}; the session was cancelled",
    "times_expired": "The offer expired unanswered; the session was cancelled",
    "location_expired": "{client} did not agree in time to {asked}; the session was cancelled",
    "disputed": "{client} did not ask for the change to {changed} and is asked which to keep",
    "kept_as_it_was": "{client} kept the session as it was: {after}, not {changed}",
    "request_kept": "{client} kept the request as it was: {after}, not {changed}",
    "request_declined": "You declined the request",
    "cancelled_by_therapist": "You cancelled the session",
    "cancelled_by_client": "{client} cancelled the session",
    "lapsed": "The request was not answered in time and ended",
    "attended": "You recorded that {client} attended",
    "no_show": "You recorded that {client} did not come",
}
# The therapist may record what a client chose by phone.
BY_PHONE = {
    "times_accepted": "You recorded that {client} chose {after} instead of {before}",
    "location_accepted": "You recorded that {client} agreed to another location: {asked}",
}
# A change that the client had not asked for was put to them: nobody offered anything.
DISPUTED = {
    "times_accepted": "{client} agreed to the change to {after}",
    "location_accepted": "{client} agreed to the change to {after}",
    "times_declined": "{client} did not agree to the change to {changed}; the session was cancelled",
    "location_declined": "{client} did not agree to the change to {changed}; the session was cancelled",
    "times_expired": "{client} did not agree to the change in time; the session was cancelled",
    "location_expired": "{client} did not agree to the change in time; the session was cancelled",
}
LINES_LOOKED_AT = 30
# When nobody answered.
BY_ITSELF = {
    "kept_as_it_was": "{client} did not answer in time; the session stays as it was: {after}, not {changed}",
}
COUNTS = ("no other time", "another time", "two other times", "three other times", "four other times")

# Which mail it was, by its name.
MAILS = {
    "request_received": "Receipt of the request",
    "confirm_address": "Question whether the address is right",
    "new_request": "New request",
    "confirmed": "Confirmation",
    "changed_as_asked": "Confirmation of the change",
    "times_offered": "Offer",
    "location_changed": "Question about the new location",
    "offer_nudge": "Reminder to answer",
    "offer_withdrawn": "Withdrawal of the offer",
    "offer_accepted": "Notice of the acceptance",
    "offer_declined": "Cancellation",
    "client_declined": "Notice of the refusal",
    "offer_expired": "Cancellation",
    "offer_expired_therapist": "Notice of the expiry",
    "dispute_opened": "Question about the change",
    "client_disputed": "Notice of the dispute",
    "kept_as_it_was": "Notice that the session stays as it was",
    "client_kept": "Notice that the session stays as it was",
    "cancelled_by_therapist": "Cancellation",
    "cancelled_by_client": "Receipt of the cancellation",
    "client_cancelled": "Notice of the cancellation",
    "not_answered": "Apology",
    "request_lapsed": "Notice of the unanswered request",
    "reminder": "Reminder",
    "day_list": "List of the day",
    "clash_found": "Notice of a clash",
    "not_looked_up": "Notice that Google could not be asked about the accepted time",
    "calendar_broken": "Notice of the calendar that is not connected any more",
    "calendar_lost": "Notice of the calendar that is not shown to us any more",
    "calendar_unwritten": "Notice of the calendar that is not up to date",
}

# What earlier versions wrote and sent.
FORMER_SENTENCES = {
    "disputed_late": "{client} did not ask for the change to {after}, too late for a new answer",
}
FORMER_MAILS = {"client_disputed_late": "Notice of the dispute"}

# What is only pushed.
PUSHES = {
    "kept_confirmed": "Outcome of the answer kept offline",
    "kept_refused": "Outcome of the answer kept offline",
    "kept_late": "Outcome of the answer kept offline",
    "kept_busy": "Outcome of the answer kept offline",
    "kept_outside": "Outcome of the answer kept offline",
    "signed_out": "Notice that the sign-in there has ended",
    "test": "Test",
}

# What the mail server or a push service said, in words that help; the first that occurs in the error decides.
ERRORS = (
    ("address was refused", "the mail server does not know this address"),
    ("mail was refused", "the mail server refused the mail"),
    ("cannot be reached", "the mail server cannot be reached"),
    ("mail server", "the mail server has a problem"),
    ("address or header", "the address cannot be written to"),
    ("does not know this browser", "the browser is no longer to be told"),
    ("push service cannot be reached", "the push service of the browser cannot be reached"),
    ("push service", "the push service of the browser has a problem"),
)


class AgreedBefore(NamedTuple):
    """How a session was before a change that was noted as the client's wish; `by_phone`: as their choice."""

    therapist_id: int
    starts_at: datetime
    ends_at: datetime
    location: str
    location_id: int | None  # None in a history that was written before the ids were
    status: str  # 'requested' or 'confirmed'
    by_phone: bool

    def found_location(self) -> "Location | None":
        """The location as it is kept now, by its id or else by its name."""
        named = {"id": self.location_id} if self.location_id else {"name": self.location}
        return db.session.scalars(select(Location).filter_by(therapist_id=self.therapist_id, **named)).first()


def sentence(activity: Activity) -> str:
    """*Ines K. asked for Tue 24 Nov, 10:00 (Room 2)*. What was said with it is in `activity.why`."""
    booking = activity.booking
    zone = booking.therapist.zone
    before = activity.before or activity.after
    return _pattern(activity).format(
        client=booking.client.short_name,
        before=_terms(before, zone),
        after=_terms(activity.after, zone),
        location=activity.after["location"],
        locations=f"{before['location']} became {activity.after['location']}",
        asked=_asked(activity),
        changed=_changed(activity, zone),
        offered=_count(activity),
    )


def last_change(booking: "Booking") -> Activity:
    """Return the last line of a session's history."""
    changes = select(Activity).where(Activity.booking_id == booking.id)
    return db.session.scalars(changes.order_by(Activity.id.desc()).limit(1)).one()


def agreed_before(booking: "Booking") -> AgreedBefore | None:
    """What stood before the last change that was noted as the client's wish.

    Changes noted one after another count as one while each came before the client had as long as an offer lives to
    object to the one before: the first may be as little their wish as the last.
    """
    changes = select(Activity).where(Activity.booking_id == booking.id).order_by(Activity.id.desc())
    lines = list(db.session.scalars(changes.limit(LINES_LOOKED_AT)))
    asked = [number for number, line in enumerate(lines) if _is_asked(line)]
    if not asked:
        return None
    first = asked[0]
    while first + 1 in asked and lines[first].at - lines[first + 1].at < current_app.config["OFFER_LIFETIME"]:
        first += 1
    return _before(lines[first], lines[first + 1 :], by_phone=lines[asked[0]].offer is not None)


def _is_asked(line: Activity) -> bool:
    by_phone = line.verb in BY_PHONE and line.actor == "therapist"
    return line.before is not None and (line.verb in ("moved_as_asked", "relocated_as_asked") or by_phone)


def _before(line: Activity, older: list[Activity], by_phone: bool) -> AgreedBefore:
    before, offer = line.before or line.after, line.offer
    if offer and offer.kind == "location":
        # The new location has stood in the session since it was put to the client.
        before = before | {"location": offer.previous_location.name, "location_id": offer.previous_location_id}
    stood = offer.previous_status if offer else older[0].after["status"] if older else "confirmed"
    return AgreedBefore(
        line.booking.therapist_id,
        datetime.fromisoformat(before["starts_at"]),
        datetime.fromisoformat(before["ends_at"]),
        before["location"],
        before.get("location_id"),
        stood,
        by_phone,
    )


def message_line(message: Message) -> str:
    """*Confirmation to Ines K.: sent 09:12*, in the therapist's zone; why, when it could not be delivered."""
    whom = _short(message.facts["client"]["name"]) if message.recipient == "client" else "you"
    if message.channel == "push":
        return f"{(MAILS | PUSHES)[message.name]} pushed to a browser of yours: {_outcome(message)}"
    return f"{(MAILS | FORMER_MAILS)[message.name]} to {whom}: {_outcome(message)}"


def _pattern(activity: Activity) -> str:
    if activity.actor == "therapist" and activity.verb in BY_PHONE:
        return BY_PHONE[activity.verb]
    if activity.actor == "system" and activity.verb in BY_ITSELF:
        return BY_ITSELF[activity.verb]
    if activity.offer and activity.offer.disputed and activity.verb in DISPUTED:
        return DISPUTED[activity.verb]
    return (SENTENCES | FORMER_SENTENCES)[activity.verb]


def _terms(terms: dict[str, Any], zone: str) -> str:
    return _when_where(terms["starts_at"], terms["location"], zone)


def _when_where(starts: datetime | str, location: str, zone: str) -> str:
    return f"{short_day(starts, zone)}, {clock_time(starts, zone)} ({location})"


def _asked(activity: Activity) -> str:
    """*Room 2 instead of Room 1*: the location that an offer asks the client to agree to, and the agreed one."""
    offer = activity.offer
    if offer is None or offer.kind != "location":
        return ""
    return f"{offer.alternatives[0].location.name} instead of {offer.previous_location.name}"


def _changed(activity: Activity, zone: str) -> str:
    """The terms that a disputed offer puts to the client."""
    if activity.offer is None or not activity.offer.disputed:
        return ""
    return _when_where(activity.offer.alternatives[0].starts_at, activity.offer.alternatives[0].location.name, zone)


def _count(activity: Activity) -> str:
    number = len(activity.offer.alternatives) if activity.offer else 0
    return COUNTS[number] if number < len(COUNTS) else f"{number} other times"


def _outcome(message: Message) -> str:
    zone = message.facts["therapist"]["zone"]
    if message.status == "sent" and message.sent_at:
        return f"sent {_moment(message.sent_at, message.created_at, zone)}"
    if message.status == "given_up":
        return f"could not be delivered: {_in_words(message.last_error)}"
    if message.status == "called_off" and message.channel == "push":
        return "not sent, because it came too late or was turned off there"
    if message.status == "called_off":
        return "not sent, because the session changed meanwhile"
    if message.status == "waiting" and message.last_error:
        return f"waiting, to be tried again: {_in_words(message.last_error)}"
    return "waiting"


def _moment(at: datetime, written: datetime, zone: str) -> str:
    same_day = shown_in(at, zone).date() == shown_in(written, zone).date()
    return clock_time(at, zone) if same_day else f"{short_day(at, zone)}, {clock_time(at, zone)}"


def _in_words(error: str | None) -> str:
    known = (words for sign, words in ERRORS if sign in (error or "").lower())
    return next(known, "something went wrong on our side")


def _short(name: str) -> str:
    first, *rest = name.split() or ["the client"]
    return f"{first} {rest[-1][0]}." if rest else first
