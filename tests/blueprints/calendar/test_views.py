"""The calendar's views and filters, its addresses, and how much they ask the database."""

import re
from datetime import date, time

import pytest
import time_machine
from sqlalchemy import select

from app.booking.booking import Booking
from app.database import db
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.blueprints.calendar.week import MONDAY, TUESDAY, add, at, free_on, links, week
from tests.blueprints.pages import read
from tests.statements import statements
from tests.visitor import Visitor


def test_cancelled_sessions_are_shown_only_when_asked_for(desk, mara):
    world.INES.is_booked(mara, at("10:00")).cancel(by="client")
    db.session.commit()
    assert "Ines K." not in week(desk).text
    assert "Ines K., cancelled, 10:00 to 10:50, Room 1" in links(week(desk, "&state=cancelled"))


def test_filters_by_state_and_location_stay_in_the_address(desk, mara):
    world.INES.asks(mara, at("10:00"), mara.locations[1])
    world.JONAS.is_booked(mara, at("12:00"))
    assert "Ines K." not in week(desk, "&state=confirmed").text
    assert "Jonas P." in week(desk, "&state=confirmed").text
    room_2 = week(desk, f"&location={mara.locations[1].id}")
    assert "Jonas P." not in room_2.text
    later = links(room_2)["Later"].attributes["href"]
    assert later == f"/calendar?date=2026-12-02&location={mara.locations[1].id}"
    assert "12:00" not in free_on(room_2), "what is not shown is taken all the same"


@pytest.mark.parametrize("view", ["", "&view=list"])
def test_the_time_of_what_a_filter_hides_stays_taken(desk, mara, view):
    world.JONAS.is_booked(mara, at("12:00"))
    page = week(desk, f"&state=requested{view}")
    assert "Jonas" not in page.text
    text = " ".join(read(page.text).by_id("calendar").text.split())
    assert "12:00 to 12:50 Other sessions" in text if view else "Other sessions, 12:00 to 12:50" in text
    assert "Other sessions" not in week(desk, view).text


def test_free_time_too_short_for_a_finger_stands_in_the_list_only(desk, mara):
    add(mara, TimeOff, at("08:35"), at("20:00"))
    assert free_on(week(desk)) == []
    assert "08:00 to 08:35, free: book or block" in links(week(desk, "&view=list"))


def told_of_days(page) -> dict[str, str]:
    """What the list tells of each day that has no lines, by its date."""
    told = [one for one in read(page.text).all("p") if one.attributes.get("class") == "quiet"]
    days = {one.inside[-1].attributes.get("aria-labelledby", ""): one.text.strip() for one in told if one.inside}
    return {day.removeprefix("day-"): words for day, words in days.items() if day.startswith("day-")}


def test_the_list_calls_a_past_working_day_no_day_without_working_time(desk, mara):
    db.session.delete(next(span for span in mara.working_times if span.weekday == 6))
    db.session.commit()
    with time_machine.travel(at("21:00"), tick=False):
        told = told_of_days(week(desk, "&view=list", day=MONDAY)) | told_of_days(week(desk, "&view=list", "2026-11-29"))
    assert told[MONDAY] == "Nothing was booked."
    assert told["2026-11-29"] == "No working time. Nothing was booked."
    assert told[TUESDAY] == "Nothing booked.", "today after hours"
    assert told["2026-12-06"] == "No working time. Nothing booked."


def test_the_line_of_now_stands_on_today(desk):
    with time_machine.travel(at("10:00"), tick=False):
        page = read(week(desk).text)
    (line,) = [one for one in page.all("i") if one.attributes["class"].startswith("now")]
    assert any(up.attributes.get("data-date") == TUESDAY for up in line.inside)
    assert "r25" in line.attributes["class"].split()


@pytest.mark.parametrize(
    ("view", "days"), [("", 7), ("&view=week", 7), ("&view=day", 1), ("&view=list", 7), ("&view=odd", 7)]
)
def test_each_view_shows_its_days(desk, view, days):
    page = read(week(desk, view).text)
    assert (
        len([one for one in page.all("section") if one.attributes.get("class", "").split("__")[-1][:3] == "day"])
        == days
    )


def test_the_list_holds_the_same(desk, mara):
    world.INES.asks(mara, at("10:00"))
    add(mara, TimeOff, at("15:00"), at("20:00"), why="Dentist")
    text = " ".join(read(week(desk, "&view=list").text).by_id("calendar").text.split())
    assert "10:00 to 10:50 Ines K. To answer Room 1" in text
    assert "10:50 to 15:00 Free" in text
    assert "15:00 to 20:00 Time off Dentist" in text


def test_where_a_phone_shows_the_day_it_is_told_and_turned_by_a_day(desk):
    page = read(week(desk).text)
    told = {
        width: [
            one.attributes.get("href") or one.text
            for one in page.all("a") + page.all("span")
            if width in one.attributes.get("class", "").split() and one.text not in ("Week", "Day", "List")
        ]
        for width in ("only-phone", "only-desk")
    }
    later, earlier = "/calendar?date=2026-12-02", "/calendar?date=2026-11-30"
    assert told["only-phone"] == [earlier, later, "Tuesday 1 December 2026"]
    later, earlier = "/calendar?date=2026-12-08", "/calendar?date=2026-11-24"
    assert told["only-desk"] == [earlier, later, "30 Nov to 6 Dec 2026"]


@pytest.mark.parametrize(("view", "later"), [("day", "2026-12-02"), ("week", "2026-12-08"), ("list", "2026-12-08")])
def test_a_chosen_view_is_turned_by_what_it_shows(desk, view, later):
    page = week(desk, f"&view={view}")
    assert links(page)["Later"].attributes["href"] == f"/calendar?view={view}&date={later}"
    assert page.text.count(">Later</a>") == 1


def test_the_first_link_leads_to_the_list(desk):
    in_main = [one for one in read(week(desk).text).all("a") if any(up.tag == "main" for up in one.inside)]
    first = next(one for one in in_main if not any("hidden" in up.attributes for up in one.inside))
    assert first.text == "Show as a list"


@pytest.mark.parametrize("day", ["", "nonsense", "2026-02-30", "0001-01-01", "9999-12-31", "1971-01-01", "9000-12-31"])
def test_an_odd_date_shows_some_week(desk, day):
    for view in ("", "&view=day", "&view=list"):
        assert desk.open(f"/calendar?date={day}{view}&location=x&state=y&booked=z").status == 200


def test_the_weeks_of_the_clock_changes_show_ten_at_ten(desk, mara):
    for sunday in ("2027-03-28", "2027-10-31"):
        ten = world.moment(date.fromisoformat(sunday), time(10), mara.tz)
        world.INES.is_booked(mara, ten)
        names = links(week(desk, day=sunday))
        place = names["Ines K., confirmed, 10:00 to 10:50, Room 1"].attributes["class"]
        assert "r25 s10" in place


@pytest.mark.parametrize("sunday", ["2027-03-28", "2027-10-31"])
def test_open_time_over_the_change_of_the_clocks_ends_when_they_say_so(desk, mara, sunday):
    night = [world.moment(date.fromisoformat(sunday), time(hour), mara.tz) for hour in (0, 4)]
    add(mara, ExtraTime, *night)
    assert "00:00 to 04:00, free: book or block" in links(week(desk, "&view=list", day=sunday))
    assert free_on(week(desk, day=sunday), sunday)[:5] == ["00:00", "01:00", "02:00", "03:00", "08:00"]


@pytest.mark.parametrize("view", ["", "&view=list"])
def test_what_people_typed_is_shown_as_text(desk, mara, view):
    mara.locations[0].name = "<i>Room</i>"
    world.Person("Ines&lt; <u>Keller", "ines@example.net").is_booked(mara, at("10:00"))
    add(mara, TimeOff, at("15:00"), at("20:00"), why="<b>Dentist</b>")
    page = week(desk, view).text
    assert "&lt;b&gt;Dentist&lt;/b&gt;" in page
    assert "Ines&amp;lt;" in page
    assert not {"<b>Ines", "<i>Room", "<b>Dentist", "<u>"} & set(re.findall(r"<\w>\w*", page))


def statements_of(desk: Visitor, address: str) -> list[str]:
    with statements() as sent:
        assert desk.open(address).status == 200
    return sent


@pytest.mark.parametrize("view", ["", "&view=day", "&view=list"])
def test_more_bookings_ask_the_database_no_more(desk, mara, view):
    address = f"/calendar?date={TUESDAY}{view}"
    desk.open(address)  # what is kept of the practice is read now
    signed_in = statements_of(desk, "/settings")
    empty = statements_of(desk, address)
    for hour in range(8, 20):
        world.INES.is_booked(mara, at(f"{hour:02}:00"))
    world.offer_times(db.session.scalars(select(Booking)).first(), at("09:00", MONDAY), at("12:00", MONDAY))
    add(mara, TimeOff, at("15:00"), at("20:00"))
    full = statements_of(desk, address)
    assert len(full) == len(empty)
    assert len(full) - len(signed_in) <= 3, full  # the week, its sessions, and how reading calendars goes
