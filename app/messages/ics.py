"""The calendar entry that goes with a mail: one per booking, updated and cancelled by its UID."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from app.language import marked

SUMMARY = marked("Booking")  # shared and synchronised calendars must not tell what it is

# How sure a session is, as calendars say it.
STATUS = {
    "requested": "TENTATIVE",
    "awaiting_client": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "attended": "CONFIRMED",
    "no_show": "CONFIRMED",
    "cancelled": "CANCELLED",
}


def entry(facts: Mapping[str, Any], written_at: datetime, organizer: str, attendee: str) -> bytes:
    """The iCalendar file for a mail whose facts say so (`calendar`: METHOD and SEQUENCE).

    Holds the time and the way there, and no names. `organizer` and `attendee` are e-mail addresses.
    """
    method, sequence = facts["calendar"]["method"], facts["calendar"]["sequence"]
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    event = _event(facts["booking"], sequence, status, written_at, facts["booking"]["location"]["way_there"])
    event.add("organizer", _address(organizer), encode=False)
    event.add("attendee", _attendee(attendee), encode=False)
    calendar = new_calendar()
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def subscribed(facts: Mapping[str, Any], sequence: int | None, written_at: datetime) -> bytes:
    """The same entry as it stands now, for a calendar that asks again and again instead of being mailed.

    It tells no more than the mails did: the way there belongs to what is agreed. `sequence`: of the last of them.
    """
    booking = facts["booking"]
    way_there = booking["location"]["way_there"] if booking["status"] == "confirmed" else ""
    calendar = new_calendar()
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_event(booking, sequence or 0, STATUS[booking["status"]], written_at, way_there))
    return calendar.to_ical()


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//Booking//EN")
    calendar.add("version", "2.0")
    return calendar


def known_as(uid: str) -> str:
    """The UID of what stands in other calendars: the same for ever, wherever Holdfast moves."""
    return f"{uid}@holdfast.invalid"


def _event(booking: Mapping[str, Any], sequence: int, status: str, written_at: datetime, way_there: str) -> Event:
    event = Event()
    event.add("uid", known_as(booking["uid"]))
    event.add("sequence", sequence)
    event.add("dtstamp", written_at.astimezone(UTC))
    event.add("dtstart", _utc(booking["starts_at"]))
    event.add("dtend", _utc(booking["ends_at"]))
    event.add("summary", _(SUMMARY))
    event.add("status", status)
    event.add("class", "PRIVATE")
    if way_there:
        event.add("location", way_there)
    return event


def _attendee(address: str) -> vCalAddress:
    # They agreed already: their calendar need not ask them, and nobody would read the answer.
    attendee = _address(address)
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _address(address: str) -> vCalAddress:
    return vCalAddress("mailto:" + "".join(address.split()))


def _utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)
