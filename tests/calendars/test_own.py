"""What is a therapist's own in calendars elsewhere, whichever way it comes back, and what is another's."""

from datetime import timedelta

import pytest

from app.calendars.connections import by_address
from app.calendars.connections.connection import CalendarConnection
from app.calendars.deciding import live_check
from app.calendars.writing.recognising import Own
from app.database import db
from tests import world
from tests.calendars.connected import busy_spans, connect
from tests.calendars.written import rows, session, write, written
from tests.google import READING, WRITING

__all__ = ["session", "write", "written"]

TEN, ELEVEN = world.in_days(4), world.in_days(4, "11:00")


def test_what_another_practice_wrote_there_closes_time(connection, maras, mara, sync):
    theirs = Own(mara.id, b"the key of another practice").mark("theirs1")
    maras.primary.add("I. K.", TEN, ELEVEN, id="theirs1", extendedProperties={"private": {"holdfast": theirs}})
    sync()
    assert busy_spans(mara) == [(TEN, ELEVEN)]


def test_our_feed_read_through_google_closes_nothing(connection, maras, mara, sync, request_of_ines, monkeypatch):
    monkeypatch.setattr(live_check, "SECONDS", 20.0)
    subscribed(maras.primary, f"{request_of_ines.uid}@holdfast.invalid", *request_of_ines.span)
    subscribed(maras.primary, "of-another-practice@holdfast.invalid", TEN, ELEVEN)
    sync()
    assert busy_spans(mara) == [(TEN, ELEVEN)]
    found = live_check.look(mara, request_of_ines.span)
    assert list(found.answers.values()) == [frozenset()]


def test_what_was_marked_with_another_key_is_known_by_its_id(written, session, write, sync, mara, maras):
    write()
    (row,) = rows()
    before = Own(mara.id, b"the key of before").mark(row.entry_id)
    maras.primary.change(row.entry_id, extendedProperties={"private": {"holdfast": before}})
    sync(written)
    write()
    assert busy_spans(mara) == []
    assert [one.state for one in rows()] == ["written"]


def test_what_we_wrote_at_google_is_known_by_its_address_there(written, session, write, mara, otto):
    write()
    (row,) = rows()
    both = [by_address.connect(one.id, "Europe/London", "https://calendar.example/x.ics", "") for one in (mara, otto)]
    db.session.commit()
    maras, ottos = (by_address.asking(one.calendars[0].id).own for one in both)
    assert maras.named(f"{row.entry_id}@google.com")
    assert not ottos.named(f"{row.entry_id}@google.com")


@pytest.fixture
def ottos(knows_google, google, maras, otto, written):
    """Otto writes into the calendar that Mara writes into, by the same account."""
    connection = connect(google, maras, otto, scopes=READING | WRITING)
    connection.write_into(connection.calendars[0])
    db.session.commit()
    return connection


def test_in_a_shared_calendar_each_ones_sessions_close_the_others_time(
    written, ottos, session, write, sync, mara, otto
):
    write()
    sync(written, ottos)
    assert (busy_spans(mara), busy_spans(otto)) == ([], [session.span])


def test_in_a_shared_calendar_nobody_takes_the_others_entries_away(written, ottos, session, write, sync, maras):
    ottos_id = ottos.id
    write()
    sync(written, ottos)
    db.session.get_one(CalendarConnection, written.id).disconnect()  # and what stands there is left there
    db.session.commit()
    ottos = db.session.get_one(CalendarConnection, ottos_id)
    ottos.calendars[0].full_sync_at = None
    sync(ottos)
    write()
    assert len(maras.primary.live()) == 1


def subscribed(calendar, uid, starts, ends):
    """As Google shows what it reads elsewhere."""
    entry_id = calendar.add("I. K.", starts, ends)
    calendar.store.get(entry_id).resource["iCalUID"] = uid


@pytest.mark.parametrize("moved", [False, True])
def test_made_weekly_there_only_the_other_weeks_are_new(written, session, write, sync, mara, maras, moved):
    """The day of the session is held here already; moved, it is the therapist's."""
    write()
    (row,) = rows()
    maras.primary.change(row.entry_id, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    starts, ends = session.span
    weeks = [(world.in_days(days), world.in_days(days) + (ends - starts)) for days in (3, 10, 17)]
    if moved:
        maras.primary.move(f"{row.entry_id}_{starts:%Y%m%dT%H%M%SZ}", weeks[0][1], weeks[0][1] + timedelta(hours=1))
        weeks[0] = (weeks[0][1], weeks[0][1] + timedelta(hours=1))
    sync(written)
    write()
    sync(written)
    assert busy_spans(mara) == (weeks if moved else weeks[1:])
