"""Who hears of what: one table from an activity's verb to the mails it causes.

What a therapist is mailed about a session is pushed to their browsers too: all of it is news that somebody waits
for. Lists and reminders (reminders.py) are not.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from flask import current_app

from app import clock
from app.calendars.deciding.acceptance import AcceptanceCheck
from app.database import db
from app.messages import push
from app.messages.facts import facts_of
from app.messages.message import OF_AN_OFFER, Message

if TYPE_CHECKING:
    from app.booking.booking import Booking
    from app.booking.offer import Offer
    from app.messages.activity import Activity


class Mail(NamedTuple):
    """A mail (the name of its template folder) to one side; `calendar` is the METHOD of its attachment.

    To a therapist the same news goes as a push.
    """

    recipient: str
    name: str
    calendar: str | None = None


ANNOUNCED: dict[str, tuple[Mail, ...]] = {
    "requested": (Mail("client", "request_received"), Mail("therapist", "new_request")),
    # Whose address is to be proven first: the therapist is told once it is, and nobody when it never is.
    "requested_unproven": (Mail("client", "confirm_address"),),
    "address_confirmed": (Mail("client", "request_received"), Mail("therapist", "new_request")),
    "address_not_confirmed": (),
    "confirmed": (Mail("client", "confirmed", "REQUEST"),),
    "booked_for_client": (Mail("client", "confirmed", "REQUEST"),),
    "moved_as_asked": (Mail("client", "changed_as_asked", "REQUEST"),),
    "relocated_as_asked": (Mail("client", "changed_as_asked", "REQUEST"),),
    "times_offered": (Mail("client", "times_offered"),),
    "location_offered": (Mail("client", "location_changed"),),
    "offer_withdrawn": (Mail("client", "offer_withdrawn"),),
    "offer_taken_back": (),  # before it was sent: nobody has heard of it
    "times_accepted": (Mail("client", "confirmed", "REQUEST"), Mail("therapist", "offer_accepted")),
    "location_accepted": (Mail("client", "confirmed", "REQUEST"), Mail("therapist", "offer_accepted")),
    "times_declined": (Mail("client", "offer_declined", "CANCEL"), Mail("therapist", "client_declined")),
    "location_declined": (Mail("client", "offer_declined", "CANCEL"), Mail("therapist", "client_declined")),
    "times_expired": (
        Mail("client", "offer_expired", "CANCEL"),
        Mail("therapist", "offer_expired_therapist"),
    ),
    "location_expired": (
        Mail("client", "offer_expired", "CANCEL"),
        Mail("therapist", "offer_expired_therapist"),
    ),
    "disputed": (Mail("client", "dispute_opened"), Mail("therapist", "client_disputed")),
    "kept_as_it_was": (Mail("client", "kept_as_it_was", "REQUEST"), Mail("therapist", "client_kept")),
    # The change had confirmed the request, also in the client's calendar: it is a request again.
    "request_kept": (Mail("client", "kept_as_it_was", "CANCEL"), Mail("therapist", "client_kept")),
    "request_declined": (Mail("client", "cancelled_by_therapist", "CANCEL"),),
    "cancelled_by_therapist": (Mail("client", "cancelled_by_therapist", "CANCEL"),),
    "cancelled_by_client": (
        Mail("client", "cancelled_by_client", "CANCEL"),
        Mail("therapist", "client_cancelled"),
    ),
    "lapsed": (Mail("client", "not_answered"), Mail("therapist", "request_lapsed")),
    "attended": (),
    "no_show": (),
}


FIRST = ("requested", "requested_unproven", "booked_for_client")  # nothing was written about the session before

# Where a client's answer made a time binding that the therapist may have filled elsewhere meanwhile.
ACCEPTED = ("times_accepted", "location_accepted", "kept_as_it_was")


def announce(activity: "Activity", booking: "Booking", offer: Optional["Offer"]) -> None:
    """Write the messages that an activity causes into the outbox. Raises KeyError for an unknown verb."""
    if activity.verb not in FIRST:
        Message.call_off_reminders(booking.id)
    mails = _mails(activity)
    facts = facts_of(booking, offer, activity) if mails else {}
    for mail in mails:
        _write(mail, booking, facts)
    db.session.flush()  # all of them in one statement
    if activity.verb in ACCEPTED:
        AcceptanceCheck.ask_for(booking)


def announce_clash(booking: "Booking", busy: str) -> None:
    """What a client has just accepted is busy elsewhere, and when, in words."""
    _put(Mail("therapist", "clash_found"), booking, facts_of(booking) | {"busy": busy})


def announce_not_looked_up(booking: "Booking", unasked: str) -> None:
    """What a client has accepted could not be looked up in the therapist's calendar: `unasked` says so in words."""
    _put(Mail("therapist", "not_looked_up"), booking, facts_of(booking) | {"unasked": unasked})


def _mails(activity: "Activity") -> tuple[Mail, ...]:
    if activity.verb.endswith("_accepted") and activity.actor == "therapist":
        # A choice told by phone goes out as a change that the client asked for, and can be disputed like one.
        return ANNOUNCED["moved_as_asked"]
    return ANNOUNCED[activity.verb]


def _write(mail: Mail, booking: "Booking", facts: dict[str, Any]) -> None:
    calendar = mail.calendar
    if calendar == "CANCEL" and booking.calendar_sequence is None:
        calendar = None  # the client's calendar never heard of the session
    if calendar:
        booking.calendar_sequence = 0 if booking.calendar_sequence is None else booking.calendar_sequence + 1
    entry = {"method": calendar, "sequence": booking.calendar_sequence} if calendar else None
    _put(mail, booking, facts | {"calendar": entry})


def _put(mail: Mail, booking: "Booking", facts: dict[str, Any]) -> None:
    """Into the outbox."""
    now = clock.now()
    address = booking.client.email if mail.recipient == "client" else booking.therapist.user.email
    db.session.add(
        Message(
            booking_id=booking.id,
            name=mail.name,
            recipient=mail.recipient,
            address=address,
            facts=facts,
            created_at=now,
            next_attempt_at=now + _grace(mail),
        )
    )
    if mail.recipient == "therapist":
        push.tell(booking.therapist.user, mail.name, booking, _useful_until(mail, booking))


def _useful_until(mail: Mail, booking: "Booking") -> datetime | None:
    """A request that has ended by itself asks nobody any more."""
    return booking.answer_by if mail.name == "new_request" else None


def _grace(mail: Mail) -> timedelta:
    """How long a message waits so that it can be taken back: only what has an undo does, the rest goes at once."""
    return timedelta(seconds=current_app.config["UNDO_GRACE_SECONDS"] if mail.name in OF_AN_OFFER else 0)
