"""Reading a calendar outside: what stands there closes time here, and only that."""

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.calendars.reading import gathering as reading
from app.calendars.writing import own_entries as ours
from app.database import db
from app.jobs import calendars
from app.practice.therapist import Therapist
from tests import world
from tests.calendars.connected import busy_spans, connect, is_due
from tests.google import (
    BACKEND_ERROR,
    CUT,
    EMPTY,
    FORBIDDEN,
    HANG,
    LOST,
    NOT_FOUND,
    NOT_JSON,
    NOTHING_SAID,
    RATE_LIMIT,
    TOO_MANY,
)
from tests.waiting import wait_until

HOUR = timedelta(hours=1)


def hour(days: int, at: str = "10:00"):
    starts = world.in_days(days, at)
    return starts, starts + HOUR


def asked_for_changes(google) -> list[bool]:
    """Of each list of entries that Google was asked for, whether it was only what had changed."""
    return ["syncToken" in one.request.query for one in google.asked if one.kind == "events.list"]


def test_the_first_time_all_of_a_window_is_read(connection, maras, mara, sync):
    maras.primary.add("Dentist", *hour(2))
    maras.primary.add("Years ago", clock.now() - timedelta(days=400), clock.now() - timedelta(days=399))
    maras.primary.add("In years", clock.now() + timedelta(days=900), clock.now() + timedelta(days=901))
    sync()
    assert busy_spans(mara) == [hour(2)]


def test_afterwards_only_what_has_changed(connection, google, maras, mara, sync):
    moved, cancelled, freed = (maras.primary.add("One", *hour(day)) for day in (2, 3, 4))
    sync()
    maras.primary.move(moved, *hour(5))
    maras.primary.cancel(cancelled)
    maras.primary.change(freed, transparency="transparent")
    maras.primary.add("New", *hour(6))
    maras.primary.add("In years", clock.now() + timedelta(days=900), clock.now() + timedelta(days=901))
    sync(connection)
    assert busy_spans(mara) == [hour(5), hour(6)]
    assert asked_for_changes(google) == [False, True]


def test_many_pages_are_one_reading(connection, google, maras, mara, sync):
    google.page_size = 2
    for day in range(2, 9):
        maras.primary.add("One", *hour(day))
    sync()
    assert busy_spans(mara) == [hour(day) for day in range(2, 9)]
    assert google.count("events.list") == 4


@pytest.mark.parametrize("known", [False, True])
def test_who_dies_between_two_pages_begins_anew(connection, google, maras, mara, sync, monkeypatch, known):
    if known:
        sync()
    google.page_size = 2
    entries = [maras.primary.add("One", *hour(day)) for day in range(2, 7)]
    before, ask, asked = connection.calendars[0].sync_token, reading._page, []

    def die(*about):
        asked.append(about)
        if len(asked) == 3:
            raise MemoryError
        return ask(*about)

    with monkeypatch.context() as dying:
        dying.setattr(reading, "_page", die)
        sync(connection)
    assert busy_spans(mara) == []
    assert connection.calendars[0].sync_token == before
    maras.primary.cancel(entries[0])
    sync(connection)
    assert busy_spans(mara) == [hour(day) for day in range(3, 7)]


def test_what_cannot_be_told_any_more_is_read_in_full_and_the_rest_swept(connection, google, maras, mara, sync):
    kept, cancelled = maras.primary.add("Kept", *hour(2)), maras.primary.add("Gone", *hour(3))
    sync()
    rows = busy_ids()
    maras.primary.cancel(cancelled)
    maras.primary.add("New", *hour(4))
    maras.primary.forget_sync_tokens()
    sync(connection)
    assert busy_spans(mara) == [hour(2), hour(4)]
    assert busy_ids()[kept] == rows[kept], "what did not change stays the same row"
    assert asked_for_changes(google) == [False, True, False]


def busy_ids() -> dict[str, int]:
    from app.scheduling.busy_time import BusyTime

    db.session.commit()
    return {str(one.external_id): one.id for one in db.session.scalars(db.select(BusyTime))}


def test_a_series_closes_each_of_its_times_until_one_of_them_is_cancelled(connection, maras, mara, sync):
    starts, ends = hour(2)
    series = maras.primary.add("Choir", starts, ends, recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
    sync()
    assert len(busy_spans(mara)) == 4
    maras.primary.cancel(f"{series}_{hour(3)[0]:%Y%m%dT%H%M%SZ}")
    sync(connection)
    assert busy_spans(mara) == [hour(2), hour(4), hour(5)]


@pytest.mark.parametrize("told", ["instances", "master"])
def test_a_series_that_was_deleted_frees_all_its_times(connection, google, maras, mara, sync, told):
    google.deleted_series = told
    series = maras.primary.add("Choir", *hour(2), recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
    maras.primary.add("Dentist", *hour(9))
    sync()
    maras.primary.cancel(series)
    sync(connection)
    assert busy_spans(mara) == [hour(9)]


def test_whole_days_lie_in_the_calendars_own_zone_also_when_it_moves(knows_google, google, maras, mara, sync):
    abroad = maras.calendar("Abroad", zone="America/New_York")
    connection = connect(google, maras, mara, abroad)
    abroad.add("Holiday", datetime(2030, 1, 2).date(), datetime(2030, 1, 3).date())  # noqa: DTZ001
    mara.horizon_days = 3650
    db.session.commit()
    sync()
    assert busy_spans(mara)[0][0] == datetime(2030, 1, 2, 5, tzinfo=UTC)
    abroad.zone = "Europe/Berlin"
    sync(connection)
    assert busy_spans(mara)[0][0] == datetime(2030, 1, 1, 23, tzinfo=UTC)


def test_what_we_wrote_there_does_not_close_time(connection, maras, mara, sync):
    mark = ours.marked(mara.id).mark("ours1")
    maras.primary.add("I. K.", *hour(2), id="ours1", extendedProperties={"private": {"holdfast": mark}})
    maras.primary.add("Dentist", *hour(3))
    sync()
    assert busy_spans(mara) == [hour(3)]


def test_two_therapists_share_a_calendar(knows_google, google, maras, mara, otto, sync):
    ottos = google.account("otto@gmail.example")
    room = maras.calendar("Room")
    room.share(ottos)
    both = [connect(google, maras, mara, room), connect(google, ottos, otto, room)]
    entry = room.add("Painters", *hour(2))
    sync()
    assert busy_spans(mara) == busy_spans(otto) == [hour(2)]
    room.cancel(entry)
    sync(*both)
    assert busy_spans(mara) == busy_spans(otto) == []


def test_what_changes_nothing_here_disturbs_no_page(connection, google, maras, mara, sync):
    entry = maras.primary.add("Dentist", *hour(2))
    sync()
    before = seen_of(mara)
    maras.primary.change(entry, summary="Dentist, at last")
    maras.primary.add("Lunch, perhaps", *hour(3), transparency="transparent")
    sync(connection)
    assert seen_of(mara) == before
    maras.primary.forget_sync_tokens()
    sync(connection)
    assert seen_of(mara) == before
    maras.primary.cancel(entry)
    sync(connection)
    assert seen_of(mara) > before


def seen_of(therapist: Therapist) -> int:
    db.session.commit()
    return therapist.diary_revision


ANY = (BACKEND_ERROR, CUT, EMPTY, FORBIDDEN, LOST, NOT_FOUND, NOT_JSON, NOTHING_SAID, RATE_LIMIT, TOO_MANY)


@pytest.mark.parametrize("in_full", [False, True], ids=["what has changed", "everything"])
@pytest.mark.parametrize("fault", ANY, ids=lambda one: one.name)
def test_an_error_is_never_read_as_free(connection, google, maras, mara, sync, fault, in_full):
    entry = maras.primary.add("Dentist", *hour(2))
    sync()
    maras.primary.cancel(entry)
    if in_full:
        connection.calendars[0].full_sync_at = None
    google.faults.next(fault, "events.list")
    sync(connection)
    assert busy_spans(mara) == [hour(2)]
    assert connection.calendars[0].error
    sync(connection)
    assert busy_spans(mara) == []
    assert (connection.calendars[0].error, connection.error) == (None, None)


def test_a_calendar_that_is_not_chosen_any_more_closes_nothing_though_it_is_being_read(
    connection, app, google, maras, mara
):
    maras.primary.add("Dentist", *hour(2))
    google.faults.next(HANG, "events.list")
    calendars.start()
    wait_until(lambda: google.faults.hanging)
    connection.choose([])
    db.session.commit()
    google.release()
    calendars.wait()
    assert busy_spans(mara) == []


def test_a_calendar_that_is_disconnected_while_it_is_read_leaves_nothing(connection, google, maras, mara):
    maras.primary.add("Dentist", *hour(2))
    google.faults.next(HANG, "events.list")
    calendars.start()
    wait_until(lambda: google.faults.hanging)
    connection.disconnect()
    db.session.commit()
    google.release()
    calendars.wait()
    assert busy_spans(mara) == []


def test_a_calendar_chosen_anew_while_it_is_read_is_read_anew(connection, google, maras, mara, sync):
    maras.primary.add("Dentist", *hour(2))
    sync()
    google.faults.next(HANG, "events.list")
    is_due(connection)
    calendars.start()
    wait_until(lambda: google.faults.hanging)
    connection.choose([])
    connection.choose(connection.calendars)
    db.session.commit()
    google.release()
    calendars.wait()
    sync()
    assert busy_spans(mara) == [hour(2)]


def test_who_can_be_booked_further_ahead_is_read_further_ahead(connection, google, maras, mara, sync):
    maras.primary.add("In a year", *hour(365))
    sync()
    assert busy_spans(mara) == []
    mara.horizon_days = 400
    sync(connection)
    assert busy_spans(mara) == [hour(365)]


def test_once_a_day_all_is_read_whatever_the_changes_said(connection, google, sync):
    sync()
    connection.calendars[0].full_sync_at = clock.now() - timedelta(hours=25)
    sync(connection)
    sync(connection)
    assert asked_for_changes(google) == [False, False, True]


# What a page says that Google should not send


class Telling:
    """Answers with these pages, one after the other."""

    def __init__(self, *pages):
        self.pages = list(pages)

    def page(self, _calendar_id, **_asked):
        from app.integrations.google_calendar import Page

        return Page(self.pages.pop(0), "Europe/London", "more" if self.pages else None, "token")


def told(*pages, known: bool = True) -> reading.Reading:
    now = clock.now()
    far = reading.Known("primary", "Europe/London", 60, "token" if known else None, now + timedelta(days=90), now)
    return reading.gather(Telling(*pages), far, lambda: None)


def entry(entry_id: str, **fields):
    starts, ends = hour(2)
    times = {"start": {"dateTime": starts.isoformat()}, "end": {"dateTime": ends.isoformat()}}
    return {"id": entry_id, "status": "confirmed"} | times | fields


def test_an_entry_that_is_told_of_twice_is_as_it_was_told_last():
    found = told([entry("a"), entry("b")], [{"id": "a", "status": "cancelled"}, entry("b", start={}), entry("b")])
    assert (set(found.taken), found.free, found.unreadable) == ({"b"}, {"a"}, set())


def test_what_cannot_be_read_is_neither_taken_nor_free():
    found = told([entry("a", start={"dateTime": "soon"})])
    assert (found.taken, found.free, found.unreadable) == ({}, set(), {"a"})


def test_an_entry_without_an_id_spoils_the_whole_answer():
    from app.integrations.errors import GatewayError

    with pytest.raises(GatewayError):
        told([entry("a")], [{"status": "cancelled"}])
