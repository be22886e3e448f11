"""calendarList and events.list: which, in which window, page by page, and seen by whom."""

from datetime import date, timedelta

import pytest

from tests.google import Account, Calendar, Google
from tests.google.program import DAY, HOUR, NINE, TEN, Program, reason


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def private(mara: Account) -> Calendar:
    return mara.calendar("Private", zone="Europe/Berlin")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def test_the_list_of_calendars_names_the_primary_one_first(program: Program, private: Calendar) -> None:
    listed = program.ask("GET", "users/me/calendarList").json()["items"]
    assert [(one["summary"], one.get("primary", False)) for one in listed] == [
        ("mara@gmail.example", True),
        ("Private", False),
    ]
    assert listed[1]["timeZone"] == "Europe/Berlin"


def test_the_list_of_calendars_has_pages(program: Program, private: Calendar) -> None:
    first = program.ask("GET", "users/me/calendarList", maxResults=1).json()
    second = program.ask("GET", "users/me/calendarList", maxResults=1, pageToken=first["nextPageToken"]).json()
    assert [one["id"] for one in second["items"]] == [private.id]
    assert "nextPageToken" not in second


def test_an_entry_is_told_of_in_the_zone_of_its_calendar(program: Program, private: Calendar) -> None:
    private.add("Dentist", NINE, TEN)
    (entry,) = program.entries(private)["items"]
    assert entry["start"] == {"dateTime": "2027-03-01T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert entry["status"] == "confirmed"


def test_a_window_takes_what_touches_it(program: Program, private: Calendar) -> None:
    private.add("before", NINE - HOUR, NINE)
    private.add("in", NINE, TEN)
    private.add("around", NINE - HOUR, TEN + HOUR)
    private.add("after", TEN, TEN + HOUR)
    private.add("the day", date(2027, 3, 1), date(2027, 3, 2))
    found = program.entries(private, timeMin=NINE.isoformat(), timeMax=TEN.isoformat())["items"]
    assert [one["summary"] for one in found] == ["in", "around", "the day"]


def test_a_whole_day_is_the_day_of_its_calendar(program: Program, mara: Account) -> None:
    far = mara.calendar("Far", zone="Pacific/Auckland")
    far.add("Holiday", date(2027, 3, 2), date(2027, 3, 3))
    day_there = NINE.replace(hour=11)  # 00:00 of the 2nd in Auckland
    assert program.entries(far, timeMin=day_there.isoformat(), timeMax=(day_there + HOUR).isoformat())["items"]
    assert not program.entries(far, timeMin=NINE.isoformat(), timeMax=day_there.isoformat())["items"]


def test_pages_are_as_large_as_google_likes(google: Google, program: Program, private: Calendar) -> None:
    private.fill(7, NINE, DAY, HOUR)
    google.page_size = 3
    first = program.entries(private, maxResults=250)
    assert (len(first["items"]), "nextSyncToken" in first) == (3, False)
    assert len(program.all_entries(private)) == 7


def test_a_page_belongs_to_its_question(google: Google, program: Program, private: Calendar) -> None:
    private.fill(3, NINE, DAY, HOUR)
    token = program.entries(private, maxResults=2)["nextPageToken"]
    other = program.ask("GET", f"calendars/{private.id}/events", pageToken=token, maxResults=2)
    assert other.status_code == 400


def test_by_start_there_is_an_order_but_no_sync_token(program: Program, private: Calendar) -> None:
    private.add("later", TEN, TEN + HOUR)
    private.add("sooner", NINE, TEN)
    page = program.entries(private, orderBy="startTime")
    assert [one["summary"] for one in page["items"]] == ["sooner", "later"]
    assert "nextSyncToken" not in page


def test_what_is_gone_is_told_of_when_asked_for(program: Program, private: Calendar) -> None:
    private.cancel(private.add("Dentist", NINE, TEN))
    assert program.entries(private)["items"] == []
    (gone,) = program.entries(private, showDeleted="true")["items"]
    assert set(gone) == {"kind", "etag", "id", "status"}


def test_what_changed_since_a_moment(google: Google, program: Program, private: Calendar) -> None:
    google.now = lambda: NINE
    private.add("old", TEN, TEN + HOUR)
    gone = private.add("gone", TEN, TEN + HOUR)
    google.now = lambda: NINE + timedelta(minutes=30)
    program = Program(google, google.accounts["mara@gmail.example"])
    private.cancel(gone)
    private.add("new", TEN, TEN + HOUR)
    found = program.entries(private, updatedMin=(NINE + timedelta(minutes=1)).isoformat())["items"]
    assert sorted(one.get("summary", one["status"]) for one in found) == ["cancelled", "new"]


def test_two_may_share_a_calendar_and_see_what_they_may(google: Google, private: Calendar) -> None:
    otto = google.account("otto@gmail.example")
    private.add("Dentist", NINE, TEN, visibility="private")
    private.add("Team", NINE, TEN)
    private.share(otto, "reader")
    found = Program(google, otto).entries(private)
    assert found["accessRole"] == "reader"
    assert [one.get("summary") for one in found["items"]] == [None, "Team"]
    private.unshare(otto)
    assert reason(Program(google, otto).ask("GET", f"calendars/{private.id}/events")) == (404, "notFound")


def test_a_thousand_fit_on_one_page(google: Google, program: Program, private: Calendar) -> None:
    private.fill(1000, NINE, HOUR, HOUR / 2)
    assert len(program.all_entries(private, maxResults=2500)) == 1000
    assert google.count("events.list") == 1
    assert len(program.all_entries(private)) == 1000
    assert google.count("events.list") == 5


def test_only_the_fields_that_are_asked_for_are_answered(program: Program, private: Calendar) -> None:
    private.add("Dentist", NINE, TEN, extendedProperties={"private": {"a": "b"}, "shared": {"c": "d"}})
    answer = program.entries(private, fields="timeZone,items(id,start/dateTime,extendedProperties/private)")
    (entry,) = answer.pop("items")
    assert answer == {"timeZone": "Europe/Berlin"}
    assert entry.keys() == {"id", "start", "extendedProperties"}
    assert (entry["start"].keys(), entry["extendedProperties"]) == ({"dateTime"}, {"private": {"a": "b"}})


def test_a_field_that_no_answer_has_is_refused(google: Google, program: Program, private: Calendar) -> None:
    answer = program.ask("GET", f"calendars/{private.id}/events", fields="items(id,titel)")
    assert reason(answer) == (400, "badRequest")
    assert google.problems == ["events.list: unknown in fields: titel"]
    google.problems.clear()
