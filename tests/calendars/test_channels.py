"""Google is asked to tell of changes: once for each calendar, again in time, and no longer than it is wanted."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.calendars.connections import channels, health
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.watch_channel import WatchChannel
from app.config import GOOGLE_API
from app.database import db
from app.practice.user import digest
from tests.calendars.connected import connect
from tests.google import BACKEND_ERROR, LOST


@pytest.fixture(autouse=True)
def quiet(google):
    """Notices would find nobody here."""
    google.notices.on = False


def kept() -> list[Any]:
    columns = WatchChannel.channel_id, WatchChannel.resource_id, WatchChannel.secret_hash
    times = WatchChannel.made_at, WatchChannel.ends_at
    found = db.session.execute(db.select(*columns, *times).order_by(WatchChannel.id)).all()
    db.session.commit()
    return list(found)


def test_once_it_is_read_google_tells_of_its_changes(connection, google, maras, sync):
    sync()
    sync(connection)
    (channel,), (known,) = google.notices.open(maras.primary), kept()
    assert channel.address == "http://localhost/hooks/google-calendar"
    assert (known.channel_id, known.resource_id) == (channel.id, channel.resource_id)
    assert known.secret_hash == digest(channel.token)
    assert channel.token not in known.secret_hash
    assert len(channel.token) >= 40


def test_each_calendar_has_a_secret_of_its_own(knows_google, google, maras, mara, sync):
    connect(google, maras, mara, maras.primary, maras.calendar("Private"))
    sync()
    assert len({channel.token for channel in google.notices.open()}) == 2


def test_it_is_renewed_after_four_fifths_of_its_life_and_for_a_while_both_tell(connection, google, maras, sync):
    sync()
    (first,) = kept()
    life = first.ends_at - first.made_at
    with time_machine.travel(first.made_at + 0.79 * life, tick=True):
        sync(connection)
        assert len(kept()) == 1
    with time_machine.travel(first.made_at + 0.81 * life, tick=True):
        sync(connection)
        sync(connection)
        assert kept()[0].channel_id == first.channel_id
        assert len(kept()) == len(google.notices.open(maras.primary)) == 2
    with time_machine.travel(first.made_at + 1.7 * life, tick=True):
        sync(connection)
        assert first.channel_id not in {one.channel_id for one in kept()}, "what is over is forgotten"


def test_google_gives_less_time_than_asked_for(connection, google, maras, sync):
    google.longest_channel = timedelta(hours=10)
    sync()
    assert len(kept()) == 1
    with time_machine.travel(clock.now() + timedelta(hours=9), tick=True):
        sync(connection)
    assert len(kept()) == 2


@pytest.mark.parametrize("fault", [BACKEND_ERROR, LOST], ids=lambda one: one.name)
def test_where_google_does_not_answer_it_is_read_all_the_same_and_asked_again_later(
    connection, google, maras, sync, fault
):
    google.faults.next(fault, "events.watch")
    sync()
    assert connection.calendars[0].error is None
    sync(connection)
    assert google.count("events.watch") == 1
    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=True):
        sync(connection)
        assert google.count("events.watch") == 2
        assert [bool(one.resource_id) for one in kept()] == [True]


def test_who_stops_reading_while_google_is_asked_hears_nothing(connection, google, maras, sync, monkeypatch):
    confirm = channels.confirm

    def too_late(promised):
        db.session.scalars(db.select(CalendarConnection)).one().choose([])
        db.session.commit()
        return confirm(promised)

    monkeypatch.setattr(channels, "confirm", too_late)
    sync()
    assert kept() == []
    assert google.notices.open(maras.primary) == []


def test_the_real_google_tells_nobody_who_has_no_https(knows_google):
    real = {"GOOGLE_API_URL": GOOGLE_API}
    assert channels.are_possible(knows_google.config)
    assert not channels.are_possible({"PUBLIC_URL": "http://desk.example"} | real)
    assert channels.are_possible({"PUBLIC_URL": "https://desk.example"} | real)


def test_without_channels_it_is_read_unasked_and_health_says_so(connection, google, sync, monkeypatch):
    monkeypatch.setattr(channels, "are_possible", lambda _config: False)
    sync()
    assert google.count("events.watch") == 0
    assert connection.calendars[0].next_sync_at <= clock.now() + timedelta(minutes=10)
    assert "https" in (health.why_not_told({"PUBLIC_URL": "http://desk.example", "GOOGLE_API_URL": GOOGLE_API}) or "")
