"""A therapist's page: a week of free times, the next one, and how little it asks of the database."""

import re

import pytest

from app.database import db
from app.practice.location import Location
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from app.scheduling.working_time import WorkingTime
from app.wording import calendar_day
from tests import world
from tests.statements import statements

SLOT = re.compile(r'data-start="([^"]+)"')


@pytest.fixture
def client(visitor, mara):
    return visitor()


def slots(client, day, **choice) -> list[str]:
    """The clock times that can be booked on this day."""
    address = f"/t/mara-lindt?from={day:%Y-%m-%d}" + "".join(f"&{name}={value}" for name, value in choice.items())
    return [start[11:16] for start in SLOT.findall(client.open(address).text) if start.startswith(f"{day:%Y-%m-%d}")]


def span(days: int, starts: str, ends: str) -> dict:
    return {"starts_at": world.in_days(days, starts), "ends_at": world.in_days(days, ends)}


def test_busy_times_and_time_off_close_what_they_touch(client, mara):
    db.session.add_all(
        [
            BusyTime(therapist_id=mara.id, **span(3, "08:00", "12:10")),
            TimeOff(therapist_id=mara.id, **span(3, "14:00", "23:00")),
        ]
    )
    assert slots(client, world.in_days(3)) == ["12:30", "13:00"]


def test_extra_time_opens_the_locations_it_is_for(client, mara):
    room, video = mara.locations[0], mara.locations[2]
    db.session.add(ExtraTime(therapist_id=mara.id, locations=[video], **span(3, "20:00", "22:00")))
    db.session.commit()
    assert slots(client, world.in_days(3), location=room.id)[-1] == "19:00"
    assert slots(client, world.in_days(3), location=video.id)[-2:] == ["20:30", "21:00"]


def test_the_next_day_can_be_booked_until_the_hour_that_the_therapist_chose(client, mara, really_today):
    mara.minimum_notice_minutes = 20 * 24 * 60  # does not count then
    mara.next_day_before_minute = 24 * 60
    db.session.commit()
    assert slots(client, world.in_days(1))[0] == "08:00"
    mara.next_day_before_minute = 0
    db.session.commit()
    assert slots(client, world.in_days(1)) == []
    assert slots(client, world.in_days(2))[0] == "08:00"


def test_a_week_with_nothing_free_leads_to_the_next_free_time(client, mara):
    db.session.add(TimeOff(therapist_id=mara.id, starts_at=world.in_days(0), ends_at=world.in_days(15, "11:00")))
    page = client.open(f"/t/mara-lindt?from={world.in_days(3):%Y-%m-%d}")
    assert SLOT.findall(page.text) == []
    day = world.in_days(15).date()
    link = re.search(rf'href="([^"]+)"[^>]*>Next free: {calendar_day(day)}, 11:00<', page.text)
    assert link, page.text
    assert f"from={day}" in link[1]


def test_where_nothing_is_free_at_all_the_page_says_so(client, mara):
    db.session.add(TimeOff(therapist_id=mara.id, starts_at=world.in_days(0), ends_at=world.in_days(100)))
    page = client.open("/t/mara-lindt")
    assert "Nothing else is free either" in page.text


def test_an_old_link_to_a_time_says_what_is_free_before_anything_is_typed(client, mara):
    world.JONAS.asks(mara, world.in_days(3))
    for start, sentence in (
        (world.in_days(3), "This time has just been taken"),
        (world.in_days(0), "This time is too near to be booked now"),
        (world.in_days(90), "This time is too far ahead to be booked now"),
    ):
        page = client.open(f"/t/mara-lindt/request?start={start:%Y-%m-%dT%H:%MZ}")
        assert sentence in page.text
        assert ("Still free on" in page.text) == (start != world.in_days(90))


def test_a_therapist_who_has_nothing_to_book_says_so(client, mara):
    for location in mara.locations:
        location.active = False
    db.session.commit()
    page = client.open("/t/mara-lindt")
    assert page.status == 200
    assert "Mara Lindt takes no new sessions here at the moment" in page.text


def test_what_changes_in_the_practice_is_on_the_page_at_once(client, mara):
    assert slots(client, world.in_days(3))[0] == "08:00"
    for working in mara.working_times:
        working.starts_minute = 10 * 60
    db.session.commit()
    assert slots(client, world.in_days(3))[0] == "10:00"
    mara.locations.append(Location(kind="in_person", name="Garden room", address="3 Harley Street", zone=mara.zone))
    mara.working_times.append(WorkingTime(weekday=0, starts_minute=0, ends_minute=60))
    mara.session_types[0].minutes = 25
    db.session.commit()
    page = client.open("/t/mara-lindt").text
    assert "Garden room" in page
    assert "25 minutes" in page
    mara.working_times[0].locations = []
    mara.listed = False
    db.session.commit()
    assert client.open("/t/mara-lindt").status == 404


def test_the_page_asks_two_things_of_the_database_however_much_is_booked(client, mara):
    client.open("/t/mara-lindt")
    with statements() as when_empty:
        client.open("/t/mara-lindt")
    for number in range(6):
        world.Person(f"Client {number}", f"c{number}@example.net").asks(mara, world.in_days(2 + number))
        db.session.add(TimeOff(therapist_id=mara.id, **span(2 + number, "18:00", "19:00")))
    db.session.commit()
    with statements() as when_full:
        client.open("/t/mara-lindt")
    assert len(when_empty) == len(when_full) == 2, when_full
