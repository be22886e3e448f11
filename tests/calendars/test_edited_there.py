"""What a person makes of our entries in their calendar at Google: noticed, told here, never written over blindly."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from tests import world
from tests.calendars.connected import busy_spans, chosen, connect, is_due
from tests.calendars.written import entries, requests, rows, session, tried_again, write, written
from tests.google import BACKEND_ERROR, LOST, READING, WRITING

__all__ = ["session", "write", "written"]

TEN, TWO = world.in_days(3), world.in_days(3, "14:00")
HOUR = timedelta(minutes=50)
AT_TEN, AT_TWO = (TEN, "confirmed", "I. K."), (TWO, "confirmed", "I. K.")


@pytest.fixture
def stands(written, session, write, sync, maras):
    """The session stands in Mara's calendar, which was read since; the id of its entry."""
    write()
    sync(written)
    write()
    (entry,) = maras.primary.live()
    return entry["id"]


@pytest.fixture
def look(written, sync, write):
    """The calendar is read, and what follows from it is done."""

    def read_and_write():
        sync(written)
        write()

    return read_and_write


def the_row() -> CalendarEntry:
    (row,) = rows()
    return row


def test_a_hundred_echoes_of_our_own_writing_cause_no_write(google, maras, mara, written, stands, sync, write, session):
    google.notices.repeat = 10
    before = requests(google), google.count("events.get")
    for _ in range(10):
        maras.primary.google.notices.changed(maras.primary)
        sync(written)
        write()
    assert (requests(google), google.count("events.get")) == before
    assert busy_spans(mara) == []
    session.move(world.in_days(4), session.location)
    for _ in range(3):
        write()
        sync(written)
    assert (requests(google), google.count("events.get")) == (before[0] + 1, before[1])
    assert busy_spans(mara) == []


def test_an_entry_that_is_moved_there_is_told_here_and_left_alone(google, maras, mara, session, stands, look):
    before = requests(google)
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    assert (the_row().state, the_row().edited_starts_at) == ("edited", TWO)
    look()
    assert requests(google) == before
    assert entries(maras.primary) == [AT_TWO]
    assert session.starts_at == TEN


def test_an_entry_that_is_deleted_there_is_told_here_and_not_made_again(google, maras, session, stands, look):
    before = requests(google)
    maras.primary.cancel(stands)
    look()
    assert the_row().is_deleted
    look()
    tried_again()
    look()
    assert requests(google) == before
    assert entries(maras.primary) == []


def test_notes_a_colour_and_a_title_of_their_own_stay(google, maras, session, stands, look):
    maras.primary.change(stands, summary="Ines, form!", description="Bring the form", colorId="4")
    look()
    assert the_row().state == "written"
    session.move(world.in_days(4), session.location)
    look()
    (entry,) = maras.primary.live()
    assert (entry["summary"], entry["description"], entry["colorId"]) == ("Ines, form!", "Bring the form", "4")
    assert entries(maras.primary)[0][0] == world.in_days(4)


def test_what_was_moved_back_there_is_as_if_nothing_had_been(maras, stands, look):
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    maras.primary.move(stands, TEN, TEN + HOUR)
    look()
    assert (the_row().state, the_row().edited_at) == ("written", None)


@pytest.mark.parametrize("how", ["moved", "whole day", "deleted"])
def test_the_therapist_puts_it_back_there(maras, stands, look, how):
    if how == "deleted":
        maras.primary.cancel(stands)
    else:
        maras.primary.move(stands, *((TWO, TWO + HOUR) if how == "moved" else (TWO.date(), TWO.date() + timedelta(1))))
    look()
    the_row().put_back()
    look()
    assert entries(maras.primary) == [AT_TEN]
    assert (the_row().state, the_row().edited_at) == ("written", None)


def test_an_edit_that_nobody_heard_of_is_not_written_over(google, maras, session, stands, write):
    maras.primary.move(stands, TWO, TWO + HOUR)
    session.move(world.in_days(4), session.location)
    write()
    assert the_row().state == "edited"
    assert entries(maras.primary) == [AT_TWO]
    the_row().put_back()
    write()
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]


@pytest.mark.parametrize("how", ["moved", "deleted"])
def test_what_is_agreed_after_the_edit_was_told_stands_there(maras, session, stands, look, how):
    maras.primary.move(stands, TWO, TWO + HOUR) if how == "moved" else maras.primary.cancel(stands)
    look()
    session.move(world.in_days(4), session.location)
    look()
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]
    assert the_row().state == "written"


def test_what_is_agreed_just_as_it_stands_there_settles_it(google, maras, session, stands, look):
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    session.move(TWO, session.location)
    look()
    assert entries(maras.primary) == [AT_TWO]
    assert the_row().state == "written"


@pytest.mark.parametrize("how", ["moved", "moved unheard of", "deleted", "deleted unheard of"])
def test_a_session_that_is_cancelled_goes_whatever_was_made_of_it_there(maras, session, stands, look, write, how):
    maras.primary.move(stands, TWO, TWO + HOUR) if "moved" in how else maras.primary.cancel(stands)
    if "unheard" not in how:
        look()
    session.cancel(by="client")
    write()
    assert entries(maras.primary) == []
    assert rows() == []


def test_an_edit_between_reading_and_writing_is_not_lost(maras, written, stands, sync, write):
    """What was read is older than what stands there: it is looked at, not believed."""
    maras.primary.move(stands, TWO, TWO + HOUR)
    sync(written)
    maras.primary.move(stands, TEN, TEN + HOUR)
    write()
    assert the_row().state == "written"
    sync(written)
    write()
    assert entries(maras.primary) == [AT_TEN]


def test_what_is_gone_is_noticed_by_the_full_check_too(maras, written, stands, look):
    maras.primary.cancel(stands)
    maras.primary.forget_sync_tokens()
    look()
    assert the_row().is_deleted


def test_an_entry_that_was_moved_to_another_calendar_is_gone_from_this(google, maras, mara, written, stands, look):
    """It keeps its id and our mark there, where it closes no time; and there it is left until something is decided."""
    family = maras.calendar("Family")
    written.calendars.append(chosen(family, maras))
    db.session.commit()
    moved = next(one for one in maras.primary.live() if one["id"] == stands)
    maras.primary.cancel(stands)
    family.add("I. K.", TEN, TEN + HOUR, id=stands, extendedProperties=moved["extendedProperties"])
    for _ in range(2):
        family.forget_sync_tokens()
        look()
        assert the_row().is_deleted
        assert busy_spans(mara) == []
        assert entries(family) == [AT_TEN]


def test_what_was_moved_to_another_calendar_goes_when_it_is_put_back_here(maras, written, stands, look):
    """Otherwise the session would stand twice."""
    family = maras.calendar("Family")
    written.calendars.append(chosen(family, maras))
    db.session.commit()
    moved = next(one for one in maras.primary.live() if one["id"] == stands)
    maras.primary.cancel(stands)
    family.add("I. K.", TEN, TEN + HOUR, id=stands, extendedProperties=moved["extendedProperties"])
    look()
    the_row().put_back()
    look()
    family.forget_sync_tokens()
    look()
    assert (entries(maras.primary), entries(family)) == ([AT_TEN], [])


def test_a_calendar_that_closes_no_time_is_still_looked_at_for_our_entries(maras, written, stands, look):
    (calendar,) = db.session.scalars(select(OutsideCalendar))
    calendar.is_read = False
    db.session.commit()
    maras.primary.move(stands, TWO, TWO + HOUR)
    is_due(written)
    look()
    assert the_row().edited_starts_at == TWO


def test_what_we_wrote_and_know_nothing_of_goes(maras, mara, written, session, stands, look):
    """As after a backup was restored, in which the session was booked later than the backup was made."""
    db.session.delete(the_row())
    session.cancel(by="client")
    maras.primary.forget_sync_tokens()
    db.session.commit()
    look()
    assert entries(maras.primary) == []
    assert rows() == []


def test_what_we_wrote_and_forgot_is_found_again_by_its_id(google, maras, session, stands, write):
    """As after a backup was restored: the session is written once, not twice."""
    db.session.delete(the_row())
    session.move(world.in_days(4), session.location)
    write()
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]
    assert len(maras.primary.store.entries) == 1


@pytest.fixture
def desk(visitor):
    return visitor("mara@example.com")


def shown(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_session_says_what_happened_there_and_puts_it_back(maras, session, stands, look, desk):
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    page = desk.open(f"/sessions/{session.id}")
    assert "In your Google calendar this session was moved to" in shown(page.text)
    assert "14:00–14:50" in page.text
    assert "Here it is still booked at the old time" in shown(page.text)
    page = desk.press(page, "Put it back there")
    assert "In your Google calendar" not in page.text
    look()
    assert entries(maras.primary) == [AT_TEN]


def test_the_edit_of_the_session_begins_with_the_time_from_there(maras, session, stands, look, desk):
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    text = desk.open(f"/sessions/{session.id}").text
    forms = re.findall(r'<form method="get" action="([^"]+)">(.*?)</form>', text, re.DOTALL)
    prefilled = [dict(re.findall(r'name="(date|time)" value="([^"]+)"', inside)) for _, inside in forms]
    told = next(one for one in prefilled if one)
    page = desk.open(f"/sessions/{session.id}/rearrangement?date={told['date']}&time={told['time']}&reason=asked")
    page = desk.press(page, "Save change")
    session = db.session.get_one(type(session), session.id, populate_existing=True)
    assert session.starts_at == TWO
    look()
    assert "In your Google calendar" not in desk.open(f"/sessions/{session.id}").text
    assert entries(maras.primary) == [AT_TWO]


def test_a_session_that_was_deleted_there_can_only_be_put_back(maras, session, stands, look, desk):
    maras.primary.cancel(stands)
    look()
    page = desk.open(f"/sessions/{session.id}")
    assert "In your Google calendar this session was deleted" in shown(page.text)
    desk.press(page, "Put it back there")
    look()
    assert entries(maras.primary) == [AT_TEN]


def test_an_offered_time_that_was_moved_there_is_told_and_stays_offered(maras, session, stands, look, desk, write):
    offer = world.offer_times(session, world.in_days(5), world.in_days(6))
    write()
    at_five = next(one for one in rows() if one.alternative_id == offer.alternatives[0].id)
    maras.primary.move(at_five.entry_id, TWO, TWO + HOUR)
    look()
    page = desk.open(f"/sessions/{session.id}")
    assert "Here it is still offered at the old time" in shown(page.text)
    desk.press(page, "Put it back there")
    look()
    assert world.in_days(5) in [starts for starts, _, _ in entries(maras.primary)]


def test_what_was_settled_meanwhile_is_shown_as_it_stands(maras, session, stands, look, desk):
    maras.primary.move(stands, TWO, TWO + HOUR)
    look()
    page = desk.open(f"/sessions/{session.id}")
    maras.primary.move(stands, TEN, TEN + HOUR)
    look()
    page = desk.press(page, "Put it back there")
    assert page.status == 200
    assert "In your Google calendar" not in page.text


def test_nobody_else_puts_anything_back(maras, otto, session, stands, look, visitor):
    maras.primary.cancel(stands)
    look()
    others = visitor("otto@example.com")
    token = others.form_token("/dashboard")
    path = f"/bookings/{session.id}/calendar-entries/{the_row().id}/restoration"
    assert others.post(path, {"csrf_token": token}).status == 404
    assert the_row().is_deleted


def test_what_is_to_stand_there_keeps_a_persons_note_when_only_reading_comes_first(
    google, maras, mara, written, session, stands, look, sync, write
):
    """Disconnected with all left there, connected for reading, and then allowed to write: nothing is made anew."""
    gone = world.JONAS.is_booked(mara, world.in_days(5))
    write()
    maras.primary.change(stands, description="Bring the form")
    written.disconnect()
    gone.cancel(by="client")
    db.session.commit()
    again = connect(google, maras, mara)
    sync(again)
    write()
    assert len(maras.primary.live()) == 2, "it may not be written yet"
    granted = google.grant(maras, READING | WRITING)
    again.refresh_token, again.access_token = granted.refresh, granted.access
    again.scopes = " ".join(sorted(READING | WRITING))
    again.write_into(again.calendars[0])
    maras.primary.forget_sync_tokens()
    before = requests(google, "events.insert", "events.delete")
    sync(again)
    write()
    sync(again)
    write()
    (entry,) = maras.primary.live()
    assert (entry["id"], entry["description"]) == (stands, "Bring the form")
    assert requests(google, "events.delete") == 1, "the one that was called off"
    assert requests(google, "events.insert", "events.delete") - before <= 2
    assert the_row().state == "written"


def connected_again(google, maras, mara, written) -> CalendarConnection:
    """After a disconnection that left all there as it was; committed."""
    written.disconnect()
    db.session.commit()
    again = connect(google, maras, mara, scopes=READING | WRITING)
    again.calendars[0].is_written = True
    db.session.commit()
    return again


@pytest.mark.parametrize("fails_first", [False, True])
@pytest.mark.parametrize("copy", [0, 1])
def test_what_was_left_there_and_moved_here_since_follows_after_connecting_again(
    google, maras, mara, written, session, stands, look, write, copy, fails_first
):
    """Nobody edited it, whichever copy it is: it stands there as it was agreed then."""
    if copy:
        maras.primary.cancel(stands)
        look()
        the_row().put_back()
        look()
    connected_again(google, maras, mara, written)
    session.move(world.in_days(4), session.location)
    if fails_first:
        google.faults.next(BACKEND_ERROR, "events.insert")
    for _ in range(3):
        write()
        tried_again()
    assert the_row().state == "written"
    assert entries(maras.primary) == [(world.in_days(4), "confirmed", "I. K.")]


def test_what_a_person_moved_before_we_heard_that_it_stands_is_an_edit(google, maras, session, written, write):
    google.faults.next(LOST, "events.insert")
    write()
    (entry,) = maras.primary.live()
    maras.primary.move(entry["id"], TWO, TWO + HOUR)
    tried_again()
    write()
    assert the_row().edited_starts_at == TWO
    assert entries(maras.primary) == [AT_TWO]
