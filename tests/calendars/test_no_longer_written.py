"""When writing ends, by whatever button, what of ours is to come goes from the calendar there; what is over stays."""

import threading
import time
from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.database import db
from app.jobs import calendar_entries
from app.jobs.calendar_entries import REMOVING
from tests import world
from tests.calendars.connected import chosen
from tests.calendars.written import entries, rows, session, tried_again, write, written
from tests.google import BACKEND_ERROR, HANG, READING, UNAUTHORIZED
from tests.waiting import wait_until

__all__ = ["session", "write", "written"]

HERE = "/settings/calendars"


@pytest.fixture
def stands(written, session, write, mara):
    world.JONAS.is_booked(mara, world.in_days(5))
    write()


@pytest.fixture
def desk(visitor):
    return visitor("mara@example.com")


def test_stop_writing_takes_everything_to_come_away(maras, written, stands, write, desk):
    page = desk.press(desk.open(HERE), "Stop writing")
    assert "being removed" in page.text
    write()
    assert entries(maras.primary) == []
    assert rows() == []
    assert "still stand" not in desk.open(HERE).text


def test_what_is_over_stays_and_is_forgotten_here(google, maras, written, stands, write):
    google.now, over = clock.now, [(world.in_days(3), "confirmed", "I. K.")]
    with time_machine.travel(world.in_days(4)):
        written.write_into(None)
        written.access_until = clock.now()
        write()
        assert entries(maras.primary) == over
        assert rows() == []


def test_another_calendar_takes_over(maras, written, stands, write):
    practice = maras.calendar("Practice")
    written.calendars.append(chosen(practice, maras))
    db.session.commit()
    written.write_into(written.calendars[1])
    write()
    assert entries(maras.primary) == []
    assert [starts for starts, _, _ in entries(practice)] == [world.in_days(3), world.in_days(5)]


def test_back_again_each_stands_once(maras, written, stands, write):
    for calendar in (None, written.calendars[0], None, written.calendars[0]):
        written.write_into(calendar)
        write()
    assert [starts for starts, _, _ in entries(maras.primary)] == [world.in_days(3), world.in_days(5)]


def test_what_cannot_be_removed_is_told_and_tried_again(google, maras, written, stands, write, desk):
    google.faults.always(BACKEND_ERROR, "events.delete")
    written.write_into(None)
    write()
    assert "2 of your sessions are still in" in desk.open(HERE).text
    google.faults.clear()
    tried_again()
    write()
    assert entries(maras.primary) == []


def test_disconnecting_takes_everything_to_come_away_first(google, maras, written, stands, desk):
    page = desk.press(desk.open(HERE), "Disconnect")
    assert "Disconnected" in page.text
    assert "could not be removed" not in page.text
    assert entries(maras.primary) == []
    assert google.count("oauth.revoke") == 1


@pytest.mark.parametrize("fault", [BACKEND_ERROR, UNAUTHORIZED])
def test_disconnecting_tells_how_many_could_not_be_removed(google, maras, written, stands, desk, fault):
    google.faults.always(fault, "events.delete")
    page = desk.press(desk.open(HERE), "Disconnect")
    assert "2 of your sessions could not be removed there" in page.text
    assert rows() == []


def test_without_the_second_consent_nothing_can_be_removed_and_that_is_told(
    google, maras, written, stands, write, desk
):
    written.scopes = " ".join(READING)
    written.write_into(None)
    before = len(google.asked)
    write()
    assert len(google.asked) == before
    assert "please delete them there" in desk.open(HERE).text
    assert calendar_entries.remove_all(written.id, seconds=60) == 2


def test_disconnecting_waits_for_whoever_is_at_it_only_so_long(google, maras, written, stands):
    (calendar,) = written.calendars
    calendar.write_lease_until = clock.now() + timedelta(minutes=2)
    db.session.commit()
    assert calendar_entries.remove_all(written.id, seconds=0.3) == 2


def test_disconnecting_does_not_wait_for_an_answer_that_does_not_come(google, maras, written, stands):
    google.faults.always(HANG, "events.delete")
    began = time.monotonic()
    assert calendar_entries.remove_all(written.id, seconds=0.5) == 2
    assert time.monotonic() - began < 6, "the machine is busy; Google would be waited for ten seconds"
    written.disconnect()
    db.session.commit()
    google.faults.released.set()
    assert removing_ended()
    assert rows() == []


def removing_ended() -> bool:
    """Who came too late found nothing to do any more."""
    wait_until(lambda: REMOVING not in [one.name for one in threading.enumerate()], timeout=60)
    return True


def test_a_session_that_is_erased_here_goes_there(maras, mara, session, stands, write):
    rows()[0].booking_id = None  # as the database does when the session's row is deleted
    session.status = "requested"  # it is in nobody's diary any more
    mara.diary_revision += 1
    write()
    assert entries(maras.primary) == [(world.in_days(5), "confirmed", "J. P.")]
    assert len(rows()) == 1
