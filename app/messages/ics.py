"""The calendar entry that goes with a mail: one per booking, updated and cancelled by its UID."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from app.language import marked

SUMMARY = marked("Booking")  # shared and synchronised calendars must not tell what it is


def entry(facts: Mapping[str, Any], written_at: datetime, organizer: str, attendee: str) -> bytes:
    """The iCalendar file for a mail whose facts say so (`calendar`: METHOD and SEQUENCE).

    Holds the time and the way there, and no names. `organizer` and `attendee` are e-mail addresses.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//Booking//EN")
    calendar.add("version", "2.0")
    calendar.add("method", facts["calendar"]["method"])
    calendar.add_component(_event(facts, written_at, organizer, attendee))
    return calendar.to_ical()


def _event(facts: Mapping[str, Any], written_at: datetime, organizer: str, attendee: str) -> Event:
    booking, method = facts["booking"], facts["calendar"]["method"]
    event = Event()
    event.add("uid", f"{booking['uid']}@holdfast.invalid")  # the same for ever, wherever Holdfast moves
    event.add("sequence", facts["calendar"]["sequence"])
    event.add("dtstamp", written_at.astimezone(UTC))
    event.add("dtstart", _utc(booking["starts_at"]))
    event.add("dtend", _utc(booking["ends_at"]))
    event.add("summary", _(SUMMARY))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("class", "PRIVATE")
    if booking["location"]["way_there"]:
        event.add("location", booking["location"]["way_there"])
    event.add("organizer", _address(organizer), encode=False)
    event.add("attendee", _attendee(attendee), encode=False)
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
