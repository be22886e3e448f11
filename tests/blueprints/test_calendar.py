"""The therapist's calendar: what stands in it, and what empty time leads to."""

import re
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.rearrangement import offer_location
from app.database import db
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.blueprints.pages import Element, read
from tests.browser import Page
from tests.statements import statements
from tests.visitor import Visitor

MONDAY = "2026-11-30"
TUESDAY = "2026-12-01"


@pytest.fixture(autouse=True)
def sunday():
    """It is Sunday, 29 November 2026, nine in the evening."""
    with time_machine.travel(world.at("2026-11-29T21:00"), tick=False):
        yield


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")


def at(clock_time: str, day: str = TUESDAY) -> datetime:
    return world.at(f"{day}T{clock_time}")


def week(desk: Visitor, more: str = "", day: str = TUESDAY) -> Page:
    return desk.open(f"/calendar?date={day}{more}")


def links(page: Page) -> dict[str, Element]:
    """The links in the calendar by their accessible name."""
    page_read = read(page.text)
    hidden = [one for one in page_read.all("span") if one.attributes.get("class") == "visually-hidden"]
    told = {id(link): one.text for one in hidden for link in one.inside if link.tag == "a"}
    return {one.attributes.get("aria-label") or told.get(id(one), one.text.strip()): one for one in page_read.all("a")}


def free_on(page: Page, day: str = TUESDAY) -> list[str]:
    """When the pieces of free time begin that can be tapped on a day."""
    free = [one.attributes["href"] for one in read(page.text).all("a") if "free" in one.attributes.get("class", "")]
    return [href[-5:] for href in free if f"={day}T" in href]


def add(mara, table, starts: datetime, ends: datetime, **more) -> None:
    db.session.add(table(therapist_id=mara.id, starts_at=starts, ends_at=ends, **more))
    db.session.commit()


# What stands in it


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
    assert "Ines K., awaiting client until Mon 21:00, 10:00 to 10:50, Room 2" in links(week(desk))


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
            if width in one.attributes.get("class", "").split() and one.text not in ("Week", "Day")
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
    (first, *_) = [one for one in read(week(desk).text).all("a") if any(up.tag == "main" for up in one.inside)]
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
    world.Person("<b>Ines</b> <u>Keller</u>", "ines@example.net").is_booked(mara, at("10:00"))
    add(mara, TimeOff, at("15:00"), at("20:00"), why="<b>Dentist</b>")
    page = week(desk, view).text
    assert "&lt;b&gt;Dentist&lt;/b&gt;" in page
    assert "&lt;b&gt;Ines&lt;/b&gt; &lt;." in page
    assert not {"<b>Ines", "<i>Room", "<b>Dentist", "<u>"} & set(re.findall(r"<\w>\w*", page))


def test_nobody_elses_sessions_are_shown(desk, otto):
    world.ADA.asks(otto, at("10:00"))
    assert "Ada" not in week(desk).text


# How much it asks the database


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
    assert len(full) - len(signed_in) <= 2, full


# Booking in empty time


@pytest.fixture
def empty_time(desk) -> Page:
    return desk.open(f"/calendar/time?start={TUESDAY}T14:00")


NEW = {"name": "Jonas Peters", "email": "jonas@example.net", "phone": ""}


def bookings() -> list[Booking]:
    return list(db.session.scalars(select(Booking).order_by(Booking.id)))


def test_a_session_is_booked_for_somebody_new(desk, empty_time):
    page = desk.press(empty_time, "Book session", **NEW, words="As we said.")
    (booking,) = bookings()
    assert (booking.starts_at, booking.status) == (at("14:00"), "confirmed")
    assert booking.client.email == "jonas@example.net"
    assert f"/calendar?date={TUESDAY}&booked={booking.id}" in page.url
    assert "Booked and confirmed" in page.text


def test_a_known_client_is_picked_from_the_list(desk, mara, request_of_ines):
    page = desk.open(f"/calendar/time?start={TUESDAY}T14:00")
    assert "Ines Keller, ines@example.net" in page.text
    desk.press(page, "Book session", client=str(request_of_ines.client_id))
    assert bookings()[-1].client_id == request_of_ines.client_id


def test_a_client_of_somebody_else_cannot_be_picked(desk, otto, empty_time):
    foreign = world.ADA.asks(otto, at("10:00")).client_id
    assert "Ada" not in empty_time.text
    page = desk.press(empty_time, "Book session", client=str(foreign))
    assert page.status == 422
    assert "Choose one of your clients" in page.text
    assert len(bookings()) == 1


def test_what_is_missing_is_told_and_what_was_typed_stays(desk, empty_time):
    page = desk.press(empty_time, "Book session", name="", email="jonas@example", words="Typed")
    assert (page.status, bookings()) == (422, [])
    assert "Nothing was booked yet" in page.text
    assert "jonas@example" in page.text
    assert "Typed" in page.text


def test_outside_working_time_is_booked_after_a_warning(desk, empty_time):
    page = desk.press(empty_time, "Book session", **NEW, time="21:00")
    assert (page.status, bookings()) == (422, [])
    assert "outside your working times" in page.text
    assert "/calendar?" in desk.press(page, "Book session").url
    assert len(bookings()) == 1


BUSY = "Your calendar elsewhere says that you are busy then."


def test_over_busy_time_is_booked_after_a_warning(desk, mara, empty_time):
    add(mara, BusyTime, at("14:40"), at("16:00"))
    page = desk.press(empty_time, "Book session", **NEW)
    assert (page.status, bookings()) == (422, [])
    assert f"{BUSY} Press Book session again" in page.text
    assert "outside your working times" not in page.text
    assert "/calendar?" in desk.press(page, "Book session").url


def test_next_to_busy_time_nothing_is_warned_of(desk, mara, otto, empty_time):
    add(mara, BusyTime, at("13:00"), at("14:00"))
    add(mara, BusyTime, at("14:50"), at("16:00"))
    add(otto, BusyTime, at("14:00"), at("15:00"))
    assert "/calendar?" in desk.press(empty_time, "Book session", **NEW).url


def test_a_session_is_moved_and_offered_onto_busy_time_after_a_warning(desk, mara):
    booking = world.INES.is_booked(mara, at("10:00"))
    add(mara, BusyTime, at("14:00"), at("15:00"))
    address = f"/sessions/{booking.id}/rearrangement?date={TUESDAY}&time=14:00&reason="
    own = desk.press(desk.open(f"{address}own"), "Offer alternatives")
    assert BUSY in own.text
    asked = desk.press(desk.open(f"{address}asked"), "Save change")
    assert f"{BUSY} Press Save change again" in asked.text
    assert booking.starts_at == at("10:00")
    desk.press(asked, "Save change")
    assert booking.starts_at == at("14:00")


def test_a_clash_names_who_is_there_and_keeps_what_was_typed(desk, mara, empty_time):
    world.INES.asks(mara, at("14:00"))
    page = desk.press(empty_time, "Book session", **NEW)
    assert page.status == 409
    assert "is held for Ines K" in page.text
    assert "Jonas Peters" in page.text
    assert len(bookings()) == 1


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("date", "2027-02-30", "Choose a date"),
        ("time", "25:00", "Choose a time"),
        ("location", "999", "Choose one of your locations"),
        ("type", "999", "Choose what kind of session"),
        ("date", "2020-01-01", "This time has passed"),
    ],
)
def test_what_cannot_be_is_told(desk, empty_time, field, text, sentence):
    page = desk.press(empty_time, "Book session", **NEW, **{field: text})
    if sentence.startswith("This time"):
        page = desk.press(page, "Book session")  # after the warning that nobody works then
    assert (page.status, bookings()) == (422, [])
    assert sentence in page.text


def test_empty_time_can_be_blocked_instead(empty_time):
    form, fields = empty_time.filled("Block it")
    typed = dict(fields)
    assert form.action == "/times-off"
    assert (typed["from_date"], typed["from_time"]) == (TUESDAY, "14:00")
    assert (typed["to_date"], typed["to_time"]) == (TUESDAY, "15:00")
    assert f"date={TUESDAY}" in typed["next"]


@pytest.mark.parametrize("start", ["", "nonsense", "2026-02-30T10:00", "9999-12-31T23:59", "2026-12-01"])
def test_an_odd_start_opens_the_form_all_the_same(desk, start):
    assert desk.open(f"/calendar/time?start={start}").status == 200


# Dragged to another time


def test_the_form_begins_with_the_time_that_was_pointed_at(desk, mara):
    booking = world.INES.is_booked(mara, at("10:00"))
    pointed_at = {"date": "2026-12-03", "time": "15:15"}
    page = desk.open(f"/sessions/{booking.id}/rearrangement?date=2026-12-03&time=15:15")
    asked = desk.open(f"/sessions/{booking.id}/rearrangement?reason=asked&date=2026-12-03&time=15:15")
    _, fields = asked.filled("Save change")
    assert pointed_at.items() <= dict(fields).items()
    assert "New time: <b>Thu 3 Dec 2026, 15:15</b>" in page.text
    _, fields = page.filled("I need to change it")
    assert pointed_at.items() <= dict(fields).items()
    own = desk.press(page, "I need to change it")
    _, fields = own.filled("Offer alternatives")
    assert dict(fields)["alternatives-1-date"] == "2026-12-03"
    assert dict(fields)["alternatives-1-time"] == "15:15"
    assert booking.starts_at == at("10:00"), "nothing moves by being pointed at"


@pytest.mark.parametrize("pointed_at", ["", "?date=2026-13-03&time=15:15", f"?date={TUESDAY}&time=10:00"])
def test_where_no_other_time_was_pointed_at_none_is_told(desk, mara, pointed_at):
    booking = world.INES.is_booked(mara, at("10:00"))
    page = desk.open(f"/sessions/{booking.id}/rearrangement{pointed_at}")
    assert (page.status, "New time" in page.text) == (200, False)


def test_time_blocked_here_just_now_can_be_opened_again(desk, mara, empty_time):
    _, fields = empty_time.filled("Block it")
    blocked = desk.press(empty_time, "Block it", why="Dentist")
    assert "Blocked: Tue 1 Dec 2026, 14:00 to Tue 1 Dec 2026, 15:00." in blocked.text
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert "/reopening" not in desk.open(dict(fields)["next"]).text
    assert "/reopening" not in desk.press(blocked, "Undo").text
    assert db.session.scalars(select(TimeOff)).all() == []


def test_time_blocked_elsewhere_is_not_told_again(desk, mara):
    add(mara, TimeOff, at("15:00"), at("16:00"), why="Dentist")
    assert "/reopening" not in week(desk).text
