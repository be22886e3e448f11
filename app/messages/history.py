"""A session's history and its mails in sentences, as the therapist reads them."""

from datetime import datetime
from typing import Any

from app.messages.activity import Activity
from app.messages.message import Message
from app.wording import clock_time, short_day, shown_in

# What happened, by verb. {before} and {after} are a time with its location.
SENTENCES = {
    "requested": "{client} asked for {after}",
    "confirmed": "You confirmed {after}",
    "moved_as_asked": "You moved the session, as {client} asked: {before} became {after}",
    "relocated_as_asked": "You changed the location, as {client} asked: {locations}",
    "times_offered": "You offered {offered}",
    "location_offered": "You changed the location, if {client} agrees: {locations}",
    "offer_withdrawn": "You withdrew the offer; the session stands at {after}",
    "times_accepted": "{client} accepted {after} instead of {before}",
    "location_accepted": "{client} agreed to the new location: {location}",
    "times_declined": "{client} answered that none of the times work; the session was cancelled",
    "location_declined": "{client} did not agree to the new location; the session was cancelled",
    "times_expired": "The offer expired unanswered; the session was cancelled",
    "location_expired": "The new location was not agreed to in time; the session was cancelled",
    "disputed": "{client} did not ask for the change to {after} and must now agree to it",
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
    "location_accepted": "You recorded that {client} agreed to the new location: {location}",
}
COUNTS = ("no other time", "another time", "two other times", "three other times", "four other times")

# What the mail server said, in words that help; the first that occurs in the error decides.
ERRORS = (
    ("address was refused", "the mail server does not know this address"),
    ("mail was refused", "the mail server refused the mail"),
    ("cannot be reached", "the mail server cannot be reached"),
    ("mail server", "the mail server has a problem"),
    ("address or header", "the address cannot be written to"),
)


def sentence(activity: Activity) -> str:
    """*Ines K. asked for Tue 24 Nov, 10:00 (Room 2)*. What was said with it is in `activity.why`."""
    booking = activity.booking
    zone = booking.therapist.zone
    before = activity.before or activity.after
    return _pattern(activity, before).format(
        client=booking.client.short_name,
        before=_terms(before, zone),
        after=_terms(activity.after, zone),
        location=activity.after["location"],
        locations=f"{before['location']} became {activity.after['location']}",
        offered=_count(activity),
    )


def message_line(message: Message) -> str:
    """*Mail to Ines K.: sent 09:12*, in the therapist's zone; why, when it could not be delivered."""
    whom = _short(message.facts["client"]["name"]) if message.recipient == "client" else "you"
    return f"Mail to {whom}: {_outcome(message)}"


def _pattern(activity: Activity, before: dict[str, Any]) -> str:
    if activity.actor == "therapist" and activity.verb in BY_PHONE:
        return BY_PHONE[activity.verb]
    if activity.verb == "times_accepted" and before["starts_at"] == activity.after["starts_at"]:
        return "{client} agreed to {after}"  # a disputed change
    return SENTENCES[activity.verb]


def _terms(terms: dict[str, Any], zone: str) -> str:
    starts = terms["starts_at"]
    return f"{short_day(starts, zone)}, {clock_time(starts, zone)} ({terms['location']})"


def _count(activity: Activity) -> str:
    number = len(activity.offer.alternatives) if activity.offer else 0
    return COUNTS[number] if number < len(COUNTS) else f"{number} other times"


def _outcome(message: Message) -> str:
    zone = message.facts["therapist"]["zone"]
    if message.status == "sent" and message.sent_at:
        return f"sent {_moment(message.sent_at, message.created_at, zone)}"
    if message.status == "given_up":
        return f"could not be delivered: {_in_words(message.last_error)}"
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
