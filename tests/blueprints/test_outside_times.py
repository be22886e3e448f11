"""A session outside the therapist's times: marked wherever it is listed, and listed until that is solved."""

import pytest
import time_machine
from sqlalchemy import func, select

from app.database import db
from app.messages.message import Message
from app.practice.therapist import Therapist
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from app.scheduling.week import Hours
from app.scheduling.working_time import keep_week
from tests import world
from tests.statements import statements

OFF, HOURS = "In your time off", "Outside your times"
ALL_THE_SAME = "Confirm all the same"
LISTS = ("/dashboard", "/working-times", "/times-off", "/working-times/extra", "/working-times/bank-holidays")


@pytest.fixture
def desk(mara, request_of_ines, visitor):
    """Mara's browser, with a request by Ines at ten in her diary."""
    return visitor("mara@example.com")


def off(mara: Therapist, days: int = 3) -> TimeOff:
    """Mara takes a day off."""
    time_off = TimeOff.take(mara.id, (world.in_days(days, "00:00"), world.in_days(days + 1, "00:00")), "Dentist")
    db.session.commit()
    return time_off


def works(mara: Therapist, starts: int, ends: int) -> None:
    here = frozenset(location.id for location in mara.locations)
    keep_week(mara, [Hours(day, starts * 60, ends * 60, here) for day in range(7)])
    db.session.commit()


def confirmed(booking) -> bool:
    db.session.expire_all()
    mails = db.session.scalar(select(func.count(Message.id)).filter_by(booking_id=booking.id, name="confirmed"))
    assert bool(mails) is (booking.status == "confirmed")
    return booking.status == "confirmed"


def places(booking) -> list[str]:
    """Every page of the desk on which the session is listed."""
    day = booking.starts_at.date()
    calendar = [f"/calendar?view={view}&date={day}" for view in ("week", "day", "list")]
    return ["/dashboard", "/sessions", f"/sessions/{booking.id}", *calendar]


def said(text: str) -> str:
    return " ".join(text.split()).lower()


@pytest.mark.parametrize("status", ["requested", "confirmed"])
def test_a_session_in_time_off_is_marked_wherever_it_is_listed(desk, mara, request_of_ines, status):
    if status == "confirmed":
        request_of_ines.confirm()
    for page in places(request_of_ines):
        assert OFF.lower() not in said(desk.open(page).text), page
    off(mara)
    for page in places(request_of_ines):
        assert OFF.lower() in said(desk.open(page).text), page
        assert "dentist" not in said(desk.open(page).text) or page.startswith("/calendar"), page


def test_a_session_outside_working_times_is_marked_wherever_it_is_listed(desk, mara, request_of_ines):
    works(mara, 12, 20)
    for page in places(request_of_ines):
        assert HOURS.lower() in said(desk.open(page).text), page
        assert OFF.lower() not in said(desk.open(page).text), page


def test_extra_time_at_another_location_leaves_the_mark_in_the_calendar(desk, mara, request_of_ines):
    off(mara)
    span = world.in_days(3, "09:00"), world.in_days(3, "12:00")
    ExtraTime.give(mara.id, span, mara.locations[1:])
    db.session.commit()
    calendar = places(request_of_ines)[3]
    assert OFF.lower() in said(desk.open(calendar).text)
    ExtraTime.give(mara.id, span, mara.locations[:1])
    db.session.commit()
    assert OFF.lower() not in said(desk.open(calendar).text)


def test_a_sessions_mark_follows_it_into_the_list_that_a_device_keeps(mara, visitor):
    with time_machine.travel(world.at("2026-11-24T12:00"), tick=False):
        desk, booking = visitor("mara@example.com"), world.INES.is_booked(mara, world.in_days(0, "15:00"))
        off(mara, 0)
        (line,) = desk.http.get("/dashboard/kept").json["sessions"]
    assert (line["status"], booking.status) == (OFF, "confirmed")


def test_confirming_a_session_in_time_off_takes_one_more_press(desk, mara, request_of_ines):
    off(mara)
    page = desk.press(desk.open(f"/sessions/{request_of_ines.id}"), "Confirm session")
    assert page.status == 409
    assert "This session falls in your time off. Nothing is confirmed yet." in page.text
    assert not confirmed(request_of_ines)
    for button in (ALL_THE_SAME, "Edit date/time", "Edit location", "Decline session"):
        assert page.filled(button), button
    desk.press(page, ALL_THE_SAME)
    assert confirmed(request_of_ines)


def test_a_session_that_falls_in_time_off_meanwhile_is_asked_about_again(desk, mara, request_of_ines):
    works(mara, 12, 20)
    page = desk.press(desk.open(f"/sessions/{request_of_ines.id}"), "Confirm session")
    assert "This session is outside your working times. Nothing is confirmed yet." in page.text
    off(mara)
    page = desk.press(page, ALL_THE_SAME)
    assert "This session falls in your time off." in page.text
    assert not confirmed(request_of_ines)


def test_time_opened_again_meanwhile_is_no_reason_to_ask(desk, mara, request_of_ines):
    time_off = off(mara)
    page = desk.press(desk.open(f"/sessions/{request_of_ines.id}"), "Confirm session")
    time_off.reopen()
    db.session.commit()
    desk.press(page, ALL_THE_SAME)
    assert confirmed(request_of_ines)


@pytest.mark.parametrize("address", LISTS)
def test_a_session_outside_is_listed_until_the_time_is_opened_again(desk, mara, request_of_ines, address):
    request_of_ines.confirm()
    assert "outside-listed" not in desk.open(address).text
    time_off = off(mara)
    listed = desk.open(address).text.partition('id="outside-listed"')[2].partition("</section>")[0]
    assert "Ines Keller" in listed
    assert OFF in listed
    assert f'href="/sessions/{request_of_ines.id}/rearrangement?reason=own"' in listed
    time_off.reopen()
    db.session.commit()
    assert "outside-listed" not in desk.open(address).text


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_a_session_outside_is_listed_until_it_is_moved_or_cancelled(desk, mara, request_of_ines, verb):
    off(mara)
    assert "outside-listed" in desk.open("/dashboard").text
    if verb == "move":
        request_of_ines.move(world.in_days(5), mara.locations[0])
    else:
        request_of_ines.cancel(by="client")
    db.session.commit()
    assert "outside-listed" not in desk.open("/dashboard").text


def test_what_a_change_has_just_named_is_not_listed_twice(desk, mara, request_of_ines):
    day = f"{world.in_days(3):%Y-%m-%d}"
    page = desk.press(desk.open("/times-off"), "Take time off", from_date=day)
    assert page.text.count(f'href="/sessions/{request_of_ines.id}"') == 1
    assert "outside-listed" in desk.open("/times-off").text


def test_a_long_list_of_sessions_outside_tells_how_many_more_there_are(desk, mara, request_of_ines):
    for number in range(4, 26):
        world.Person(f"Client {number}", f"client{number}@example.net").is_booked(mara, world.in_days(number))
    works(mara, 12, 20)
    page = desk.open("/working-times").text
    assert page.count("Rearrange</a>") == 20
    assert "3 more" in page


@pytest.mark.parametrize("address", ["/dashboard", "/sessions", "/working-times", "/calendar?view=week"])
def test_many_sessions_outside_take_no_more_statements_than_one(desk, mara, request_of_ines, address):
    def count() -> int:
        desk.open(address)
        db.session.expire_all()
        with statements() as came:
            desk.open(address)
        return len(came)

    request_of_ines.confirm()
    off(mara)
    few = count()
    for number in range(4, 12):
        world.Person(f"Client {number}", f"client{number}@example.net").is_booked(mara, world.in_days(number))
        off(mara, number)
    assert count() == few
