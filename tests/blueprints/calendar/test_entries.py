"""What stands in the therapist's calendar."""

import re

from app.booking.rearrangement import offer_location
from app.database import db
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.blueprints.calendar.week import MONDAY, TUESDAY, add, at, free_on, links, week
from tests.blueprints.pages import read


def test_a_block_says_all_in_its_name_and_shows_initials(desk, mara):
    booking = world.INES.asks(mara, at("10:00"), mara.locations[1])
    block = links(week(desk))["Ines K., to answer, 10:00 to 10:50, Room 2"]
    assert block.attributes["href"] == f"/sessions/{booking.id}"
    assert "I. K." in block.text
    assert "Keller" not in week(desk).text


def test_states_are_told_in_words_and_shapes(desk, mara):
    world.JONAS.is_booked(mara, at("12:00"))
    moved = world.INES.is_booked(mara, at("10:00"))
    world.offer_times(moved, at("10:15"), at("15:00"))
    page = week(desk)
    names = links(page)
    assert "Jonas P., confirmed, 12:00 to 12:50, Room 1" in names
    assert "Ines K., awaiting client until Mon 21:00, 10:00 to 10:50, Room 1" in names
    assert "Ines K., held until Mon 21:00, 15:00 to 15:50, Room 1" in names
    assert {"#mark-confirmed", "#mark-awaiting_client"} <= set(re.findall(r'href="(#mark-\w+)"', page.text))


def test_a_session_whose_changed_location_awaits_the_client_says_until_when(desk, mara):
    offer_location(world.INES.is_booked(mara, at("10:00")), "own", mara.locations[1])
    db.session.commit()
    assert "Ines K., awaiting client until Mon 21:00, 10:00 to 10:50, Room 1 → Room 2" in links(week(desk))


def test_an_offered_time_that_overlaps_its_session_stands_beside_it(desk, mara):
    moved = world.INES.is_booked(mara, at("10:00"))
    world.offer_times(moved, at("10:15"), at("10:20"))
    names = links(week(desk))
    places = [
        names[name].attributes["class"]
        for name in (
            "Ines K., awaiting client until Mon 21:00, 10:00 to 10:50, Room 1",
            "Ines K., held until Mon 21:00, 10:15 to 11:05, Room 1",
            "Ines K., held until Mon 21:00, 10:20 to 11:10, Room 1",
        )
    ]
    assert [place.split()[-2:] for place in places] == [["lane0", "of3"], ["lane1", "of3"], ["lane2", "of3"]]


def test_of_more_than_three_that_overlap_the_rest_are_in_the_list(desk, mara):
    moved = world.INES.is_booked(mara, at("10:00"))
    world.offer_times(moved, *(at(f"10:{minute}") for minute in range(10, 60, 5)))
    page = week(desk)
    names = [name for name in links(page) if name.startswith("Ines K.")]
    assert [name[-22:-8] for name in names] == ["10:00 to 10:50", "10:10 to 11:00", "10:50 to 11:40"]
    rest = links(page)["+8 more in the list, 10:15 to 11:45"]
    assert rest.text == "+8"
    assert rest.attributes["href"] == f"/calendar?view=list&date={TUESDAY}#day-{TUESDAY}"
    listed = desk.open(rest.attributes["href"].partition("#")[0])
    assert len([name for name in links(listed) if name.startswith("Ines K.")]) == 11
    assert f'id="day-{TUESDAY}"' in listed.text


def test_working_time_can_be_tapped_where_nothing_is(desk, mara):
    world.INES.asks(mara, at("10:00"))
    hours = [f"{hour:02}:00" for hour in range(8, 20)]
    assert free_on(week(desk), MONDAY) == hours
    assert free_on(week(desk)) == ["08:00", "09:00", "10:50", *hours[4:]]
    assert "10:50 to 12:00, free" in links(week(desk))


def test_what_is_over_cannot_be_tapped(desk):
    assert "/calendar/time?start=2026-11-23" not in week(desk, day="2026-11-24").text


def test_time_off_tells_its_words_and_busy_time_does_not(desk, mara):
    add(mara, TimeOff, at("09:00"), at("11:00"), why="Dentist")
    add(mara, BusyTime, at("14:00"), at("15:00"))
    page = week(desk)
    assert "Time off: Dentist, 09:00 to 11:00" in page.text
    assert "Busy elsewhere, 14:00 to 15:00" in page.text
    assert not {"09:00", "10:00", "14:00"} & set(free_on(page))


def test_extra_time_opens_the_evening_and_the_day_runs_on(desk, mara):
    add(mara, ExtraTime, at("20:00"), at("22:00"))
    page = week(desk)
    assert free_on(page)[-1] == "21:00"
    assert 'data-hours="14"' in page.text


def test_a_session_across_midnight_stands_on_both_days(desk, mara):
    booking = world.INES.is_booked(mara, at("23:30"))
    page = read(week(desk).text)
    found = [one for one in page.all("a") if one.attributes["href"] == f"/sessions/{booking.id}"]
    days = [next(up for up in one.inside if "data-date" in up.attributes).attributes["data-date"] for one in found]
    assert days == [TUESDAY, "2026-12-02"]
    assert ["data-at" in one.attributes for one in found] == [True, False], "dragged by its beginning"


def test_nobody_elses_sessions_are_shown(desk, otto):
    world.ADA.asks(otto, at("10:00"))
    assert "Ada" not in week(desk).text
