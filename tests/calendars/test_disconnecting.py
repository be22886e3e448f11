"""Disconnecting a Google calendar with a button: what it closed is open again, and nothing of it stays."""

import pytest

from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.connections.watch_channel import WatchChannel
from app.calendars.deciding.settled_clash import SettledClash
from app.database import db
from app.jobs import calendar_entries
from app.jobs.google_access import opened
from app.practice.therapist import Therapist
from app.scheduling.busy_time import BusyTime
from tests import world
from tests.calendars.at_google import HERE, asked, connects, decides, decides_about_busy_time, the_connection
from tests.google import BACKEND_ERROR, HANG


def test_disconnecting_opens_the_time_forgets_everything_and_revokes_the_consent(desk, mara, google):
    connects(desk, google)
    calendar = the_connection().calendars[0]
    decides_about_busy_time(mara, calendar)
    channel = watch(calendar)
    was_seen = mara.diary_revision
    page = desk.press(desk.open(HERE), "Disconnect")
    assert "Disconnected: mara@gmail.example. The times it blocked are free again." in page.text
    assert "Google did not answer" not in page.text
    db.session.rollback()
    for table in (CalendarConnection, OutsideCalendar, WatchChannel, BusyTime, SettledClash):
        assert not db.session.scalar(db.select(table)), table
    assert db.session.get_one(Therapist, mara.id).diary_revision > was_seen
    assert google.count("oauth.revoke") == 1
    assert [one.id for one in google.notices.open()] == []
    assert channel


def test_disconnecting_takes_sessions_out_of_the_calendar_if_wanted(desk, mara, google):
    private = google.accounts["mara@gmail.example"].primary
    for wanted in (True, False):
        connects(desk, google)
        desk.press(desk.open(decides(asked(desk, "Write my sessions there"))), "Finish connecting")
        booking = world.INES.is_booked(mara, world.in_days(4 if wanted else 5))
        calendar_entries.start()
        calendar_entries.wait()
        assert len(private.live()) == 1
        form, fields = desk.open(HERE).filled("Disconnect")
        desk.post(form.action, [pair for pair in fields if wanted or pair[0] != "take_away"])
        assert len(private.live()) == (0 if wanted else 1)
        booking.cancel("therapist", "ill")
        db.session.commit()


@pytest.mark.parametrize("fault", [BACKEND_ERROR, HANG])
def test_disconnecting_does_not_wait_for_google(desk, google, fault, monkeypatch):
    monkeypatch.setattr("app.integrations.google_calendar.farewell.SECONDS", 0.2)
    connects(desk, google)
    google.faults.always(fault, "oauth.revoke")
    page = desk.press(desk.open(HERE), "Disconnect")
    assert "Disconnected: mara@gmail.example." in page.text
    assert "myaccount.google.com/connections" in page.text
    db.session.rollback()
    assert not db.session.scalar(db.select(CalendarConnection))


def test_a_consent_that_another_therapist_still_needs_is_not_revoked(desk, otto, google, visitor):
    connects(desk, google)
    connects(visitor("otto@example.com"), google)
    desk.press(desk.open(HERE), "Disconnect")
    assert google.count("oauth.revoke") == 0
    with opened(the_connection().id) as calendar:
        assert calendar.calendars()


def watch(calendar: OutsideCalendar) -> WatchChannel:
    """Google tells us of changes in it."""
    address = "http://127.0.0.1:1/hooks"
    with opened(calendar.connection_id) as google:
        told = google.watch(calendar.external_id, channel_id="c1", token="secret", address=address, seconds=3600)
    channel = WatchChannel(
        calendar_id=calendar.id,
        channel_id=told.channel_id,
        secret_hash="",
        resource_id=told.resource_id,
        ends_at=told.expires_at,
    )
    db.session.add(channel)
    db.session.commit()
    return channel
