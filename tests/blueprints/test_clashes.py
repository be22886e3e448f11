"""A session of ours at a time that is busy elsewhere: the therapist reads of it, and decides."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding.settled_clash import SettledClash
from app.database import db
from app.messages.message import Message
from tests import world
from tests.blueprints.pages import read
from tests.calendars.connected import known_busy

TEN, HALF_PAST, ELEVEN = (world.in_days(3, at) for at in ("10:00", "10:30", "11:00"))
CLASH = "Your other calendar says that you are busy:"
ALL_THE_SAME = "Confirm all the same"


@pytest.fixture
def desk(mara, request_of_ines, visitor):
    """Mara's browser, with a request by Ines at ten in her diary."""
    return visitor("mara@example.com")


@pytest.fixture
def session(desk, request_of_ines):
    """The page of her session, as it stands now."""
    return lambda: desk.open(f"/sessions/{request_of_ines.id}")


def confirmed(booking) -> bool:
    db.session.expire_all()
    mails = db.session.scalar(select(func.count(Message.id)).filter_by(booking_id=booking.id, name="confirmed"))
    assert bool(mails) is (booking.status == "confirmed")
    return booking.status == "confirmed"


# At the confirmation


def test_a_busy_time_is_put_to_the_therapist_with_the_choices(desk, session, mara, request_of_ines):
    known_busy(mara, HALF_PAST, ELEVEN)
    page = desk.press(session(), "Confirm session")
    assert page.status == 409
    assert CLASH in page.text
    assert "10:30–11:00. Nothing is confirmed yet." in page.text
    assert not confirmed(request_of_ines)
    for button in (ALL_THE_SAME, "Edit date/time", "Edit location", "Decline session"):
        assert page.filled(button), button
    assert "Confirm session" not in page.text


def test_confirming_all_the_same_settles_it(desk, session, mara, request_of_ines):
    known_busy(mara, HALF_PAST, ELEVEN)
    page = desk.press(desk.press(session(), "Confirm session"), ALL_THE_SAME)
    assert page.status == 200
    assert confirmed(request_of_ines)
    assert CLASH not in page.text
    assert CLASH not in desk.open("/dashboard").text


def test_what_came_while_the_therapist_was_reading_is_told_first(desk, session, mara, request_of_ines):
    known_busy(mara, HALF_PAST, ELEVEN)
    page = desk.press(session(), "Confirm session")
    known_busy(mara, TEN, HALF_PAST)
    page = desk.press(page, ALL_THE_SAME)
    assert (page.status, confirmed(request_of_ines)) == (409, False)
    assert "10:00–10:30" in page.text
    assert desk.press(page, ALL_THE_SAME).status == 200
    assert confirmed(request_of_ines)


def test_what_went_meanwhile_stands_in_no_way(desk, session, mara, request_of_ines):
    busy = known_busy(mara, HALF_PAST, ELEVEN)
    page = desk.press(session(), "Confirm session")
    db.session.delete(busy)
    assert desk.press(page, ALL_THE_SAME).status == 200
    assert confirmed(request_of_ines)


def test_touching_is_no_clash(desk, session, mara, request_of_ines):
    known_busy(mara, world.in_days(3, "09:00"), TEN)
    known_busy(mara, request_of_ines.ends_at, ELEVEN)
    assert desk.press(session(), "Confirm session").status == 200
    assert confirmed(request_of_ines)


def test_what_is_busy_in_somebody_elses_calendar_is_not(desk, session, otto, request_of_ines):
    known_busy(otto, TEN, ELEVEN)
    assert desk.press(session(), "Confirm session").status == 200


def test_a_request_that_was_answered_meanwhile_shows_how_it_stands(desk, session, mara, request_of_ines):
    page = session()
    request_of_ines.cancel(by="client")
    known_busy(mara, TEN, ELEVEN)
    page = desk.press(page, "Confirm session")
    assert page.status == 409
    assert "This session has changed meanwhile" in page.text
    assert ALL_THE_SAME not in page.text


def test_odd_keys_are_no_keys(desk, session, mara, request_of_ines):
    known_busy(mara, TEN, ELEVEN)
    page = desk.press(session(), "Confirm session")
    form, fields = page.filled(ALL_THE_SAME)
    for odd in ("", "x", "0-0", "\x00", "-", "9" * 400):
        typed = [(name, odd if name == "busy" else value) for name, value in fields]
        assert desk.post(form.action, dict(typed)).status == 409
    assert not confirmed(request_of_ines)


def test_in_the_list_it_is_put_in_its_row(desk, mara, request_of_ines):
    known_busy(mara, TEN, ELEVEN)
    row = f"session-{request_of_ines.id}-row"
    token = desk.form_token("/settings")
    swaps = {"HX-Request": "true", "HX-Target": f"li#{row}"}
    address = f"/bookings/{request_of_ines.id}/confirmation"
    answer = desk.http.post(address, data={"csrf_token": token}, headers=swaps)
    assert answer.status_code == 409
    assert answer.text.strip().startswith(f'<li id="{row}"')
    assert ALL_THE_SAME in answer.text


# Standing sessions


@pytest.fixture
def agreed(mara, request_of_ines):
    request_of_ines.confirm()
    db.session.commit()
    return request_of_ines


def test_a_session_that_stands_is_kept_or_moved(desk, session, mara, agreed):
    known_busy(mara, HALF_PAST, ELEVEN)
    today = desk.open("/dashboard")
    assert "Busy elsewhere" in today.text
    assert today.text.count(f'id="session-{agreed.id}-row"') == 1
    page = session()
    assert "The session stays booked until you decide." in page.text
    assert page.filled("Edit date/time")
    page = desk.press(page, "Keep it")
    assert page.status == 200
    assert CLASH not in page.text
    assert "Busy elsewhere" not in desk.open("/dashboard").text


def test_keeping_is_for_that_very_busy_time(desk, session, mara, agreed):
    busy = known_busy(mara, HALF_PAST, ELEVEN)
    desk.press(session(), "Keep it")
    busy.ends_at = world.in_days(3, "11:30")
    db.session.commit()
    assert "10:30–11:30" in session().text


def test_keeping_what_has_changed_meanwhile_shows_it(desk, session, mara, agreed):
    known_busy(mara, HALF_PAST, ELEVEN)
    page = session()
    known_busy(mara, TEN, HALF_PAST)
    answer = desk.press(page, "Keep it")
    assert answer.status == 409
    assert "10:00–10:30" in answer.text
    assert db.session.scalar(select(func.count(SettledClash.id))) == 0


def test_what_was_offered_stays_held_until_the_therapist_decides(desk, session, mara, offer_to_ines):
    known_busy(mara, world.in_days(4, "12:15"), world.in_days(4, "12:30"))
    page = session()
    assert "The times you offered stay held until you decide." in page.text
    assert CLASH in desk.open("/dashboard").text
    assert CLASH not in desk.press(page, "Keep it").text


def test_the_time_that_a_session_is_to_leave_clashes_with_nothing(session, mara, offer_to_ines):
    """That it is busy then may be why."""
    known_busy(mara, TEN, ELEVEN)
    assert CLASH not in session().text


def test_the_same_entry_in_two_calendars_is_told_once(session, mara, agreed):
    known_busy(mara, HALF_PAST, ELEVEN)
    known_busy(mara, HALF_PAST, ELEVEN)
    assert session().text.count("10:30–11:00") == 1


def test_what_is_over_clashes_with_nothing(session, mara, agreed):
    known_busy(mara, TEN, ELEVEN)
    agreed.cancel(by="client")
    db.session.commit()
    assert CLASH not in session().text


def test_a_client_reads_nothing_of_it(visitor, mara, agreed):
    known_busy(mara, TEN, ELEVEN)
    link = PersonalLink.to_session(agreed.id).token
    db.session.commit()
    page = visitor().open(f"/s/{link}")
    assert page.status == 200
    assert "you are busy" not in page.text
    assert "10:00–11:00" not in page.text


# What the therapist was warned of when they chose the time


def test_what_was_warned_of_when_moving_is_no_news(desk, session, mara, agreed):
    known_busy(mara, world.in_days(5, "12:00"), world.in_days(5, "13:00"))
    page = desk.open(f"/sessions/{agreed.id}/rearrangement?reason=asked")
    typed = {"date": f"{world.in_days(5):%Y-%m-%d}", "time": "12:00"}
    page = desk.press(page, "Save change", **typed)
    assert page.status == 422
    assert desk.press(page, "Save change", **typed).status == 200
    assert CLASH not in session().text


def test_another_warning_than_the_one_that_was_read_is_given_first(desk, mara, agreed):
    busy = known_busy(mara, world.in_days(5, "12:00"), world.in_days(5, "13:00"))
    page = desk.open(f"/sessions/{agreed.id}/rearrangement?reason=asked")
    typed = {"date": f"{world.in_days(5):%Y-%m-%d}", "time": "12:00"}
    page = desk.press(page, "Save change", **typed)
    busy.ends_at = world.in_days(5, "14:00")
    db.session.commit()
    page = desk.press(page, "Save change", **typed)
    assert page.status == 422
    assert desk.press(page, "Save change", **typed).status == 200


def test_what_was_offered_with_a_warning_is_no_news(session, mara, request_of_ines):
    known_busy(mara, world.in_days(4, "12:00"), world.in_days(4, "13:00"))
    offer: Offer = world.offer_times(request_of_ines, world.in_days(4, "12:00"))
    assert CLASH not in session().text
    offer.accept(offer.alternatives[0])
    db.session.commit()
    assert CLASH not in session().text


def test_what_was_booked_for_a_client_with_a_warning_is_no_news(visitor, mara):
    known_busy(mara, TEN, ELEVEN)
    world.JONAS.is_booked(mara, TEN)
    assert CLASH not in visitor("mara@example.com").open("/dashboard").text


# Kept while offline


def test_a_confirmation_kept_offline_does_not_slip_past_a_clash(desk, mara, request_of_ines):
    known_busy(mara, HALF_PAST, ELEVEN)
    owner = next(iter(read(desk.open("/settings").text).all("main"))).attributes["data-owner"]
    start, place = int(request_of_ines.starts_at.timestamp()), request_of_ines.location_id
    typed = {"owner": owner, "key": "1234567890-abcdef", "age": "60", "start": str(start), "location": str(place)}
    typed |= {"csrf_token": desk.form_token("/settings")}
    answer = desk.http.post(f"/bookings/{request_of_ines.id}/kept-confirmation", data=typed).json
    assert answer["done"] is False
    assert answer["session"] == f"/sessions/{request_of_ines.id}"
    assert CLASH in answer["sentence"]
    assert "Ines K." in answer["sentence"]
    assert "nothing was confirmed" in answer["sentence"]
    assert not confirmed(request_of_ines)


# Connections that are not read as they should be


@pytest.mark.parametrize("path", ["/dashboard", "/calendar"])
def test_a_connection_that_broke_is_told_of(visitor, mara, path):
    connection = CalendarConnection(therapist_id=mara.id, kind="google", state="broken")
    db.session.add(connection)
    db.session.commit()
    page = visitor("mara@example.com").open(path)
    assert "Your Google calendar is no longer connected" in page.text
    assert 'href="/settings/calendars"' in page.text


@pytest.mark.parametrize(("minutes", "is_told"), [(30, False), (90, True)])
def test_one_that_fails_for_long_is_told_of_more_quietly(visitor, mara, minutes, is_told):
    failing = clock.now() - timedelta(minutes=minutes)
    connection = CalendarConnection(therapist_id=mara.id, kind="address", failing_since=failing)
    connection.calendars = [OutsideCalendar(external_id="x", is_read=True, attempts=1)]
    db.session.add(connection)
    db.session.commit()
    page = visitor("mara@example.com").open("/dashboard")
    assert ("Your other calendar has not answered since" in page.text) is is_told
