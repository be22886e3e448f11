"""What calendars an account has is looked up again: each day, and when its therapist presses *Sync now*."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.integrations.google_calendar import Tokens
from app.jobs import google_access
from tests import world
from tests.calendars.connected import busy_spans
from tests.calendars.test_reading import hour
from tests.google import BACKEND_ERROR, READING


@pytest.fixture
def read(connection, sync):
    sync()
    return connection


def a_day_passes(connection) -> None:
    connection.calendars[0].full_sync_at = clock.now() - timedelta(hours=25)
    db.session.commit()


def names() -> list[str]:
    db.session.commit()
    return list(db.session.scalars(db.select(OutsideCalendar.name).order_by(OutsideCalendar.id)))


def test_a_calendar_that_was_made_there_later_can_be_chosen_after_sync_now(read, maras, mara, sync, visitor):
    maras.calendar("Choir").add("Concert", *hour(3))
    desk = visitor("mara@example.com")
    desk.press(desk.open("/settings/calendars"), "Sync now")
    sync()
    form, fields = desk.open("/settings/calendars").filled("Save choice")
    choir = read.calendars[1]
    assert choir.name == "Choir"
    assert "Choir" in desk.post(form.action, [*fields, ("calendars", str(choir.id))]).text
    sync()
    assert busy_spans(mara) == [hour(3)]


def test_each_day_names_are_as_they_are_there_and_what_went_is_not_offered(read, maras, mara, sync):
    choir = maras.calendar("Choir")
    a_day_passes(read)
    sync(read)
    assert names() == [maras.email, "Choir"]
    was_seen = mara.diary_revision
    choir.name, choir.roles[maras.email] = "Choir, old", "reader"
    a_day_passes(read)
    sync(read)
    db.session.expire_all()
    assert [(one.name, one.can_write) for one in read.calendars] == [(maras.email, True), ("Choir, old", False)]
    assert mara.diary_revision > was_seen, "open pages show it"
    choir.unshare(maras)
    a_day_passes(read)
    sync(read)
    assert names() == [maras.email]


def test_otherwise_nobody_asks_for_the_list(read, google, maras, sync):
    maras.primary.add("Dentist", *hour(2))
    sync(read)
    assert google.count("calendarList.list") == 0


def test_where_the_list_fails_the_calendar_is_read_all_the_same(read, google, maras, mara, sync):
    maras.primary.add("Dentist", *hour(2))
    google.faults.always(BACKEND_ERROR, "calendarList.list")
    a_day_passes(read)
    sync(read)
    assert busy_spans(mara) == [hour(2)]
    assert (read.calendars[0].error, read.error) == (None, None)


def test_a_list_without_their_own_calendar_takes_none_away(read, maras, sync):
    maras.calendar("Choir")
    a_day_passes(read)
    sync(read)
    read.list_again([])
    assert names() == [maras.email, "Choir"]


def test_a_new_consent_leaves_no_whole_day_in_the_zone_of_before(read, google, maras, mara, sync):
    day = world.in_days(3).date()
    maras.primary.add("Away", day, day + timedelta(days=1))
    sync(read)
    maras.primary.zone = "Asia/Tokyo"
    again = google.grant(maras, READING)
    with google_access.opened(read.id) as calendar:
        listed = calendar.calendars()
    read.accept(Tokens(again.access, again.expires_at, again.refresh, READING), listed)
    db.session.commit()
    sync()
    (span,) = busy_spans(mara)
    assert span[0].astimezone(ZoneInfo("Asia/Tokyo")).time() == time(0)
    assert read.calendars[0].zone == "Asia/Tokyo"
