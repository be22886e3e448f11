"""What changed since a sync token, and when a token is no longer good."""

from datetime import timedelta

import pytest

from tests.google import Account, Calendar, Google
from tests.google.program import DAY, HOUR, NINE, TEN, Program, reason


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def list_with(program: Program, calendar: Calendar, **query: str) -> tuple[int, str]:
    return reason(program.ask("GET", f"calendars/{calendar.id}/events", singleEvents="true", **query))


def test_only_what_changed_comes_once(program: Program, mara: Account) -> None:
    kept = mara.primary.add("stays", NINE, TEN)
    changed = mara.primary.add("is moved", NINE, TEN)
    gone = mara.primary.add("is cancelled", NINE, TEN)
    token = program.token(mara.primary)
    assert program.changes(mara.primary, token) == []
    mara.primary.move(changed, TEN, TEN + HOUR)
    mara.primary.cancel(gone)
    new = mara.primary.add("is new", NINE, TEN)
    found = {one["id"]: one for one in program.changes(mara.primary, token)}
    assert set(found) == {changed, gone, new}
    assert kept not in found
    assert found[gone] == {
        "kind": "calendar#event",
        "etag": found[gone]["etag"],
        "id": gone,
        "status": "cancelled",
    }


def test_a_token_may_be_used_again(program: Program, mara: Account) -> None:
    token = program.token(mara.primary)
    mara.primary.add("Dentist", NINE, TEN)
    assert program.changes(mara.primary, token) == program.changes(mara.primary, token)


def test_changes_while_pages_are_read_come_with_the_next_token(google: Google, program: Program, mara: Account) -> None:
    mara.primary.fill(3, NINE, DAY, HOUR)
    first = program.entries(mara.primary, maxResults=2)
    new = mara.primary.add("in between", NINE, TEN)
    last = program.entries(mara.primary, maxResults=2, pageToken=first["nextPageToken"])
    changes = program.changes(mara.primary, last["nextSyncToken"], maxResults=2)
    assert [one["id"] for one in changes] == [new]


def test_changes_come_in_pages_too(google: Google, program: Program, mara: Account) -> None:
    token = program.token(mara.primary)
    mara.primary.fill(5, NINE, DAY, HOUR)
    google.page_size = 2
    assert len(program.changes(mara.primary, token)) == 5


def test_changes_come_from_outside_the_window_too(program: Program, mara: Account) -> None:
    token = program.token(mara.primary, timeMin=NINE.isoformat(), timeMax=TEN.isoformat())
    mara.primary.add("next year", NINE + 365 * DAY, TEN + 365 * DAY)
    assert [one["summary"] for one in program.changes(mara.primary, token)] == ["next year"]


@pytest.mark.parametrize(
    "beside",
    [
        {"timeMin": NINE.isoformat()},
        {"timeMax": NINE.isoformat()},
        {"updatedMin": NINE.isoformat()},
        {"orderBy": "startTime"},
        {"iCalUID": "x"},
        {"privateExtendedProperty": "a=b"},
        {"showDeleted": "false"},
    ],
    ids=lambda beside: next(iter(beside)),
)
def test_a_token_stands_alone(program: Program, mara: Account, beside: dict[str, str]) -> None:
    token = program.token(mara.primary)
    assert list_with(program, mara.primary, syncToken=token, **beside)[0] == 400


@pytest.mark.parametrize(
    "otherwise",
    [{"singleEvents": "false"}, {"showDeleted": "true"}, {"maxResults": "7"}, {"fields": "items,timeZone"}],
    ids=str,
)
def test_a_token_of_another_question_is_our_mistake(
    google: Google, program: Program, mara: Account, otherwise: dict[str, str]
) -> None:
    token = program.token(mara.primary)
    query = {"singleEvents": "true", "syncToken": token} | otherwise
    answer = program.ask("GET", "calendars/primary/events", **query)
    assert answer.status_code == 400
    assert google.problems
    google.problems.clear()


def test_an_unknown_token_is_gone(program: Program, mara: Account) -> None:
    assert list_with(program, mara.primary, syncToken="unknown") == (410, "fullSyncRequired")


def test_a_token_of_another_calendar_is_gone(program: Program, mara: Account) -> None:
    token = program.token(mara.calendar("Private"))
    assert list_with(program, mara.primary, syncToken=token) == (410, "fullSyncRequired")


def test_an_old_token_is_gone(google: Google, program: Program, mara: Account) -> None:
    token = program.token(mara.primary)
    now = google.now()
    google.now = lambda: now + timedelta(days=29)
    assert list_with(Program(google, mara), mara.primary, syncToken=token) == (410, "fullSyncRequired")


def test_a_forgotten_token_is_gone_and_the_next_one_good(program: Program, mara: Account) -> None:
    token = program.token(mara.primary)
    mara.primary.forget_sync_tokens()
    assert list_with(program, mara.primary, syncToken=token) == (410, "fullSyncRequired")
    assert program.changes(mara.primary, program.token(mara.primary)) == []
