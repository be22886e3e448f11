"""What we ask of Google's calendars, over a real socket, and how each way in which it may fail is told apart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.integrations.errors import GatewayError
from app.integrations.google_calendar import GoogleCalendar, open_calendar
from app.integrations.google_calendar.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    NotAllowed,
    NotThere,
    Revoked,
    SyncTokenGone,
)
from tests.google import (
    BACKEND_ERROR,
    CUT,
    FORBIDDEN,
    GONE,
    HANG,
    NOT_FOUND,
    NOT_JSON,
    RATE_LIMIT,
    READING,
    UNAUTHORIZED,
    UNAVAILABLE,
    USER_RATE_LIMIT,
    WRITING,
    Account,
    Calendar,
    Fault,
    Google,
    too_many,
)
from tests.google.fixtures import google

__all__ = ["google"]

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = NINE - DAY, NINE + 60 * DAY
SESSION = {
    "id": "a" * 26,
    "summary": "I. K.",
    "start": {"dateTime": NINE.isoformat()},
    "end": {"dateTime": (NINE + HOUR).isoformat()},
    "visibility": "private",
    "extendedProperties": {"private": {"holdfast": "1"}},
}


@pytest.fixture
def mara(google: Google) -> Account:
    return google.account("mara@gmail.example")


@pytest.fixture
def private(mara: Account) -> Calendar:
    return mara.calendar("Private, and more/less", zone="Europe/Berlin")


@pytest.fixture
def calendar(google: Google, mara: Account) -> Iterator[GoogleCalendar]:
    """Google Calendar as our program has it, for Mara, who consented to reading and writing."""
    with opened(google, mara) as calendar:
        yield calendar


def opened(google: Google, account: Account, scopes: frozenset[str] = READING | WRITING) -> GoogleCalendar:
    return open_calendar({"GOOGLE_API_URL": google.url}, google.grant(account, scopes).access)


def all_of(calendar: GoogleCalendar, calendar_id: str, **question: Any) -> tuple[list[str], str | None]:
    """The ids of all pages, and the sync token of the last."""
    page = calendar.page(calendar_id, **question)
    found = page.entries
    while page.next_page:
        assert page.next_sync_token is None
        page = calendar.page(calendar_id, **question, page=page.next_page)
        found += page.entries
    return [entry["id"] for entry in found], page.next_sync_token


def test_the_calendars_of_an_account_its_own_first(google, mara, private, calendar):
    otto = google.account("otto@gmail.example")
    otto.calendar("Choir").share(mara, "reader")
    google.page_size = 1
    listed = calendar.calendars()
    assert [(one.name, one.zone, one.is_primary, one.can_write) for one in listed] == [
        ("mara@gmail.example", "Europe/London", True, True),
        ("Private, and more/less", "Europe/Berlin", False, True),
        ("Choir", "Europe/London", False, False),
    ]


def test_a_window_comes_page_by_page_and_then_what_changed_since(google, private, calendar):
    ids = private.fill(25, NINE, HOUR * 3, HOUR)
    private.add("Last year", NINE - 300 * DAY, NINE - 300 * DAY + HOUR)
    google.page_size = 10
    found, token = all_of(calendar, private.id, window=WINDOW)
    assert sorted(found) == sorted(ids)
    private.cancel(ids[3])
    fresh = private.add("Dentist", NINE + 2 * DAY, NINE + 2 * DAY + HOUR)
    changed = calendar.page(private.id, since=token)
    assert {entry["id"]: entry["status"] for entry in changed.entries} == {ids[3]: "cancelled", fresh: "confirmed"}
    assert changed.next_sync_token not in (None, token)
    assert changed.zone == "Europe/Berlin"


def test_what_was_changed_after_a_moment_can_be_asked_for(google, private, calendar):
    private.add("Old", NINE, NINE + HOUR)
    google.now = lambda: datetime.now(UTC) + HOUR / 2
    fresh = private.add("New", NINE, NINE + HOUR)
    found, _ = all_of(calendar, private.id, window=WINDOW, updated_after=datetime.now(UTC) + HOUR / 4)
    assert found == [fresh]


def test_one_day_is_asked_for_whole(google, private, calendar):
    day = [private.add(f"Entry {hour}", NINE + hour * HOUR, NINE + hour * HOUR + HOUR / 2) for hour in range(4)]
    private.add("Tomorrow", NINE + DAY, NINE + DAY + HOUR)
    google.page_size = 3
    page = calendar.entries_between(private.id, (NINE, NINE + 6 * HOUR), seconds=10)
    assert [entry["id"] for entry in page.entries] == day
    assert page.zone == "Europe/Berlin"


def test_an_entry_of_ours_is_written_changed_and_removed(private, calendar):
    made = calendar.insert(private.id, SESSION)
    assert private.get(SESSION["id"])["summary"] == "I. K."
    changed = calendar.change(private.id, SESSION["id"], {"summary": "J. P."}, made["etag"])
    there = private.get(SESSION["id"])
    assert (there["summary"], there["visibility"]) == ("J. P.", "private")  # what is not named stays
    assert calendar.get(private.id, SESSION["id"])["etag"] == changed["etag"] != made["etag"]
    calendar.remove(private.id, SESSION["id"], changed["etag"])
    calendar.remove(private.id, SESSION["id"], changed["etag"])
    calendar.remove(private.id, "never0there", None)
    assert private.live() == []


def test_a_channel_is_opened_and_ended(google, private, calendar):
    asked = {"channel_id": "c1", "token": "secret", "address": "http://127.0.0.1:1/hooks", "seconds": 3600}
    google.notices.on = False
    channel = calendar.watch(private.id, **asked)
    assert timedelta(minutes=59) < channel.expires_at - datetime.now(UTC) <= HOUR
    assert [(one.id, one.token) for one in google.notices.open(private)] == [("c1", "secret")]
    calendar.stop(channel.channel_id, channel.resource_id)
    calendar.stop(channel.channel_id, channel.resource_id)  # it is over, which is what was wanted
    assert google.notices.open(private) == []


def test_an_address_to_which_google_tells_nothing_is_a_matter_of_watching_alone(private, calendar):
    with pytest.raises(NotAllowed, match="cannot tell us of changes"):
        calendar.watch(private.id, channel_id="c1", token="t", address="http://inner.example/hooks", seconds=60)


def test_an_id_that_is_taken(private, calendar):
    calendar.insert(private.id, SESSION)
    with pytest.raises(AlreadyThere):
        calendar.insert(private.id, SESSION)


def test_an_entry_that_somebody_changed_meanwhile(private, calendar):
    etag = calendar.insert(private.id, SESSION)["etag"]
    private.change(SESSION["id"], summary="Mine now")
    with pytest.raises(ChangedMeanwhile):
        calendar.change(private.id, SESSION["id"], {"summary": "J. P."}, etag)
    with pytest.raises(ChangedMeanwhile):
        calendar.remove(private.id, SESSION["id"], etag)
    assert private.get(SESSION["id"])["summary"] == "Mine now"


def test_what_is_not_there(mara, private, calendar):
    for ask in (
        lambda: calendar.page("nobody@gmail.example", window=WINDOW),
        lambda: calendar.get(private.id, "never0there"),
        lambda: calendar.change(private.id, "never0there", {"summary": "J. P."}, '"1"'),
    ):
        with pytest.raises(NotThere) as raised:
            ask()
        assert raised.value.gone
        assert not raised.value.retry


def test_an_entry_that_is_gone_is_no_sync_token_that_is(google, private, calendar):
    google.faults.next(GONE, "events.get")
    google.faults.always(Fault("gone", GONE.answer), "events.get")
    with pytest.raises(NotThere):
        calendar.get(private.id, "never0there")


def test_a_sync_token_that_is_too_old(private, calendar):
    _, token = all_of(calendar, private.id, window=WINDOW)
    private.forget_sync_tokens()
    with pytest.raises(SyncTokenGone):
        calendar.page(private.id, since=token)


def test_a_sync_token_that_google_never_gave(private, calendar):
    with pytest.raises(SyncTokenGone):
        calendar.page(private.id, since="from another life")


def test_a_consent_that_is_over(google, mara, private, calendar):
    google.revoke(mara)
    with pytest.raises(Revoked) as raised:
        calendar.page(private.id, window=WINDOW)
    assert not raised.value.retry


def test_an_access_token_that_ended_is_renewed_once(google, mara, private):
    asked_for = []

    def renew() -> str:
        asked_for.append("one")
        return google.grant(mara, READING).access

    with open_calendar({"GOOGLE_API_URL": google.url}, "of yesterday", renew) as calendar:
        assert calendar.page(private.id, window=WINDOW).entries == []
        assert asked_for == ["one"]
        google.faults.always(UNAUTHORIZED)
        with pytest.raises(Revoked):
            calendar.page(private.id, window=WINDOW)
    assert asked_for == ["one", "one"]


def test_what_was_not_consented_to(google, mara, private):
    with opened(google, mara, READING) as calendar, pytest.raises(NotAllowed):
        calendar.insert(private.id, SESSION)


TEMPORARY = {
    "403 for everybody": (RATE_LIMIT, False, 0),
    "403 for this person": (USER_RATE_LIMIT, False, 0),
    "429": (too_many(7), False, 7),
    "500": (BACKEND_ERROR, True, 0),
    "503": (UNAVAILABLE, True, 0),
    "502 of something in between": (NOT_JSON, True, 0),
    "cut": (CUT, True, 0),
}


@pytest.mark.parametrize("mood", TEMPORARY)
def test_what_passes_is_tried_again_later(google, private, calendar, mood):
    fault, away, wait = TEMPORARY[mood]
    google.faults.always(fault)
    with pytest.raises(GatewayError) as raised:
        calendar.page(private.id, window=WINDOW)
    error = raised.value
    assert type(error) is GatewayError
    assert (error.retry, error.away, error.wait) == (True, away, wait)
    assert private.id not in str(error)
    google.faults.clear()
    assert calendar.page(private.id, window=WINDOW).entries == []


@pytest.mark.parametrize(("fault", "error"), [(FORBIDDEN, NotAllowed), (NOT_FOUND, NotThere)])
def test_what_does_not_pass_concerns_one_calendar(google, mara, private, calendar, fault, error):
    google.faults.always(fault, calendar=private)
    with pytest.raises(error):
        calendar.page(private.id, window=WINDOW)
    assert calendar.page(mara.email, window=WINDOW).entries == []


def test_an_answer_that_is_lost_was_acted_on(google, private, calendar):
    google.faults.next(Fault("lost", then_lost=True), "events.insert")
    with pytest.raises(GatewayError) as raised:
        calendar.insert(private.id, SESSION)
    assert raised.value.retry
    with pytest.raises(AlreadyThere):
        calendar.insert(private.id, SESSION)
    assert len(private.live()) == 1


def test_a_google_that_hangs_is_waited_for_no_longer_than_the_limit(google, private, calendar, monkeypatch):
    monkeypatch.setattr("app.integrations.google_calendar.api.ANSWER_SECONDS", 0.1)
    google.faults.always(HANG)
    with pytest.raises(GatewayError, match="cannot be reached") as raised:
        calendar.page(private.id, window=WINDOW)
    assert raised.value.away
    google.release()


def test_who_waits_for_one_day_is_told_in_time(google, private, calendar):
    google.faults.always(HANG)
    begun = datetime.now(UTC)
    with pytest.raises(GatewayError, match="too long"):
        calendar.entries_between(private.id, (NINE, NINE + HOUR), seconds=0.1)
    assert datetime.now(UTC) - begun < timedelta(seconds=5)
    google.release()


def test_an_error_within_one_day_is_told_as_itself(google, mara, private, calendar):
    google.revoke(mara)
    with pytest.raises(Revoked):
        calendar.entries_between(private.id, (NINE, NINE + HOUR), seconds=10)


def test_nobody_there():
    with (
        open_calendar({"GOOGLE_API_URL": "http://127.0.0.1:1"}, "token") as calendar,
        pytest.raises(GatewayError) as raised,
    ):
        calendar.calendars()
    assert (raised.value.retry, raised.value.away) == (True, True)
    assert "127.0.0.1" not in str(raised.value)


def test_the_token_travels_in_a_header_alone(google, private, calendar):
    calendar.page(private.id, window=WINDOW)
    (asked,) = google.asked
    token = asked.request.headers["authorization"].removeprefix("Bearer ")
    assert token
    assert token not in asked.request.target


def test_neither_words_nor_places_nor_people_are_asked_for(google, private, calendar):
    calendar.page(private.id, window=WINDOW)
    fields = google.asked[0].request.asked("fields")
    assert not {"summary", "description", "location", "email", "displayName", "hangoutLink"} & set(
        fields.replace("(", ",").replace(")", ",").split(",")
    )
