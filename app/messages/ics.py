"""The calendar entry that goes with a mail: one per booking, updated and cancelled by its UID."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar, Event, Parameters, vCalAddress, vText

from app.practice.client import initials
from app.practice.ringing import in_a_calendar
from app.wording import place

# How sure a session is, as calendars say it.
STATUS = {
    "requested": "TENTATIVE",
    "awaiting_client": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "attended": "CONFIRMED",
    "no_show": "CONFIRMED",
    "cancelled": "CANCELLED",
}


def entry(facts: Mapping[str, Any], written_at: datetime, organizer: str, attendee: str, link: str) -> bytes:
    """Return the iCalendar file for a mail whose facts say so (`calendar`: METHOD and SEQUENCE).

    `organizer` may have a name (*Praxis Lindt <desk@praxis.example>*), `attendee` is a bare address; `link` opens the
    session's page.
    """
    method, sequence = facts["calendar"]["method"], facts["calendar"]["sequence"]
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    event = _event(facts, sequence, status, written_at, link, _way_there(facts))
    event.add("organizer", _organizer(organizer), encode=False)
    event.add("attendee", _attendee(attendee), encode=False)
    calendar = new_calendar()
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def subscribed(facts: Mapping[str, Any], sequence: int | None, written_at: datetime, link: str) -> bytes:
    """Return the same entry as the session is now, for a calendar that asks again and again instead of being mailed.

    It tells no more than the mails did: the way there belongs to what is agreed. `sequence`: of the last of them.
    """
    booking = facts["booking"]
    way_there = _way_there(facts) if booking["status"] == "confirmed" else ""
    calendar = new_calendar()
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_event(facts, sequence or 0, STATUS[booking["status"]], written_at, link, way_there))
    return calendar.to_ical()


def nothing() -> bytes:
    """Return a calendar without any entry: of a session long past, nothing is told any more."""
    return new_calendar().to_ical()


def new_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//Booking//EN")
    calendar.add("version", "2.0")
    return calendar


def known_as(uid: str) -> str:
    """The UID of what stands in other calendars: the same for ever, wherever Holdfast moves."""
    return f"{uid}@holdfast.invalid"


def _event(
    facts: Mapping[str, Any], sequence: int, status: str, written_at: datetime, link: str, way_there: str
) -> Event:
    booking = facts["booking"]
    event = Event()
    event.add("uid", known_as(booking["uid"]))
    event.add("sequence", sequence)
    event.add("dtstamp", written_at.astimezone(UTC))
    event.add("dtstart", _utc(booking["starts_at"]))
    event.add("dtend", _utc(booking["ends_at"]))
    event.add("summary", _summary(facts))
    event.add("description", _description(booking["location"], way_there, link))
    event.add("status", status)
    event.add("class", "PRIVATE")
    if way_there:
        event.add("location", way_there)
    event.add("url", link)
    return event


def _way_there(facts: Mapping[str, Any]) -> str:
    """The address or the link; by phone, who rings on which number."""
    location = facts["booking"]["location"]
    if location["kind"] != "phone":
        return str(location["way_there"])
    rings_client = location.get("rings_client", False)  # unknown to what was written before there was a rule
    return in_a_calendar(rings_client, facts["client"]["phone"] if rings_client else location["way_there"])


def _summary(facts: Mapping[str, Any]) -> str:
    """*Session with M. L.*: its owner knows who that is; shared and synchronised calendars must not tell more."""
    return _("Session with %(initials)s", initials=initials(facts["therapist"]["name"]))


def _description(location: Mapping[str, Any], way_there: str, link: str) -> str:
    """What a title must not tell: where the session is, the way there, and the address of its page."""
    lines = [
        place(location["name"], location["kind"]),
        way_there,
        "",
        _("%(label)s:", label=_("See your session")),
        link,
    ]
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def _organizer(sender: str) -> vCalAddress:
    """The sender of our mails; a calendar shows their name, if they have one."""
    name, address = parseaddr(sender)
    organizer = _address(address)
    if name:
        organizer.params = named = Parameters(CN=vText(name))
        named.quote_also = {}  # quotes only where RFC 5545 asks for them: some calendars show them
    return organizer


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
