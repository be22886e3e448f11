"""Moods: by chance, in a row, for one calendar, lost after acting, hanging."""

import threading

import pytest
import requests

from tests.google import (
    BACKEND_ERROR,
    CUT,
    FORBIDDEN,
    GONE,
    HANG,
    LOST,
    NOT_JSON,
    RATE_LIMIT,
    TOO_MANY,
    UNAVAILABLE,
    USER_RATE_LIMIT,
    Account,
    Google,
    too_many,
)
from tests.google.program import Program, reason
from tests.waiting import wait_until


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def test_one_after_the_other(google: Google, program: Program, mara: Account) -> None:
    for fault in (RATE_LIMIT, USER_RATE_LIMIT, BACKEND_ERROR, UNAVAILABLE):
        google.faults.next(fault, "events.list")
    reasons = [reason(program.ask("GET", "calendars/primary/events")) for _ in range(4)]
    assert reasons == [
        (403, "rateLimitExceeded"),
        (403, "userRateLimitExceeded"),
        (500, "backendError"),
        (503, "backendError"),
    ]
    assert program.ask("GET", "calendars/primary/events").status_code == 200


def test_too_many_may_say_how_long(google: Google, program: Program) -> None:
    google.faults.next(TOO_MANY)
    google.faults.next(too_many(retry_after=7))
    first, second = (program.ask("GET", "users/me/calendarList") for _ in range(2))
    assert (first.status_code, first.headers.get("Retry-After")) == (429, None)
    assert (second.status_code, second.headers.get("Retry-After")) == (429, "7")


def test_for_one_calendar_until_further_notice(google: Google, program: Program, mara: Account) -> None:
    private = mara.calendar("Private")
    google.faults.always(FORBIDDEN, calendar=private)
    for _ in range(2):
        assert program.ask("GET", f"calendars/{private.id}/events").status_code == 403
        assert program.ask("GET", "calendars/primary/events").status_code == 200
    google.faults.clear()
    assert program.ask("GET", f"calendars/{private.id}/events").status_code == 200


def test_for_one_account(google: Google, program: Program, mara: Account) -> None:
    otto = google.account("otto@gmail.example")
    google.faults.always(BACKEND_ERROR, account=otto)
    assert Program(google, otto).ask("GET", "users/me/calendarList").status_code == 500
    assert program.ask("GET", "users/me/calendarList").status_code == 200


def test_a_lost_answer_was_acted_on(google: Google, program: Program, mara: Account) -> None:
    google.faults.next(LOST, "events.insert")
    with pytest.raises(requests.ConnectionError):
        program.insert(mara.primary, id="holdfast0123")
    assert reason(program.insert(mara.primary, id="holdfast0123")) == (409, "duplicate")


def test_a_cut_connection_did_nothing(google: Google, program: Program, mara: Account) -> None:
    google.faults.next(CUT, "events.insert")
    with pytest.raises(requests.ConnectionError):
        program.insert(mara.primary, id="holdfast0123")
    assert program.insert(mara.primary, id="holdfast0123").status_code == 200


def test_a_sync_token_may_be_gone_at_any_time(google: Google, program: Program, mara: Account) -> None:
    token = program.token(mara.primary)
    google.faults.next(GONE)
    assert program.ask("GET", "calendars/primary/events", singleEvents="true").status_code == 200
    query = {"singleEvents": "true", "syncToken": token}
    assert reason(program.ask("GET", "calendars/primary/events", **query)) == (410, "fullSyncRequired")


def test_an_answer_may_be_no_json(google: Google, program: Program) -> None:
    google.faults.next(NOT_JSON)
    assert program.ask("GET", "users/me/calendarList").status_code == 502


def test_by_chance_and_by_the_same_seed_the_same(google: Google, program: Program) -> None:
    google.faults.chance(BACKEND_ERROR, 0.3, "events.list")
    runs = []
    for _ in range(2):
        google.faults.seed(7)
        runs.append([program.ask("GET", "calendars/primary/events").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


def test_hanging_until_it_is_released(google: Google, program: Program, mara: Account) -> None:
    google.faults.next(HANG, "events.insert")
    waits = threading.Thread(target=program.insert, args=(mara.primary,))
    waits.start()
    wait_until(lambda: google.faults.hanging == 1)
    assert mara.primary.live() == []
    google.release()
    waits.join(10)
    assert len(mara.primary.live()) == 1


def test_it_can_hang_again(google: Google, program: Program) -> None:
    for _ in range(2):
        google.faults.next(HANG)
        waits = threading.Thread(target=program.ask, args=("GET", "users/me/calendarList"))
        waits.start()
        wait_until(lambda: google.faults.hanging == 1)
        google.release()
        waits.join(10)
    assert google.count("calendarList.list") == 2


def test_a_quota_is_for_each_account(google: Google, program: Program, mara: Account) -> None:
    google.faults.quota(2, seconds=60)
    otto = Program(google, google.account("otto@gmail.example"))
    answers = [program.ask("GET", "users/me/calendarList").status_code for _ in range(3)]
    assert answers == [200, 200, 403]
    assert otto.ask("GET", "users/me/calendarList").status_code == 200


def test_what_was_asked_is_counted(google: Google, program: Program, mara: Account) -> None:
    private = mara.calendar("Private")
    program.ask("GET", "calendars/primary/events")
    program.ask("GET", f"calendars/{private.id}/events")
    program.insert(private)
    assert google.count() == 3
    assert google.count("events.list") == 2
    assert google.count("events.list", calendar=mara.primary) == 1
    assert google.count(account=mara, calendar=private) == 2
    assert [one.status for one in google.asked] == [200, 200, 200]


def test_when_it_ends_nobody_is_answered(mara: Account) -> None:
    with Google() as passing:
        program = Program(passing, passing.account("otto@gmail.example"))
        assert program.ask("GET", "users/me/calendarList").status_code == 200
    with pytest.raises(requests.ConnectionError):
        program.ask("GET", "users/me/calendarList")
