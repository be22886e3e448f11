"""Our sessions in a therapist's calendar at Google: written, moved and taken away there, and never twice."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db
from app.jobs.calendar_claims import LONGEST_WAIT
from tests import world
from tests.calendars.connected import connect
from tests.calendars.written import WRITES, entries, requests, rows, session, tried_again, write, written
from tests.google import (
    BACKEND_ERROR,
    CUT,
    FORBIDDEN,
    INVALID_GRANT,
    LOST,
    READING,
    TOO_MANY,
    UNAUTHORIZED,
    WRITING,
)
from tests.google.faults import Fault, refusal

__all__ = ["session", "write", "written"]

AT_TEN = (world.in_days(3), "confirmed", "I. K.")


def test_a_confirmed_session_stands_there_with_initials_and_closes_nothing_here(
    google, maras, mara, written, session, write, sync
):
    write()
    assert entries(maras.primary) == [AT_TEN]
    (entry,) = maras.primary.live()
    assert entry["visibility"] == "private"
    assert entry["description"] == f"http://localhost/sessions/{session.id}"
    assert "attendees" not in entry
    assert entry["reminders"] == {"useDefault": False}
    assert "Keller" not in str(entry)
    assert [row.state for row in rows()] == ["written"]


def test_what_is_booked_already_stands_there_once_writing_is_switched_on(maras, mara, session, written, write):
    world.JONAS.is_booked(mara, world.in_days(5))
    write()
    assert entries(maras.primary) == [AT_TEN, (world.in_days(5), "confirmed", "J. P.")]


def test_what_is_moved_offered_chosen_and_cancelled_follows(maras, mara, written, session, write):
    write()
    session.move(world.in_days(4), session.location)
    write()
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]
    offer = world.offer_times(session, world.in_days(5), world.in_days(6))
    write()
    assert entries(maras.primary) == [
        (world.in_days(4), "tentative", "I. K."),
        (world.in_days(5), "tentative", "I. K."),
        (world.in_days(6), "tentative", "I. K."),
    ]
    offer.accept(offer.alternatives[1])
    write()
    assert entries(maras.primary) == [(world.in_days(6), "confirmed", "I. K.")]
    session.cancel(by="client")
    write()
    assert entries(maras.primary) == []
    assert rows() == []


def test_while_nothing_changes_nothing_is_asked(google, maras, mara, written, session, write):
    write()
    before = len(google.asked)
    for _ in range(5):
        write()
    mara.locations[0].name = "The blue room"
    write()
    assert len(google.asked) == before


def test_a_session_that_took_place_stays(maras, written, session, write, google):
    write()
    google.now = clock.now
    with time_machine.travel(session.ends_at + timedelta(minutes=5)):
        written.access_until = clock.now()
        session.record_attendance("attended")
        tried_again()
        write()
        assert requests(google) == 1
    assert entries(maras.primary) == [AT_TEN]


@pytest.mark.parametrize("fault", [BACKEND_ERROR, TOO_MANY, CUT, UNAUTHORIZED])
@pytest.mark.parametrize("kind", WRITES)
def test_what_fails_is_done_later(google, maras, written, session, write, fault, kind):
    if kind != "events.insert":
        write()
        session.move(world.in_days(4), session.location) if kind == "events.patch" else session.cancel(by="client")
    google.faults.next(fault, kind)
    write()
    (calendar,) = db.session.scalars(select(OutsideCalendar).filter_by(is_written=True))
    if fault is not UNAUTHORIZED:  # a new access token was all that it took
        assert calendar.write_error
        assert calendar.next_write_at > clock.now()
    tried_again()
    write()
    assert (
        entries(maras.primary)
        == {
            "events.insert": [AT_TEN],
            "events.patch": [(world.in_days(4), "confirmed", "I. K.")],
            "events.delete": [],
        }[kind]
    )
    db.session.refresh(calendar)
    assert (calendar.write_error, calendar.write_attempts) == (None, 0)


@pytest.mark.parametrize("kind", WRITES)
def test_a_retry_after_a_lost_answer_does_nothing_twice(google, maras, written, session, write, kind):
    if kind != "events.insert":
        write()
        session.move(world.in_days(4), session.location) if kind == "events.patch" else session.cancel(by="client")
    google.faults.next(LOST, kind)
    write()
    tried_again()
    write()
    expected = {"events.insert": [AT_TEN], "events.patch": [(world.in_days(4), "confirmed", "I. K.")]}
    assert entries(maras.primary) == expected.get(kind, [])
    assert len(maras.primary.store.entries) == 1
    assert google.count(kind) == (2 if kind == "events.delete" else 1)


def test_what_changed_here_after_a_lost_answer_is_told_too(google, maras, written, session, write):
    google.faults.next(LOST, "events.insert")
    write()
    session.move(world.in_days(4), session.location)
    tried_again()
    write()
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]
    assert len(maras.primary.store.entries) == 1


def test_one_that_google_will_not_have_holds_up_no_other(google, maras, mara, written, session, write):
    world.JONAS.is_booked(mara, world.in_days(5))
    google.faults.next(Fault("odd", refusal(400, "invalid", "Bad Request")), "events.insert")
    write()
    assert entries(maras.primary) == [(world.in_days(5), "confirmed", "J. P.")]
    (calendar,) = db.session.scalars(select(OutsideCalendar).filter_by(is_written=True))
    assert "400" in calendar.write_error
    assert calendar.next_write_at <= clock.now() + LONGEST_WAIT, "by itself, as the page says"
    world.INES.is_booked(mara, world.in_days(6))
    google.faults.next(Fault("odd", refusal(400, "invalid", "Bad Request")), "events.insert")
    write()
    assert len(entries(maras.primary)) == 2, "what is booked meanwhile is written at once"
    tried_again()
    write()
    assert len(entries(maras.primary)) == 3


def test_a_consent_that_was_taken_back_is_told_and_nothing_is_tried_again(google, maras, written, session, write):
    google.faults.always(UNAUTHORIZED, "events.*")
    google.faults.always(INVALID_GRANT, "oauth.token")
    write()
    db.session.refresh(written)
    assert written.state == "broken"
    before = len(google.asked)
    tried_again()
    write()
    assert len(google.asked) == before


def test_a_calendar_that_may_not_be_written_is_said_so_and_tried_seldom(google, maras, written, session, write):
    google.faults.always(FORBIDDEN, "events.insert")
    write()
    (calendar,) = db.session.scalars(select(OutsideCalendar).filter_by(is_written=True))
    assert "not allow" in calendar.write_error
    assert calendar.next_write_at > clock.now() + timedelta(minutes=3)
    assert written.state == "working"


def test_two_therapists_write_into_one_calendar(google, maras, mara, otto, written, session, write):
    other = connect(google, maras, otto, scopes=READING | WRITING)
    other.calendars[0].is_written = True
    world.ADA.is_booked(otto, world.in_days(3))
    write()
    assert entries(maras.primary) == [(world.in_days(3), "confirmed", "A. L."), AT_TEN]


def test_a_therapist_without_the_second_consent_has_nothing_written(google, maras, mara, connection, session, write):
    write()
    assert google.asked == []
