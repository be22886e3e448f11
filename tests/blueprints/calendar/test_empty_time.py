"""What empty time in the calendar leads to: a session booked for a client, or a block."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.database import db
from app.scheduling.busy_time import BusyTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.blueprints.calendar.week import TUESDAY, add, at, week
from tests.browser import Page


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


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "\u3164", "Please give your client&#39;s name."),
        ("name", "https://evil.example/pay now", "without a web or e-mail address"),
        ("email", "josé@example.net", "before the @"),
    ],
)
def test_what_nobody_can_be_called_or_mailed_at_is_told_at_the_desk_too(desk, empty_time, field, typed, sentence):
    page = desk.press(empty_time, "Book session", **NEW | {field: typed})
    assert (page.status, bookings()) == (422, [])
    assert sentence in page.text


def test_a_pasted_phone_number_is_kept_without_its_unseen_marks_at_the_desk_too(desk, empty_time):
    desk.press(empty_time, "Book session", **NEW | {"phone": "\u202d+44\u201120 7946\u20130123\u202c"})
    assert bookings()[0].client.phone == "+44-20 7946-0123"


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


BUSY = "Your other calendar says that you are busy then."


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


@pytest.mark.parametrize("field", ["location", "type"])
def test_what_was_chosen_and_is_not_there_is_not_replaced_by_the_next_press(desk, empty_time, field):
    page = desk.press(empty_time, "Book session", **NEW, **{field: "999"})
    assert dict(page.filled("Book session")[1])[field] == ""
    again = desk.press(page, "Book session")
    assert (again.status, bookings()) == (422, [])


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


def test_time_blocked_into_the_next_day_is_told_with_both(desk, empty_time):
    blocked = desk.press(empty_time, "Block it", to_date="2026-12-02", to_time="09:00")
    assert "Blocked: Tue 1 Dec 2026, 14:00 to Wed 2 Dec 2026, 09:00." in blocked.text


def test_time_blocked_here_just_now_can_be_opened_again(desk, mara, empty_time):
    _, fields = empty_time.filled("Block it")
    blocked = desk.press(empty_time, "Block it", why="Dentist")
    assert "Blocked: Tue 1 Dec 2026, 14:00–15:00." in blocked.text
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert "/reopening" not in desk.open(dict(fields)["next"]).text
    assert "/reopening" not in desk.press(blocked, "Undo").text
    assert db.session.scalars(select(TimeOff)).all() == []


def test_time_blocked_elsewhere_is_not_told_again(desk, mara):
    add(mara, TimeOff, at("15:00"), at("16:00"), why="Dentist")
    assert "/reopening" not in week(desk).text
