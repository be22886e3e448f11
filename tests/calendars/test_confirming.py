"""Confirm session, with a Google that is asked first: quick, slow, silent or broken."""

import threading
import time

import pytest

from app import clock
from app.booking.booking import Booking
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding import live_check
from app.calendars.deciding.live_check import look
from app.database import db
from app.scheduling.busy_time import BusyTime
from tests.blueprints.pages import read
from tests.calendars.connected import busy_spans, known_busy
from tests.google import faults
from tests.world import in_days

TEN, HALF_PAST, ELEVEN = (in_days(3, at) for at in ("10:00", "10:30", "11:00"))
CLASH = "Your Google calendar says that you are busy:"
SILENT = "Google could not be asked just now; this is what we knew at"
ALL_THE_SAME = "Confirm all the same"


pytestmark = pytest.mark.usefixtures("google_gets_its_time")


@pytest.fixture
def desk(calendar, request_of_ines, visitor):
    return visitor("mara@example.com")


@pytest.fixture
def press(desk, request_of_ines):
    """Confirm session, on the page of the session."""
    page = desk.open(f"/sessions/{request_of_ines.id}")
    return lambda: desk.press(page, "Confirm session")


def status_of(booking) -> str:
    db.session.expire_all()
    return booking.status


def test_what_nobody_has_read_yet_is_found(press, desk, maras, request_of_ines, sync, mara, calendar, connection):
    maras.primary.add("Dentist", HALF_PAST, ELEVEN)
    page = press()
    assert (page.status, status_of(request_of_ines)) == (409, "requested")
    assert CLASH in page.text
    assert "Dentist" not in page.text
    page = desk.press(page, ALL_THE_SAME)
    assert (page.status, status_of(request_of_ines)) == (200, "confirmed")
    # It is read with the next round, and is no news then.
    assert calendar.next_sync_at <= clock.now()
    sync(connection)
    assert busy_spans(mara) == [(HALF_PAST, ELEVEN)]
    assert CLASH not in desk.open("/dashboard").text


def test_a_free_day_confirms_at_once(press, request_of_ines):
    page = press()
    assert (page.status, status_of(request_of_ines)) == (200, "confirmed")
    assert SILENT not in page.text


def test_what_has_gone_there_stands_in_no_way(press, calendar, mara, request_of_ines):
    known_busy(mara, TEN, ELEVEN, calendar)
    assert (press().status, status_of(request_of_ines)) == (200, "confirmed")


@pytest.fixture
def once_asked(app, monkeypatch):
    """Have somebody else do something when Google has answered, before anybody judges the answer."""

    def meanwhile(act):
        answers = live_check._answers

        def slowly(*asked):
            answered = answers(*asked)
            in_a_thread_of_its_own(app, act)
            return answered

        monkeypatch.setattr(live_check, "_answers", slowly)

    return meanwhile


def in_a_thread_of_its_own(app, act) -> None:
    def work() -> None:
        with app.app_context():
            act()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(30)


def test_what_was_read_while_google_was_asked_counts(press, calendar, mara, request_of_ines, once_asked):
    """The answer is older than what another worker has stored since."""
    ids = {"therapist_id": mara.id, "calendar_id": calendar.id}

    def read_it() -> None:
        db.session.add(BusyTime(**ids, external_id="x", starts_at=HALF_PAST, ends_at=ELEVEN))
        db.session.commit()

    once_asked(read_it)
    assert (press().status, status_of(request_of_ines)) == (409, "requested")


def test_a_client_who_cancels_while_google_is_asked_comes_first(press, request_of_ines, once_asked):
    booking_id = request_of_ines.id

    def cancel() -> None:
        db.session.get_one(Booking, booking_id).cancel(by="client")
        db.session.commit()

    once_asked(cancel)
    page = press()
    assert (page.status, status_of(request_of_ines)) == (409, "cancelled")
    assert "This session has changed meanwhile" in page.text


@pytest.mark.parametrize("fault", [faults.UNAVAILABLE, faults.UNAUTHORIZED, faults.FORBIDDEN, faults.CUT], ids=str)
def test_without_an_answer_what_is_known_decides_and_that_is_said(press, google, maras, request_of_ines, fault):
    maras.primary.add("Dentist", TEN, ELEVEN)
    google.faults.always(fault)
    page = press()
    assert (page.status, status_of(request_of_ines)) == (200, "confirmed")
    assert SILENT in page.text


@pytest.mark.parametrize("fault", [faults.UNAVAILABLE, faults.EMPTY, faults.NOTHING_SAID], ids=lambda one: one.name)
def test_without_an_answer_a_known_clash_is_still_one(press, google, calendar, mara, request_of_ines, fault):
    known_busy(mara, HALF_PAST, ELEVEN, calendar)
    google.faults.always(fault)
    page = press()
    assert (page.status, status_of(request_of_ines)) == (409, "requested")
    assert CLASH in page.text
    assert SILENT in page.text


def test_a_google_that_hangs_costs_its_two_seconds(press, google, request_of_ines, monkeypatch):
    monkeypatch.setattr(live_check, "SECONDS", 0.3)
    google.faults.always(faults.HANG)
    began = time.monotonic()
    page = press()
    assert time.monotonic() - began < 10, "the machine is busy; without a limit it takes two minutes"
    assert (page.status, status_of(request_of_ines)) == (200, "confirmed")
    assert SILENT in page.text


def test_others_write_while_google_takes_its_time(press, mara, request_of_ines, monkeypatch):
    """No transaction is open then, in which they would have to wait for their turn."""
    meanwhile = []

    def look_and_note(*asked):
        found = look(*asked)
        meanwhile.append(db.session().in_transaction())
        return found

    monkeypatch.setattr("app.blueprints.desk.bookings.look", look_and_note)
    press()
    assert meanwhile == [False]


def test_what_was_answered_before_asks_nobody(press, desk, google, request_of_ines):
    press()
    asked = google.count()
    assert desk.post(f"/bookings/{request_of_ines.id}/confirmation", token(desk)).status == 409
    assert google.count() == asked


def test_a_confirmation_kept_offline_is_held_against_google_too(desk, maras, google, request_of_ines):
    maras.primary.add("Dentist", HALF_PAST, ELEVEN)
    address = f"/bookings/{request_of_ines.id}/kept-confirmation"
    first = desk.http.post(address, data=kept(desk, request_of_ines)).json
    assert (first["done"], status_of(request_of_ines)) == (False, "requested")
    assert CLASH in first["sentence"]
    google.faults.always(faults.UNAVAILABLE)
    second = desk.http.post(address, data=kept(desk, request_of_ines, "another-key-123456")).json
    assert second["done"] is True, "nothing is known of it yet"
    assert SILENT in second["sentence"]


def token(desk) -> dict[str, str]:
    return {"csrf_token": desk.form_token("/settings")}


def kept(desk, booking, key="1234567890-abcdef") -> dict[str, str]:
    owner = next(iter(read(desk.open("/settings").text).all("main"))).attributes["data-owner"]
    seen = {"start": str(int(booking.starts_at.timestamp())), "location": str(booking.location_id)}
    return token(desk) | seen | {"owner": owner, "key": key, "age": "60"}


def test_that_a_calendar_by_its_address_was_read_long_ago_is_told_at_the_confirmation(press, mara, request_of_ines):
    connection = CalendarConnection(therapist_id=mara.id, kind="address")
    connection.calendars = [OutsideCalendar(external_id="x", name="Choir", is_read=True, last_sync_at=in_days(-3))]
    db.session.add(connection)
    db.session.commit()
    page = press()
    assert (page.status, status_of(request_of_ines)) == (200, "confirmed")
    assert "Your calendar Choir was last read at 10:00 on" in page.text
