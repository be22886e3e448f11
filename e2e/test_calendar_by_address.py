"""Any calendar with an ICS address closes time here, and the sessions here are read by any other calendar."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from e2e.conftest import served_practice
from e2e.practice import Practice
from e2e.steps import LENGTH
from e2e.variants import also_by_keyboard
from tests.calendars.ics_server import IcsServer, send
from tests.waiting import wait_until
from tests.world import in_days

TEN, NOON = in_days(2, "10:00"), in_days(2, "12:00")
READ = re.compile("^Last read ")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[IcsServer]:
    """Where Mara keeps her own calendar."""
    with IcsServer() as server:
        yield server


@pytest.fixture(scope="module")
def practice(elsewhere, new_db, warm, tmp_path_factory) -> Iterator[Practice]:
    settings = {"SWEEP_SECONDS": "0.5", "ICS_HOSTS": elsewhere.origin}
    with served_practice(new_db("sqlite"), warm, tmp_path_factory.mktemp("by-address"), **settings) as practice:
        yield practice


def taken(at: datetime) -> bytes:
    starts, ends = (f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (at, at + LENGTH))
    entry = f"BEGIN:VEVENT\r\nUID:1@example.com\r\nDTSTART:{starts}\r\nDTEND:{ends}\r\nEND:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Family\r\n{entry}END:VCALENDAR\r\n".encode()


@also_by_keyboard(scripts=(True, False))
def test_a_calendar_by_its_address_closes_time_here_until_it_is_disconnected(mara, jonas, elsewhere):
    def offers(at: datetime) -> bool:
        jonas.looks_at_times(mara)
        return jonas.slot(at).count() > 0

    jonas.looks_at_times(mara)
    expect(jonas.slot(TEN)).to_be_visible()
    elsewhere.answer = lambda handler: send(handler, taken(TEN))
    mara.at("/settings").follows("Other calendars")
    mara.types("Address of the calendar", f"{elsewhere.origin}/{mara.email}/family.ics")
    mara.presses("Connect calendar")
    mara.sees("Connected: Family. It is read at once.")
    wait_until(lambda: not offers(TEN))
    mara.at("/settings/calendars").sees(READ)
    elsewhere.answer = lambda handler: send(handler, taken(NOON))
    mara.presses("Sync now")
    wait_until(lambda: offers(TEN) and not offers(NOON))
    mara.unfolds("Disconnect…")
    mara.presses("Disconnect")
    mara.sees("Disconnected: Family. The times it blocked are free again.")
    wait_until(lambda: offers(NOON))


@also_by_keyboard(scripts=(True, False))
def test_sessions_are_read_at_a_private_address_until_it_is_turned_off(mara, ines):
    ines.requests(mara, TEN)
    mara.at("/settings/calendars").presses("Make a private address")
    address = mara.page.get_by_label("Private address").input_value()
    with urlopen(address) as answer:
        (entry,) = Calendar.from_ical(answer.read()).walk("VEVENT")
    assert (str(entry["SUMMARY"]), entry["DTSTART"].dt) == ("I. K. (to answer)", TEN)
    mara.presses("Turn off")
    mara.sees("Turned off.")
    assert mara.page.context.request.get(address).status == 404


def test_making_a_private_address_keeps_what_was_typed_beside_it(mara):
    mara.at("/settings/calendars").types("What you call it", "Family")
    mara.presses("Make a private address")
    expect(mara.page.get_by_label("Private address")).to_be_visible()
    mara.still_reads("What you call it", "Family")
