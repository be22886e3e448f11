"""Insert, change and delete: ids that the caller chose, etags, and what is gone."""

from datetime import date

import pytest

from tests.google import READING, Account, Calendar, Google
from tests.google.program import HOUR, NINE, TEN, Program, at, reason


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def program(google: Google, mara: Account) -> Program:
    return Program(google, mara)


def test_an_entry_has_the_id_that_its_maker_chose(program: Program, mara: Account) -> None:
    made = program.insert(mara.primary, id="holdfast0123", extendedProperties={"private": {"holdfast": "1"}})
    assert (made.status_code, made.json()["id"], made.json()["status"]) == (200, "holdfast0123", "confirmed")
    assert program.get(mara.primary, "holdfast0123").json() == made.json()
    assert made.headers["ETag"] == made.json()["etag"]


def test_the_same_id_twice_is_a_duplicate_even_when_it_is_gone(program: Program, mara: Account) -> None:
    program.insert(mara.primary, id="holdfast0123")
    assert reason(program.insert(mara.primary, id="holdfast0123")) == (409, "duplicate")
    program.delete(mara.primary, "holdfast0123")
    assert reason(program.insert(mara.primary, id="holdfast0123")) == (409, "duplicate")


@pytest.mark.parametrize("entry_id", ["abcd", "holdfast-1", "HOLDFAST1", "wxyz12345", "a" * 1025])
def test_an_id_is_base32hex(program: Program, mara: Account, entry_id: str) -> None:
    assert program.insert(mara.primary, id=entry_id).status_code == 400


def test_every_change_changes_the_etag(program: Program, mara: Account) -> None:
    first = program.insert(mara.primary, id="holdfast0123").json()
    second = program.put(mara.primary, "holdfast0123", first["etag"], summary="O. B.").json()
    third = program.patch(mara.primary, "holdfast0123", second["etag"], start=at(TEN), end=at(TEN + HOUR)).json()
    assert len({one["etag"] for one in (first, second, third)}) == 3
    assert [one["sequence"] for one in (first, second, third)] == [0, 0, 1]
    assert third["summary"] == "O. B."


def test_who_knows_an_old_etag_changes_nothing(program: Program, mara: Account) -> None:
    etag = program.insert(mara.primary, id="holdfast0123").json()["etag"]
    mara.primary.change("holdfast0123", summary="by hand")
    assert reason(program.put(mara.primary, "holdfast0123", etag)) == (412, "conditionNotMet")
    assert reason(program.patch(mara.primary, "holdfast0123", etag, summary="x")) == (412, "conditionNotMet")
    assert reason(program.delete(mara.primary, "holdfast0123", etag)) == (412, "conditionNotMet")
    assert mara.primary.get("holdfast0123")["summary"] == "by hand"


def test_a_put_replaces_all_that_is_ours_to_write(program: Program, mara: Account) -> None:
    program.insert(mara.primary, id="holdfast0123", location="Room 1", transparency="transparent")
    program.put(mara.primary, "holdfast0123", "*")
    assert "location" not in mara.primary.get("holdfast0123")
    assert "transparency" not in mara.primary.get("holdfast0123")


def test_what_is_gone_is_gone(program: Program, mara: Account) -> None:
    program.insert(mara.primary, id="holdfast0123")
    assert program.delete(mara.primary, "holdfast0123").status_code == 204
    assert reason(program.delete(mara.primary, "holdfast0123")) == (410, "deleted")
    assert program.get(mara.primary, "holdfast0123").json()["status"] == "cancelled"
    assert mara.primary.live() == []


def test_a_put_brings_back_what_was_gone(program: Program, mara: Account) -> None:
    program.insert(mara.primary, id="holdfast0123")
    mara.primary.cancel("holdfast0123")
    assert program.put(mara.primary, "holdfast0123").json()["status"] == "confirmed"


def test_what_never_was_is_not_found(program: Program, mara: Account) -> None:
    assert reason(program.get(mara.primary, "never0123")) == (404, "notFound")
    assert reason(program.delete(mara.primary, "never0123")) == (404, "notFound")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at(TEN), at(NINE)),
        (at(NINE), {"date": "2027-03-02"}),
        ({"dateTime": "2027-03-01T09:00:00"}, at(TEN)),
        ({"dateTime": "2027-03-01T09:00:00", "timeZone": "Europe/Nowhere"}, at(TEN)),
        ({}, at(TEN)),
    ],
    ids=["backwards", "half a day", "no zone", "unknown zone", "no start"],
)
def test_times_that_make_no_sense(program: Program, mara: Account, start: dict[str, str], end: dict[str, str]) -> None:
    assert program.insert(mara.primary, start=start, end=end).status_code == 400


def test_a_local_time_with_its_zone_is_understood(program: Program, mara: Account) -> None:
    start = {"dateTime": "2027-03-01T10:00:00", "timeZone": "Europe/Berlin"}
    made = program.insert(mara.primary, start=start, end=at(TEN)).json()
    assert made["start"] == {"dateTime": "2027-03-01T09:00:00Z", "timeZone": "Europe/Berlin"}


def test_a_reader_writes_nothing(google: Google, mara: Account) -> None:
    reading = Program(google, mara, READING)
    answer = reading.insert(mara.primary)
    assert reason(answer) == (403, "insufficientPermissions")
    assert answer.json()["error"]["status"] == "PERMISSION_DENIED"


def test_in_a_calendar_of_somebody_else_only_reading_is_granted(google: Google, mara: Account) -> None:
    otto = google.account("otto@gmail.example")
    shared = otto.calendar("Practice")
    shared.share(mara, "writer")
    shared.add("Team", date(2027, 3, 1), date(2027, 3, 2))
    program = Program(google, mara)
    assert len(program.entries(shared)["items"]) == 1
    assert reason(program.insert(shared)) == (403, "insufficientPermissions")


def test_a_change_by_hand_is_seen_by_its_etag(program: Program, mara: Account) -> None:
    etag = program.insert(mara.primary, id="holdfast0123").json()["etag"]
    mara.primary.move("holdfast0123", TEN, TEN + HOUR)
    found: Calendar = mara.primary
    assert found.get("holdfast0123")["etag"] != etag
