"""Series where single entries are asked for: moved and cancelled instances, and both changes of the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.google import Account, Calendar, Google
from tests.google.program import DAY, HOUR, NINE, TEN, Program, at, reason

BERLIN = ZoneInfo("Europe/Berlin")
WEEKLY = ["RRULE:FREQ=WEEKLY;COUNT=4"]


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def private(mara: Account) -> Calendar:
    return mara.calendar("Private", zone="Europe/Berlin")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def starts(entries: list[dict]) -> list[str]:  # type: ignore[type-arg]
    return [one["start"].get("dateTime") or one["start"]["date"] for one in entries]


def test_a_series_is_told_of_as_its_instances(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    first, second = program.entries(private)["items"]
    assert first["id"] == f"{series}_20270301T090000Z"
    assert first["recurringEventId"] == series
    assert "recurrence" not in first
    assert second["start"] == second["originalStartTime"]
    assert second["end"]["dateTime"] == "2027-03-08T11:00:00+01:00"


def test_asked_for_as_it_is_a_series_is_one_entry(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    (entry,) = program.entries(private, singleEvents="false")["items"]
    assert (entry["id"], entry["recurrence"]) == (series, WEEKLY)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2027, 3, 27), ["2027-03-27T09:00:00+01:00", "2027-03-28T09:00:00+02:00"]),
        (date(2027, 10, 30), ["2027-10-30T09:00:00+02:00", "2027-10-31T09:00:00+01:00"]),
    ],
    ids=["spring", "autumn"],
)
def test_nine_stays_nine_when_the_clocks_change(
    program: Program, private: Calendar, first: date, expected: list[str]
) -> None:
    nine = datetime.combine(first, datetime.min.time().replace(hour=9), BERLIN)
    private.add("Run", nine, nine + HOUR, recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    assert starts(program.entries(private)["items"]) == expected


def test_until_is_a_moment_and_exceptions_are_left_out(program: Program, private: Calendar) -> None:
    rule = "RRULE:FREQ=DAILY;UNTIL=20270304T090000Z"
    private.add(
        "Run", NINE, TEN, recurrence=[rule, "EXDATE;TZID=Europe/Berlin:20270302T100000", "RDATE:20270310T090000Z"]
    )
    days = [start[8:10] for start in starts(program.entries(private)["items"])]
    assert days == ["01", "03", "04", "10"]


def test_whole_days_come_again_as_whole_days(program: Program, private: Calendar) -> None:
    series = private.add("Away", date(2027, 3, 1), date(2027, 3, 3), recurrence=["RRULE:FREQ=YEARLY;COUNT=2"])
    first, second = program.entries(private)["items"]
    assert first["id"] == f"{series}_20270301"
    assert (second["start"], second["end"]) == ({"date": "2028-03-01"}, {"date": "2028-03-03"})


def test_a_moved_instance_keeps_its_name(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    token = program.token(private)
    second = f"{series}_20270308T090000Z"
    private.move(second, NINE + 8 * DAY, TEN + 8 * DAY)
    (changed,) = program.changes(private, token)
    assert (changed["id"], changed["start"]["dateTime"]) == (second, "2027-03-09T10:00:00+01:00")
    assert changed["originalStartTime"]["dateTime"] == "2027-03-08T10:00:00+01:00"
    assert len(program.entries(private)["items"]) == 4


def test_a_cancelled_instance_says_only_which_one(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    token = program.token(private)
    private.cancel(f"{series}_20270308T090000Z")
    (changed,) = program.changes(private, token)
    assert set(changed) == {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
    assert len(program.entries(private)["items"]) == 3


def test_a_touched_series_comes_with_all_its_instances(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=["RRULE:FREQ=WEEKLY"])
    token = program.token(private, timeMin=NINE.isoformat(), timeMax=(NINE + 30 * DAY).isoformat())
    private.change(series, summary="Big choir")
    assert len(program.changes(private, token)) > 100


def test_a_series_at_another_hour_has_other_instances(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    token = program.token(private)
    private.move(series, TEN, TEN + HOUR)
    changes = program.changes(private, token)
    assert sorted(one["status"] for one in changes) == ["cancelled"] * 4 + ["confirmed"] * 4
    assert {one["start"]["dateTime"][11:16] for one in changes if "start" in one} == {"11:00"}


def test_a_series_that_ends_sooner_loses_its_last_instances(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    token = program.token(private)
    private.change(series, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    gone = [one["id"] for one in program.changes(private, token) if one["status"] == "cancelled"]
    assert gone == [f"{series}_20270322T090000Z"]
    private.change(series, recurrence=WEEKLY)
    assert {one["status"] for one in program.changes(private, token)} == {"confirmed"}


def test_of_a_deleted_series_each_instance_is_told(program: Program, private: Calendar) -> None:
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    private.move(f"{series}_20270308T090000Z", NINE + 8 * DAY, TEN + 8 * DAY)
    token = program.token(private)
    private.cancel(series)
    assert [one["status"] for one in program.changes(private, token)] == ["cancelled"] * 4
    assert program.entries(private)["items"] == []


def test_of_a_deleted_series_only_its_own_id_may_be_told(google: Google, program: Program, private: Calendar) -> None:
    google.deleted_series = "master"
    series = private.add("Choir", NINE, TEN, recurrence=WEEKLY)
    token = program.token(private)
    private.cancel(series)
    assert [(one["id"], one["status"]) for one in program.changes(private, token)] == [(series, "cancelled")]


def test_an_instance_can_be_asked_for_changed_and_removed_by_the_program(program: Program, private: Calendar) -> None:
    start = at(NINE) | {"timeZone": "Europe/Berlin"}
    series = program.insert(private, start=start, recurrence=WEEKLY).json()["id"]
    second = f"{series}_20270308T090000Z"
    assert program.get(private, second).json()["recurringEventId"] == series
    assert program.patch(private, second, summary="special").json()["originalStartTime"]
    assert program.delete(private, second).status_code == 204
    assert reason(program.get(private, f"{series}_20270309T090000Z")) == (404, "notFound")


def test_a_series_needs_its_zone(program: Program, private: Calendar) -> None:
    assert program.insert(private, recurrence=WEEKLY).status_code == 400


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "RRULE:FREQ=SOMETIMES", "DTSTART:20270301T090000Z"])
def test_a_rule_has_to_be_one(program: Program, private: Calendar, rule: str) -> None:
    start = at(NINE) | {"timeZone": "Europe/Berlin"}
    assert program.insert(private, start=start, recurrence=[rule]).status_code == 400


def test_what_lives_in_a_span_can_be_asked_of_the_calendar(private: Calendar) -> None:
    private.add("Choir", NINE, TEN, recurrence=["RRULE:FREQ=DAILY"])
    private.add("Dentist", NINE + HOUR, TEN + HOUR)
    span = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 3, 3, tzinfo=UTC)
    assert len(private.live(between=span)) == 3
    assert len(private.live()) == 2
