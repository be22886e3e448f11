"""Only a part of an answer."""

import pytest

from tests.google import Account, Google
from tests.google.program import NINE, TEN, Program
from tests.google.selection import tree


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def test_names_are_nested() -> None:
    assert tree("kind,items(id,start/dateTime,end(date,timeZone))") == {
        "kind": {},
        "items": {"id": {}, "start": {"dateTime": {}}, "end": {"date": {}, "timeZone": {}}},
    }


def test_of_a_list_only_what_is_wanted(program: Program, mara: Account) -> None:
    entry_id = mara.primary.add("Dentist", NINE, TEN, extendedProperties={"private": {"a": "b"}})
    page = program.entries(mara.primary, fields="timeZone,nextSyncToken,items(id,extendedProperties/private)")
    assert set(page) == {"timeZone", "nextSyncToken", "items"}
    assert page["items"] == [{"id": entry_id, "extendedProperties": {"private": {"a": "b"}}}]
    assert set(program.entries(mara.primary, fields="nextSyncToken,items/start")["items"][0]) == {"start"}


def test_of_other_answers_too(program: Program, mara: Account) -> None:
    listed = program.ask("GET", "users/me/calendarList", fields="items(id,accessRole)").json()
    assert listed == {"items": [{"id": mara.primary.id, "accessRole": "owner"}]}


@pytest.mark.parametrize("fields", ["items(id", "items(colour)", "item", "items()", "items,,kind", "a b"])
def test_a_name_that_is_none_is_a_problem(google: Google, program: Program, fields: str) -> None:
    assert program.ask("GET", "calendars/primary/events", fields=fields).status_code == 400
    assert len(google.problems) == 1
    google.problems.clear()


def test_of_many_attendees_only_oneself(program: Program, mara: Account) -> None:
    declined = {"email": mara.email, "self": True, "responseStatus": "declined"}
    mara.primary.add("Team", NINE, TEN, attendees=[{"email": "otto@gmail.example"}, declined])
    (entry,) = program.entries(mara.primary, maxAttendees=1)["items"]
    assert (entry["attendees"], entry["attendeesOmitted"]) == ([declined], True)


def test_a_patch_takes_away_by_null(program: Program, mara: Account) -> None:
    program.insert(mara.primary, id="holdfast0123", location="Room 1")
    mara.primary.move("holdfast0123", NINE.date(), TEN.date().replace(day=2))
    day_to_hour = {"date": None, "dateTime": NINE.isoformat()}
    hour = {"date": None, "dateTime": TEN.isoformat()}
    only_times = program.patch(mara.primary, "holdfast0123", start={"dateTime": NINE.isoformat()})
    assert only_times.status_code == 400
    changed = program.patch(mara.primary, "holdfast0123", start=day_to_hour, end=hour, location=None).json()
    assert changed["start"]["dateTime"] == "2027-03-01T09:00:00Z"
    assert "location" not in changed
