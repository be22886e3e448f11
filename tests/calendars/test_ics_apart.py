"""A large ICS file is worked out beside everything else, and what was refused once is not worked out again."""

import os
from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.calendars.ics import apart as ics_apart
from app.calendars.ics import bounds as ics_bounds
from app.calendars.ics.apart import worked_out
from app.calendars.ics.bounds import TooMuch
from app.calendars.ics.busy import busy
from app.calendars.ics.parsing import NO_CALENDAR, NotACalendar
from app.calendars.reading import by_address as ics_reading
from app.calendars.reading.by_address import ASKED_AGAIN, REFUSED_FOR
from app.calendars.writing.recognising import Own
from tests import world
from tests.calendars.connected import busy_spans
from tests.calendars.ics_files import LONDON, NOVEMBER, calendar, entry
from tests.calendars.test_by_address import connect, gives, hour, ics, server, sync, the_calendar

__all__ = ["connect", "server", "sync"]

PAGE = b"<html>Sign in</html>"
OWN = Own(7, b"key", frozenset({"0f3a"}))
FILE = calendar(
    *entry(),
    *entry(uid="0f3a@holdfast.invalid", start="DTSTART:20261125T100000Z"),
    *entry("ATTENDEE;PARTSTAT=DECLINED:mailto:mara@example.com", uid="2", start="DTSTART:20261126T100000Z"),
    head=("X-WR-CALNAME:Choir", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"),
)


def read(data: bytes = FILE):
    return worked_out(data, NOVEMBER, LONDON, ["mara@example.com"], OWN.named)


@pytest.fixture
def apart(monkeypatch):
    """Whatever its size."""
    monkeypatch.setattr(ics_apart, "LARGE", 0)


def test_a_process_of_its_own_reads_what_this_one_would(apart):
    before = os.times().children_user
    assert read() == busy(FILE, NOVEMBER, LONDON, ["mara@example.com"], OWN.named)
    assert os.times().children_user > before


def test_a_large_file_is_not_worked_out_by_the_process_that_reads_calendars():
    large = FILE.replace(b"SUMMARY", b"X").replace(
        b"END:VEVENT", b"DESCRIPTION:" + b"x" * 300_000 + b"\r\nEND:VEVENT", 1
    )
    before = os.times()
    assert len(read(large).spans) == 1
    after = os.times()
    assert after.user - before.user < after.children_user - before.children_user


def test_what_is_refused_there_is_refused_here_in_the_same_words(apart):
    with pytest.raises(NotACalendar, match=NO_CALENDAR):
        read(PAGE)


def test_what_takes_too_long_is_ended(apart, monkeypatch):
    monkeypatch.setattr(ics_apart, "SECONDS", 0.01)
    with pytest.raises(TooMuch, match=ics_bounds.TOO_LONG):
        read()


def test_a_process_that_dies_is_too_much_of_a_calendar_and_nothing_worse(apart, monkeypatch):
    monkeypatch.setattr(ics_apart, "ROOT", "/")  # where there is no such program
    with pytest.raises(TooMuch, match=ics_bounds.TOO_LONG):
        read()


@pytest.fixture
def worked(monkeypatch):
    """The texts that were worked out."""
    texts, plain = [], ics_reading._read
    monkeypatch.setattr(ics_reading, "_read", lambda data, *rest: texts.append(data) or plain(data, *rest))
    return texts


@pytest.mark.parametrize("tag", ["", '"1"'], ids=["without a tag", "with a tag"])
def test_a_text_that_was_refused_is_not_worked_out_again_and_asked_for_seldom(connect, sync, server, mara, worked, tag):
    connect()
    sync()
    gives(server, PAGE, **({"ETag": tag} if tag else {}))
    sync()
    assert the_calendar().next_sync_at - clock.now() > ASKED_AGAIN * 0.98
    if tag:
        gives(server, status=304)
    sync()
    assert worked.count(PAGE) == 1
    assert the_calendar().error == NO_CALENDAR
    assert the_calendar().attempts == 2
    assert the_calendar().next_sync_at - clock.now() > ASKED_AGAIN * 0.98
    assert busy_spans(mara) == [hour(world.in_days(3))]
    gives(server, ics(world.in_days(6)))
    sync()
    assert busy_spans(mara) == [hour(world.in_days(6))]
    assert the_calendar().error is None


def test_after_some_hours_it_is_worked_out_once_more(connect, sync, server, worked):
    connect()
    sync()
    gives(server, PAGE)
    sync()
    with time_machine.travel(clock.now() + REFUSED_FOR + timedelta(minutes=1), tick=True):
        sync()
    assert worked.count(PAGE) == 2


def test_connected_once_more_it_is_worked_out_at_once(connect, sync, server, worked):
    connect()
    gives(server, ics(world.in_days(3))[:-20])
    sync()
    gives(server, ics(world.in_days(3)))
    connect()
    sync()
    assert the_calendar().error is None
