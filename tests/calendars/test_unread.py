"""Days that nobody has looked up in a calendar outside are not offered, and are looked up as soon as they could be."""

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.calendars.connections import notices
from app.calendars.reading.gathering import BEYOND
from app.database import db
from app.jobs.openings import refresh_openings
from app.scheduling.availability import free_slots
from app.scheduling.open_day import OpenDay
from tests import world
from tests.calendars.connected import connect
from tests.calendars.test_reading import hour
from tests.google import BACKEND_ERROR

FAR, LAST = 120, 60 + BEYOND.days  # days from now; read when 60 days can be booked


@pytest.fixture
def raise_horizon(visitor, mara):
    """Mara lets clients book half a year ahead."""

    def press() -> None:
        desk = visitor("mara@example.com")
        page = desk.press(desk.open("/working-times/rules"), "Save rules", horizon="180")
        assert "Saved." in page.text

    return press


def offered(therapist, days: int) -> list[str]:
    """Starts on that day, as clients are offered them."""
    db.session.commit()
    day, room, kind = world.in_days(days).date(), therapist.locations[0], therapist.session_types[0]
    return [f"{start.astimezone(therapist.tz):%H:%M}" for start in free_slots(therapist, kind, room, day, 1)]


def days_in_directory() -> set:
    db.session.commit()
    refresh_openings()
    return set(db.session.scalars(db.select(OpenDay.day)))


def test_days_ahead_are_offered_when_their_calendar_has_been_read(connection, maras, mara, sync, raise_horizon):
    maras.primary.add("Congress", *hour(FAR))
    sync()
    raise_horizon()
    assert (offered(mara, FAR), offered(mara, LAST + 1)) == ([], [])
    assert offered(mara, LAST - 1)
    sync()
    assert "09:00" in offered(mara, FAR)
    assert "10:00" not in offered(mara, FAR)
    assert "10:00" in offered(mara, FAR + 1)


def test_raising_the_days_ahead_has_them_read_at_once(connection, sync, raise_horizon):
    sync()
    raise_horizon()
    db.session.expire_all()
    assert connection.calendars[0].next_sync_at <= clock.now()


def test_while_google_is_down_nothing_further_is_offered_and_the_therapist_reads_why(
    connection, google, mara, sync, raise_horizon
):
    sync()
    google.faults.always(BACKEND_ERROR, "events.list")
    raise_horizon()
    sync()
    assert offered(mara, FAR) == []
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=True):
        (notice,) = notices.of_therapist(mara).notices
        assert "are not offered before it has been read." in notice.words


def test_the_directory_follows(connection, mara, sync, raise_horizon):
    sync()
    raise_horizon()
    far = world.in_days(FAR).date()
    assert far not in days_in_directory()
    sync()
    assert far in days_in_directory()


def test_of_two_calendars_the_one_that_was_read_less_far_counts(knows_google, google, maras, mara, sync):
    connection = connect(google, maras, mara, maras.primary, maras.calendar("Private"))
    sync()
    connection.calendars[1].read_until = world.in_days(30)
    db.session.commit()
    assert offered(mara, 29)
    assert offered(mara, 31) == []
    connection.choose([connection.calendars[0]])
    assert offered(mara, 31), "it closes time no longer"


@pytest.mark.parametrize("before", [False, True], ids=["never", "long ago"])
def test_a_calendar_that_was_chosen_a_moment_ago_closes_nothing_before_it_is_read(connection, mara, sync, before):
    if before:
        sync()
        connection.calendars[0].read_until = world.in_days(2)
        connection.choose([])
        connection.choose(connection.calendars)
    assert offered(mara, 40)


def test_a_consent_that_is_over_empties_nobodys_page(connection, google, maras, mara, sync):
    sync()
    connection.calendars[0].read_until = world.in_days(2)
    db.session.commit()
    assert world.in_days(40).date() not in days_in_directory()
    google.revoke(maras)
    sync(connection)
    assert offered(mara, 40)
    assert world.in_days(40).date() in days_in_directory()
