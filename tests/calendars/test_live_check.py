"""Asking Google live for one day: in two seconds altogether, and never in anybody's way."""

import re
import time
from datetime import date, timedelta

import pytest

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding import live_check
from app.calendars.deciding.live_check import look
from app.calendars.writing import own_entries as ours
from app.database import db
from tests.calendars.connected import connect, known_busy
from tests.google import faults
from tests.world import in_days

TEN, ELEVEN = in_days(3, "10:00"), in_days(3, "11:00")
SESSION = (TEN, in_days(3, "10:50"))
BAD = [
    faults.UNAUTHORIZED,
    faults.FORBIDDEN,
    faults.NOT_FOUND,
    faults.TOO_MANY,
    faults.UNAVAILABLE,
    faults.NOT_JSON,
    faults.CUT,
    faults.LOST,
]


pytestmark = pytest.mark.usefixtures("google_gets_its_time")


def test_who_reads_no_calendar_at_google_asks_nobody(knows_google, google, mara):
    assert look(mara, SESSION) == live_check.NOTHING
    assert google.count() == 0


def test_what_is_new_there_is_seen(maras, calendar, mara):
    maras.primary.add("Dentist", TEN, ELEVEN)
    found = look(mara, SESSION)
    assert found.answers == {calendar.id: {(TEN, ELEVEN)}}
    assert (found.unasked, found.sentence, found.news) == (False, None, [calendar.id])


def test_what_takes_no_time_is_not(maras, calendar, mara):
    mark = ours.marked(mara.id).mark("ours1")
    maras.primary.add("Free", TEN, ELEVEN, transparency="transparent")
    maras.primary.add("Ours", TEN, ELEVEN, id="ours1", extendedProperties={"private": {"holdfast": mark}})
    assert look(mara, SESSION).answers == {calendar.id: frozenset()}


def test_a_whole_day_is_seen_too(maras, calendar, mara):
    day = TEN.date()
    maras.primary.add("Away", day, day + timedelta(days=1))
    (span,) = look(mara, SESSION).answers[calendar.id]
    assert span == (in_days(3, "00:00"), in_days(4, "00:00"))
    assert isinstance(day, date)


def test_what_is_known_and_still_there_is_no_news(maras, calendar, mara):
    maras.primary.add("Dentist", TEN, ELEVEN)
    known_busy(mara, TEN, ELEVEN, calendar)
    found = look(mara, SESSION)
    assert found.news == []
    assert not found.is_gone(calendar.id, (TEN, ELEVEN))


def test_what_is_known_and_not_there_any_more_is_gone(calendar, mara):
    known_busy(mara, TEN, ELEVEN, calendar)
    found = look(mara, SESSION)
    assert found.is_gone(calendar.id, (TEN, ELEVEN))
    assert not found.is_gone(None, (TEN, ELEVEN))  # by hand: Google knows nothing of it
    assert not found.is_gone(calendar.id, (TEN, TEN + timedelta(hours=2)))  # stored since it was asked


def test_several_calendars_are_asked_at_once(knows_google, google, maras, mara):
    other = maras.calendar("Private")
    other.add("Dentist", TEN, ELEVEN)
    first, second = connect(google, maras, mara, maras.primary, other).calendars
    assert look(mara, SESSION).answers == {first.id: frozenset(), second.id: {(TEN, ELEVEN)}}


def test_a_token_that_has_ended_is_renewed_once_for_all(knows_google, google, maras, mara):
    calendars = connect(google, maras, mara, maras.primary, maras.calendar("Private")).calendars
    calendars[0].connection.access_until = clock.now()
    db.session.commit()
    assert len(look(mara, SESSION).answers) == 2
    assert google.count("oauth.token") == 1


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.name)
def test_what_google_does_not_tell_is_judged_by_what_is_known(google, calendar, mara, fault):
    google.faults.always(fault, "events.list")
    known_busy(mara, TEN, ELEVEN, calendar)
    found = look(mara, SESSION)
    assert (found.answers, found.unasked, found.news) == ({}, True, [])
    assert not found.is_gone(calendar.id, (TEN, ELEVEN))
    assert found.sentence.startswith("Google could not be asked just now; this is what we knew at ")


def test_a_consent_that_was_taken_back_is_no_answer(google, maras, calendar, mara):
    google.revoke(maras)
    assert look(mara, SESSION).unasked


def test_a_broken_connection_is_not_asked_at_all(google, calendar, mara):
    calendar.connection.state = "broken"
    db.session.commit()
    assert look(mara, SESSION).unasked
    assert google.count() == 0


def test_one_that_answers_counts_although_another_does_not(knows_google, google, maras, mara):
    other = maras.calendar("Private")
    first = connect(google, maras, mara, maras.primary, other).calendars[0]
    google.faults.always(faults.UNAVAILABLE, "events.list", calendar=other)
    found = look(mara, SESSION)
    assert (found.answers, found.unasked) == ({first.id: frozenset()}, True)


def test_never_read_before_is_said(google, calendar, mara):
    calendar.last_sync_at = None
    db.session.commit()
    google.faults.always(faults.UNAVAILABLE, "events.list")
    assert "has not been read before" in look(mara, SESSION).sentence


@pytest.mark.parametrize("what", ["events.list", "oauth.token"])
def test_a_google_that_hangs_costs_no_more_than_its_time(google, calendar, mara, monkeypatch, what):
    monkeypatch.setattr(live_check, "SECONDS", 0.3)
    calendar.connection.access_until = clock.now()
    db.session.commit()
    google.faults.always(faults.HANG, what)
    began = time.monotonic()
    assert look(mara, SESSION).unasked
    assert time.monotonic() - began < 10  # the machine is busy; without a limit it would be two minutes


def test_nobody_waits_for_us_meanwhile(google, calendar, mara, monkeypatch):
    """No transaction is open while Google takes its time: on SQLite nobody else could write."""
    open_meanwhile = []
    answers = live_check._answers

    def noting(*asked):
        open_meanwhile.append(db.session().in_transaction())
        return answers(*asked)

    monkeypatch.setattr(live_check, "_answers", noting)
    look(mara, SESSION)
    assert open_meanwhile == [False]


def by_address(mara, read_at):
    connection = CalendarConnection(therapist_id=mara.id, kind="address", label="Choir")
    connection.calendars = [OutsideCalendar(external_id="x", name="Choir", is_read=True, last_sync_at=read_at)]
    db.session.add(connection)
    db.session.commit()


@pytest.mark.parametrize(
    ("ago", "sentence"),
    [
        (timedelta(minutes=70), None),
        (timedelta(minutes=80), "Your calendar Choir was last read at "),
        (timedelta(days=2), "Your calendar Choir was last read at .* on "),
        (None, "Your calendar Choir has not been read yet: please look at it."),
    ],
)
def test_of_a_calendar_by_its_address_it_is_told_where_what_is_known_is_old(mara, ago, sentence):
    by_address(mara, clock.now() - ago if ago else None)
    found = look(mara, SESSION)
    assert not found.unasked
    assert re.match(sentence, found.sentence) if sentence else found.sentence is None


def test_google_is_asked_all_the_same_and_both_are_told(google, maras, calendar, mara):
    by_address(mara, None)
    assert look(mara, SESSION).answers == {calendar.id: frozenset()}
    google.faults.always(faults.UNAVAILABLE)
    told = look(mara, SESSION).sentence
    assert "Google could not be asked just now" in told
    assert "Your calendar Choir has not been read yet" in told
