"""The calendar entry of a booking."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select

from app.database import db
from app.messages import ics
from app.messages.message import Message
from tests import world
from tests.messages.samples import PHONE, VIDEO, Case, facts

CONFIRMED = Case("confirmed", "client", "confirmed", "REQUEST")
CANCELLED = Case("cancelled_by_client", "client", "cancelled_by_client", "CANCEL")
WRITTEN = datetime(2026, 11, 22, 9, 12, tzinfo=UTC)


PAGE = "https://holdfast.example/s/token"


def entry(told, organizer="bookings@holdfast.example") -> bytes:
    return ics.entry(told, WRITTEN, organizer=organizer, attendee="ines@example.net", link=PAGE)


def unfolded(told: bytes) -> list[str]:
    return told.decode().replace("\r\n ", "").split("\r\n")


def event(told):
    calendar = Calendar.from_ical(entry(told))
    (only,) = calendar.walk("VEVENT")
    return calendar, only


def test_an_entry_has_the_time_in_utc_and_the_way_there():
    calendar, only = event(facts(CONFIRMED))
    assert (calendar["METHOD"], only["STATUS"]) == ("REQUEST", "CONFIRMED")
    assert only.decoded("DTSTART") == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert only.decoded("DTEND") == datetime(2026, 11, 24, 10, 50, tzinfo=UTC)
    assert only.decoded("DTSTAMP") == WRITTEN
    assert b"DTSTART:20261124T100000Z" in entry(facts(CONFIRMED))
    assert only["LOCATION"] == "12 Harley Street\nLondon W1G 9PG"
    assert only["ORGANIZER"] == "mailto:bookings@holdfast.example"
    assert only["ATTENDEE"] == "mailto:ines@example.net"


def test_a_cancelled_entry_says_so():
    calendar, only = event(facts(CANCELLED))
    assert (calendar["METHOD"], only["STATUS"]) == ("CANCEL", "CANCELLED")


def test_the_title_of_an_entry_tells_initials_and_nothing_else():
    (title,) = [line for line in unfolded(entry(facts(CONFIRMED))) if line.startswith("SUMMARY")]
    assert title == "SUMMARY:Session with M. L."


def test_an_entry_tells_the_location_the_way_there_and_the_page_of_the_session():
    _, only = event(facts(CONFIRMED))
    assert only["DESCRIPTION"] == (f"Room 2 · in person\n12 Harley Street\nLondon W1G 9PG\n\nSee your session:\n{PAGE}")
    assert only["URL"] == PAGE


@pytest.mark.parametrize(
    ("location", "way_there"), [(VIDEO, "https://meet.example.com/mara"), (PHONE, "Ring +44 20 7946 0123")]
)
def test_an_entry_leads_into_the_call(location, way_there):
    told = facts(CONFIRMED)
    told["booking"]["location"] = location
    _, only = event(told)
    assert only["LOCATION"] == way_there
    assert f"\n{way_there}\n" in only["DESCRIPTION"]


def test_an_entry_tells_neither_names_nor_what_anybody_wrote():
    told = entry(facts(CONFIRMED)).decode()
    for telling in ("Mara", "Lindt", "Ines", "Keller", "herap", "later"):
        assert telling not in told.replace("ines@example.net", "")


@pytest.mark.parametrize(
    ("sender", "line"),
    [
        ("desk@praxis.example", "ORGANIZER:mailto:desk@praxis.example"),
        ("Praxis Lindt <desk@praxis.example>", "ORGANIZER;CN=Praxis Lindt:mailto:desk@praxis.example"),
        ('"Lindt, Praxis" <desk@praxis.example>', 'ORGANIZER;CN="Lindt, Praxis":mailto:desk@praxis.example'),
        ("Präxis Ł <desk@praxis.example>", "ORGANIZER;CN=Präxis Ł:mailto:desk@praxis.example"),
    ],
)
def test_the_organizer_of_an_entry_is_the_sender_of_the_mail(sender, line):
    assert line in unfolded(entry(facts(CONFIRMED), organizer=sender))


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00\r\n"])
def test_line_ends_forge_no_properties(line_end):
    told = deepcopy(facts(CONFIRMED))
    told["booking"]["location"]["way_there"] = f"Room 2{line_end}ATTENDEE:mailto:spy@example.org"
    told["booking"]["location"]["name"] = f"Room 2{line_end}ATTENDEE:mailto:spy@example.org"
    told["therapist"]["name"] = f"Mara{line_end}ATTENDEE:mailto:spy@example.org"
    forged = ics.entry(told, WRITTEN, f"b@holdfast.example{line_end}X-SPY:1", f"i@example.net{line_end}X-SPY:1", PAGE)
    for line in forged.decode().replace("\r\n ", "").replace("\r", "\n").split("\n"):
        assert not line.startswith(("ATTENDEE:mailto:spy", "X-SPY"))
    (only,) = Calendar.from_ical(forged).walk("VEVENT")
    assert "X-SPY" not in only
    assert isinstance(only["ATTENDEE"], str)


def test_one_booking_keeps_its_uid_while_its_sequence_rises(session):
    session.move(world.in_days(4), session.location)
    session.cancel(by="client")
    db.session.commit()
    sent = db.session.scalars(select(Message).where(Message.booking_id == session.id).order_by(Message.id))
    entries = [event(message.facts) for message in sent if message.facts["calendar"]]
    assert [calendar["METHOD"] for calendar, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [only["SEQUENCE"] for _, only in entries] == [0, 1, 2]
    assert len({only["UID"] for _, only in entries}) == 1
