"""Time off and extra time: taken, told, taken back; nothing typed is lost."""

import html
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import db
from app.scheduling.availability import free_slots
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from app.wording import day
from tests import world
from tests.browser import Page
from tests.visitor import Visitor

DAY = f"{world.in_days(6):%Y-%m-%d}"
NEXT_DAY = f"{world.in_days(7):%Y-%m-%d}"
TODAY = f"{world.in_days(0):%Y-%m-%d}"


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")


def closed() -> list[tuple]:
    db.session.expire_all()
    return [one.span for one in db.session.scalars(select(TimeOff).order_by(TimeOff.starts_at))]


def opened() -> list[tuple]:
    db.session.expire_all()
    return [one.span for one in db.session.scalars(select(ExtraTime).order_by(ExtraTime.starts_at))]


def said(page: Page) -> str:
    return html.unescape(page.text)


def take(desk: Visitor, **typed: str) -> Page:
    return desk.press(desk.open("/times-off"), "Take time off", **typed)


def hours(desk: Visitor, page: Page, button: str, **typed: str) -> Page:
    """With the box for whole days left empty."""
    form, fields = page.filled(button, **typed)
    return desk.post(form.action, [pair for pair in fields if pair[0] != "all_day"])


# Time off


def test_a_day_is_closed_from_midnight_to_midnight(desk, mara):
    page = take(desk, from_date=DAY, why="A course")
    assert "is closed." in page.text
    assert "A course" in page.text
    assert closed() == [(world.in_days(6, "00:00"), world.in_days(7, "00:00"))]
    assert free_slots(mara, mara.session_types[0], mara.locations[0], world.in_days(6).date(), 1) == []


def test_a_fortnight_is_closed_by_its_first_and_last_day(desk):
    take(desk, from_date=DAY, to_date=f"{world.in_days(19):%Y-%m-%d}")
    assert closed() == [(world.in_days(6, "00:00"), world.in_days(20, "00:00"))]


def test_an_hour_is_closed(desk):
    hours(desk, desk.open("/times-off"), "Take time off", from_date=DAY, from_time="14:00", to_time="15:00")
    assert closed() == [(world.in_days(6, "14:00"), world.in_days(6, "15:00"))]


def test_an_evening_is_closed_until_midnight(desk):
    page = hours(desk, desk.open("/times-off"), "Take time off", from_date=DAY, from_time="18:00", to_time="00:00")
    assert closed() == [(world.in_days(6, "18:00"), world.in_days(7, "00:00"))]
    assert "18:00–24:00 is closed." in said(page)


def test_a_night_is_closed_over_midnight(desk):
    typed = {"from_date": DAY, "from_time": "20:00", "to_date": NEXT_DAY, "to_time": "02:00"}
    hours(desk, desk.open("/times-off"), "Take time off", **typed)
    assert closed() == [(world.in_days(6, "20:00"), world.in_days(7, "02:00"))]


def test_times_without_the_box_mean_hours_and_no_times_mean_days(desk):
    """As the calendar sends it, which has no box."""
    token = desk.form_token("/times-off")
    desk.post("/times-off", {"csrf_token": token, "from_date": DAY, "to_date": DAY, "from_time": "", "to_time": ""})
    assert closed() == [(world.in_days(6, "00:00"), world.in_days(7, "00:00"))]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from_date": ""}, "Choose a date."),
        ({"from_date": "Tuesday"}, "Choose a date."),
        ({"from_date": "0001-01-01"}, "Choose a date within the next two years."),
        ({"from_date": f"{world.in_days(740):%Y-%m-%d}"}, "Choose a date within the next two years."),
        ({"from_date": DAY, "to_date": "9999-12-31"}, "Choose a date within the next two years."),
        ({"from_date": "2027-02-30"}, "Choose a date."),
        ({"from_date": NEXT_DAY, "to_date": DAY}, "The end must be later than the beginning."),
        ({"from_date": "2020-05-05"}, "This is over already."),
        ({"from_date": DAY, "why": "x" * 201}, "Please shorten this to 200 characters."),
    ],
)
def test_odd_days_are_marked_and_stay(desk, typed, sentence):
    page = take(desk, **typed)
    assert (page.status, closed()) == (422, [])
    assert sentence in page.text
    _, fields = page.filled("Take time off")
    assert set(typed.items()) <= set(fields)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from_date": DAY, "from_time": "10:00", "to_time": ""}, "Choose a time, or choose whole days."),
        ({"from_date": DAY, "from_time": "", "to_time": "10:00"}, "Choose a time, or choose whole days."),
        ({"from_date": DAY, "from_time": "10:00", "to_time": "10:00"}, "The end must be later than the beginning."),
        ({"from_date": "2027-03-28", "from_time": "01:30", "to_time": "03:00"}, "01:30 does not exist on 28 Mar 2027"),
    ],
)
def test_odd_hours_are_marked_and_stay(desk, typed, sentence):
    page = hours(desk, desk.open("/times-off"), "Take time off", **typed)
    assert (page.status, closed()) == (422, [])
    assert sentence in page.text
    _, fields = page.filled("Take time off")
    assert set(typed.items()) <= set(fields)


def test_time_off_is_opened_and_closed_again(desk):
    page = desk.press(take(desk, from_date=DAY, why="A course"), "Open again")
    assert "is open again." in page.text
    assert closed() == []
    page = desk.press(page, "Close it again")
    assert closed() == [(world.in_days(6, "00:00"), world.in_days(7, "00:00"))]
    assert "A course" in page.text


def test_what_was_just_closed_is_undone(desk):
    page = desk.press(take(desk, from_date=DAY), "Undo")
    assert "is open again." in page.text
    assert closed() == []


@pytest.mark.parametrize("to_date", ["", NEXT_DAY])
def test_a_day_that_is_off_already_is_named_and_what_was_typed_stays(desk, to_date):
    take(desk, from_date=DAY)
    typed = {"from_date": DAY, "to_date": to_date, "why": "A course"}
    page = take(desk, **typed)
    assert (page.status, len(closed())) == (422, 1)
    assert f"You are off {day(world.in_days(6), 'Europe/London')} already." in page.text
    assert set(typed.items()) <= set(page.filled("Take time off")[1])


def test_what_the_calendar_blocks_is_refused_where_the_therapist_is_off_and_stays_typed(desk):
    take(desk, from_date=DAY)
    typed = {"from_date": DAY, "from_time": "14:00", "to_date": DAY, "to_time": "15:00", "next": "/calendar"}
    page = desk.post("/times-off", {"csrf_token": desk.form_token("/times-off"), **typed})
    assert (page.status, len(closed())) == (422, 1)
    assert "You are off" in page.text
    assert set(typed.items()) <= set(page.filled("Take time off")[1])


def test_time_off_may_overlap_what_a_session_left_or_a_sick_day_closed(desk, mara, request_of_ines):
    world.sick_day(mara, 6)
    left = TimeOff.take(mara.id, (world.in_days(7, "10:00"), world.in_days(7, "10:50")))
    left.booking_id = request_of_ines.id
    db.session.commit()
    page = take(desk, from_date=DAY, to_date=NEXT_DAY)
    assert "is closed." in page.text
    page = desk.press(page, "Undo")
    assert "is open again, except for other time off in it." in page.text
    assert len(closed()) == 2


def test_what_other_time_off_still_closes_is_not_called_open(desk, mara):
    page = take(desk, from_date=DAY)
    TimeOff.take(mara.id, (world.in_days(5, "00:00"), world.in_days(8, "00:00")))
    db.session.commit()
    page = desk.press(page, "Undo")
    assert "stays closed by other time off." in page.text
    page = desk.press(page, "Close it again")
    assert page.status == 409
    assert "You are off" in page.text
    assert len(closed()) == 1


def test_closing_again_twice_closes_once(desk):
    page = desk.press(take(desk, from_date=DAY), "Open again")
    desk.press(page, "Close it again")
    desk.press(page, "Close it again")
    assert len(closed()) == 1


def test_the_calendar_gets_its_page_back(desk):
    token = desk.form_token("/times-off")
    page = desk.post("/times-off", {"csrf_token": token, "from_date": DAY, "next": "/dashboard"})
    assert page.url.endswith("/dashboard")
    page = desk.post("/times-off", {"csrf_token": token, "from_date": NEXT_DAY, "next": "https://evil.example/"})
    assert "/times-off" in page.url


def test_somebody_elses_time_off_is_not_there(desk, otto, visitor):
    take(visitor("otto@example.com"), from_date=DAY)
    (foreign,) = db.session.scalars(select(TimeOff.id))
    assert desk.post(f"/times-off/{foreign}/reopening", {"csrf_token": desk.form_token("/times-off")}).status == 404
    assert len(closed()) == 1
    assert "Open again" not in desk.open("/times-off").text


# Sessions in it


def test_time_off_over_one_session_says_which(desk, mara):
    booking = world.INES.asks(mara, world.in_days(6))
    page = take(desk, from_date=DAY)
    assert "One session falls in time you've closed" in page.text
    assert "Ines Keller" in page.text
    assert f"/sessions/{booking.id}/rearrangement?reason=own" in page.text
    assert "Offer all of them other times" not in page.text
    db.session.refresh(booking)
    assert (booking.status, booking.starts_at) == ("requested", world.in_days(6))


def test_time_off_over_several_sessions_offers_to_move_them_all(desk, mara):
    world.INES.asks(mara, world.in_days(6))
    world.JONAS.asks(mara, world.in_days(6, "12:00"))
    page = take(desk, from_date=DAY)
    assert "2 sessions fall in time you've closed" in page.text
    address = f"/sick-days/new?from_date={DAY}&from_time=00%3A00&to_date={NEXT_DAY}&to_time=00%3A00"
    assert address in said(page)


def test_time_off_longer_than_a_sick_day_may_be_offers_no_sick_day(desk, mara):
    world.INES.asks(mara, world.in_days(6))
    world.JONAS.asks(mara, world.in_days(7))
    page = take(desk, from_date=DAY, to_date=f"{world.in_days(6 + 62):%Y-%m-%d}")
    assert "2 sessions fall in time you've closed" in page.text
    assert "Offer all of them other times" not in page.text


def test_the_calendars_time_off_over_a_session_says_which_first(desk, mara):
    world.INES.asks(mara, world.in_days(6))
    token = desk.form_token("/times-off")
    page = desk.post("/times-off", {"csrf_token": token, "from_date": DAY, "next": "/dashboard"})
    assert "/times-off" in page.url
    assert "Ines Keller" in page.text
    assert 'href="/dashboard">Back' in page.text


def test_time_off_over_a_session_outside_working_times_says_which(desk, mara):
    world.INES.asks(mara, world.in_days(6)).move(world.in_days(6, "22:00"), mara.locations[0])
    db.session.commit()
    page = take(desk, from_date=DAY)
    assert "One session falls in time you've closed" in page.text
    assert "Ines Keller" in page.text


def test_time_off_over_an_offered_time_says_whose_it_is(desk, request_of_ines):
    world.offer_times(request_of_ines, world.in_days(6, "14:00"), world.in_days(7, "14:00"))
    token = desk.form_token("/times-off")
    page = desk.post("/times-off", {"csrf_token": token, "from_date": DAY, "next": "/dashboard"})
    assert "One offered time falls in time you've closed" in page.text
    assert "in it and can still choose it." in page.text
    assert f'href="/sessions/{request_of_ines.id}">Ines Keller' in page.text
    assert 'href="/dashboard">Back' in page.text


def test_cancelled_sessions_and_those_of_other_days_are_not_told(desk, mara):
    world.INES.asks(mara, world.in_days(6)).cancel(by="client")
    world.JONAS.asks(mara, world.in_days(7))
    page = take(desk, from_date=DAY)
    assert "is closed." in page.text
    assert "in time you've closed" not in page.text


# Extra time


def give(desk: Visitor, **typed: str) -> Page:
    return desk.press(desk.open("/working-times/extra"), "Add extra time", **typed)


def test_extra_time_can_be_booked(desk, mara):
    page = give(desk, from_date=DAY, from_time="20:00", to_time="22:00")
    assert "20:00–22:00 is open in Room 1 and Room 2, by video and by phone." in said(page)
    assert opened() == [(world.in_days(6, "20:00"), world.in_days(6, "22:00"))]
    found = free_slots(mara, mara.session_types[0], mara.locations[0], world.in_days(6).date(), 1)
    assert world.in_days(6, "21:00") in found


def test_extra_time_opens_time_off_and_its_removal_tells_who_is_in_it(desk, mara):
    take(desk, from_date=DAY)
    page = give(desk, from_date=DAY, from_time="10:00", to_time="12:00")
    world.INES.asks(mara, world.in_days(6))
    page = desk.press(page, "Remove")
    assert "Ines Keller" in page.text
    assert opened() == []
    desk.press(page, "Put it back")
    assert opened() == [(world.in_days(6, "10:00"), world.in_days(6, "12:00"))]


def test_time_off_over_extra_time_says_that_it_stays_open(desk):
    give(desk, from_date=DAY, from_time="20:00", to_time="22:00")
    assert "Extra time in it stays open." in take(desk, from_date=DAY).text


def test_extra_time_that_overlaps_is_refused_and_names_the_other(desk):
    give(desk, from_date=DAY, from_time="20:00", to_time="22:00")
    typed = {"from_date": DAY, "from_time": "21:00", "to_time": "23:00"}
    page = give(desk, **typed)
    assert page.status == 422
    assert "This overlaps the extra time of" in page.text
    assert "20:00–22:00 in Room 1 and Room 2, by video and by phone." in said(page)
    _, fields = page.filled("Add extra time")
    assert set(typed.items()) <= set(fields)
    assert len(opened()) == 1


def test_extra_time_begins_within_two_years(desk):
    typed = {"from_date": "3026-11-24", "from_time": "20:00", "to_time": "22:00"}
    page = give(desk, **typed)
    assert (page.status, opened()) == (422, [])
    assert "Choose a date within the next two years." in page.text
    assert set(typed.items()) <= set(page.filled("Add extra time")[1])


def test_extra_time_without_a_location_is_told(desk):
    page = desk.open("/working-times/extra")
    form, fields = page.filled("Add extra time", from_date=DAY, from_time="20:00", to_time="22:00")
    page = desk.post(form.action, [pair for pair in fields if pair[0] != "location"])
    assert page.status == 422
    assert "Choose at least one location." in page.text


def test_extra_time_in_a_location_that_is_not_there_is_told(desk):
    page = desk.open("/working-times/extra")
    form, fields = page.filled("Add extra time", from_date=DAY, from_time="20:00", to_time="22:00")
    page = desk.post(form.action, [*fields, ("location", "999")])
    assert (page.status, opened()) == (422, [])
    assert "One of the locations that were chosen is no longer yours to choose." in page.text


def test_somebody_elses_extra_time_is_not_there(desk, otto, visitor):
    give(visitor("otto@example.com"), from_date=DAY, from_time="20:00", to_time="22:00")
    (foreign,) = db.session.scalars(select(ExtraTime.id))
    token = desk.form_token("/times-off")
    assert desk.post(f"/working-times/extra/{foreign}/removal", {"csrf_token": token}).status == 404
    assert len(opened()) == 1


def test_what_is_over_is_not_listed(desk, mara):
    past = world.in_days(-2), world.in_days(-2) + timedelta(hours=1)
    TimeOff.take(mara.id, past, "Last week's course")
    ExtraTime.give(mara.id, past, mara.locations, "Last week's evening")
    db.session.commit()
    assert "Last week" not in desk.open("/times-off").text + desk.open("/working-times/extra").text
