"""Which entries of a Google calendar close time, and which time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendars.reading.blocking import Unreadable, blocking_span, closes_time, is_cancelled, known_as, taken
from app.calendars.writing.recognising import Own

LONDON, NEW_YORK, BERLIN = (ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Europe/Berlin"))
MARAS = Own(7, b"key", frozenset({"session"}), {"written": None})
ME = {"email": "mara@example.com", "self": True}
SOMEBODY = {"email": "otto@example.com"}


def entry(**said: Any) -> dict[str, Any]:
    """An entry of one hour on a Tuesday in November, at ten in London, as Google gives it."""
    plain = {
        "kind": "calendar#event",
        "id": "4f1c",
        "status": "confirmed",
        "start": {"dateTime": "2026-11-24T10:00:00Z", "timeZone": "Europe/London"},
        "end": {"dateTime": "2026-11-24T11:00:00Z", "timeZone": "Europe/London"},
        "eventType": "default",
    }
    return {name: value for name, value in (plain | said).items() if value is not None}


def marked(mark: str) -> dict[str, Any]:
    return {"extendedProperties": {"private": {"holdfast": mark}}}


def timed(starts: str, ends: str, zone: str | None = None) -> dict[str, Any]:
    named = {"timeZone": zone} if zone else {}
    return entry(start={"dateTime": starts, **named}, end={"dateTime": ends, **named})


def days(first: str, after_the_last: str) -> dict[str, Any]:
    return entry(start={"date": first}, end={"date": after_the_last})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(starts: str, ends: str) -> tuple[datetime, datetime]:
    return utc(starts), utc(ends)


AN_HOUR = span("2026-11-24T10:00", "2026-11-24T11:00")

BLOCKING = {
    "busy": entry(),
    "busy, and says so": entry(transparency="opaque"),
    "of a kind that is not said": entry(eventType=None, status=None),
    "tentative": entry(status="tentative"),
    "out of office": entry(eventType="outOfOffice", outOfOfficeProperties={"autoDeclineMode": "declineNone"}),
    "focus time": entry(eventType="focusTime", focusTimeProperties={"chatStatus": "doNotDisturb"}),
    "put in by a mail": entry(eventType="fromGmail"),
    "of a kind to come": entry(eventType="siesta"),
    "accepted": entry(attendees=[SOMEBODY, ME | {"responseStatus": "accepted"}]),
    "perhaps": entry(attendees=[ME | {"responseStatus": "tentative"}]),
    "not answered": entry(attendees=[ME | {"responseStatus": "needsAction"}]),
    "declined by somebody else": entry(attendees=[ME, SOMEBODY | {"responseStatus": "declined"}]),
    "declined by somebody who is said not to be me": entry(
        attendees=[SOMEBODY | {"self": False, "responseStatus": "declined"}]
    ),
    "private, with nothing else to see": entry(visibility="private"),
    "one of a series": entry(recurringEventId="4f", originalStartTime={"dateTime": "2026-11-23T10:00:00Z"}),
    "marked by somebody else": entry(extendedProperties={"private": {"zoom": "1"}, "shared": {"holdfast": "1"}}),
    "copied by somebody from one of ours": entry() | marked(MARAS.mark("a4f1c")),
    "marked by another practice's Holdfast": entry() | marked(Own(7, b"another key").mark("4f1c")),
    "written for another therapist of this practice": entry() | marked(Own(8, b"key").mark("4f1c")),
    "marked by somebody who guessed": entry() | marked("4f1c.17"),
    "of another practice's feed": entry(iCalUID="other@holdfast.invalid"),
    "of somebody else's entry": entry(iCalUID="4f1c@google.com"),
    "called like a session by somebody else": entry(iCalUID="session@example.com"),
    "one of a series that somebody made of a session": entry(
        id="4f1c_20261124T100000Z", recurringEventId="4f1c", iCalUID="session@holdfast.invalid"
    ),
    "one of a series that somebody made of what we wrote": entry(
        id="written_20261124T100000Z", recurringEventId="written", iCalUID="written@google.com"
    ),
    "one of a series that somebody made of one of ours": entry(
        id="4f1c_20261124T100000Z",
        recurringEventId="4f1c",
        extendedProperties={"private": {"holdfast": MARAS.mark("4f1c")}},
    ),
    "all that is odd about its mark": entry(extendedProperties={"private": None}),
}
FREE = {
    "free": entry(transparency="transparent"),
    "cancelled": entry(status="cancelled"),
    "cancelled, with nothing but its ids": {"kind": "calendar#event", "id": "4f1c", "status": "cancelled"},
    "a cancelled one of a series": {
        "id": "4f_20261124T100000Z",
        "status": "cancelled",
        "recurringEventId": "4f",
        "originalStartTime": {"dateTime": "2026-11-24T10:00:00Z"},
    },
    "declined": entry(attendees=[SOMEBODY, ME | {"responseStatus": "declined"}]),
    "where I work": entry(eventType="workingLocation", transparency=None),
    "a birthday": entry(eventType="birthday", start={"date": "2026-11-24"}, end={"date": "2026-11-25"}),
    "a birthday said to be busy": entry(eventType="birthday", transparency="opaque"),
    "ours": entry() | marked(MARAS.mark("4f1c")),
    "ours, and tentative": entry(status="tentative") | marked(MARAS.mark("4f1c")),
    "ours, marked with a key of before": entry(id="written") | marked("written.17"),
    "ours, its mark taken away": entry(id="written"),
    "a session that Google read in our feed": entry(iCalUID="session@holdfast.invalid"),
    "an alternative that Google read in our feed": entry(iCalUID="session-3@holdfast.invalid"),
    "ours, read by its address into another calendar": entry(iCalUID="written@google.com"),
    "of no length": timed("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
    "of no length, written in two zones": timed("2026-11-24T10:00:00Z", "2026-11-24T11:00:00+01:00"),
}
UNREADABLE = {
    "nothing at all": {},
    "no time": entry(start=None, end=None),
    "no end": entry(end=None),
    "neither a day nor a time": entry(start={"timeZone": "Europe/London"}),
    "no day": days("someday", "2026-11-25"),
    "a day that does not exist": days("2026-02-30", "2026-03-01"),
    "no time of day": timed("tomorrow", "2026-11-24T11:00:00Z"),
    "a time of another sort": entry(start={"dateTime": 20261124}),
    "a start that is no object": entry(start="2026-11-24"),
    "a day that ends on the one before": days("2026-11-24", "2026-11-23"),
    "before the beginning": timed("2026-11-24T11:00:00Z", "2026-11-24T10:00:00Z"),
    "a zone that nobody knows": timed("2026-11-24T10:00:00", "2026-11-24T11:00:00", "Mars/Olympus"),
    "the end of time": timed("9999-12-31T23:00:00-12:00", "9999-12-31T23:30:00-12:00"),
}


@pytest.mark.parametrize("kind", BLOCKING)
def test_it_closes_its_time(kind):
    assert blocking_span(BLOCKING[kind], LONDON, MARAS.is_own) == AN_HOUR
    assert closes_time(BLOCKING[kind], MARAS.is_own)


@pytest.mark.parametrize("kind", FREE)
def test_it_closes_nothing(kind):
    assert blocking_span(FREE[kind], LONDON, MARAS.is_own) is None


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_not_taken_for_free(kind):
    with pytest.raises(Unreadable) as told:
        blocking_span(UNREADABLE[kind], LONDON)
    assert "2026" not in str(told.value)


SPANS = {
    "an offset": (timed("2026-11-24T10:00:00+01:00", "2026-11-24T11:00:00+01:00"), LONDON, "24T09:00", "24T10:00"),
    "an offset beside another zone's name": (
        timed("2026-11-24T10:00:00-05:00", "2026-11-24T11:00:00-05:00", "Europe/Berlin"),
        LONDON,
        "24T15:00",
        "24T16:00",
    ),
    "a zone without an offset": (
        timed("2026-11-24T10:00:00", "2026-11-24T11:00:00", "America/New_York"),
        LONDON,
        "24T15:00",
        "24T16:00",
    ),
    "neither: the calendar's zone": (
        timed("2026-11-24T10:00:00", "2026-11-24T11:00:00"),
        BERLIN,
        "24T09:00",
        "24T10:00",
    ),
    "fractions of a second": (
        timed("2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00.000Z"),
        LONDON,
        "24T10:00",
        "24T11:00",
    ),
    "over midnight": (timed("2026-11-24T22:00:00Z", "2026-11-25T02:00:00Z"), LONDON, "24T22:00", "25T02:00"),
    "three days with times": (timed("2026-11-24T22:00:00Z", "2026-11-27T08:00:00Z"), LONDON, "24T22:00", "27T08:00"),
    "begun in one zone, ended in another": (
        entry(
            start={"dateTime": "2026-11-24T10:00:00", "timeZone": "Europe/London"},
            end={"dateTime": "2026-11-24T10:00:00", "timeZone": "America/New_York"},
        ),
        BERLIN,
        "24T10:00",
        "24T15:00",
    ),
    "a day in London": (days("2026-11-24", "2026-11-25"), LONDON, "24T00:00", "25T00:00"),
    "a day in New York": (days("2026-11-24", "2026-11-25"), NEW_YORK, "24T05:00", "25T05:00"),
    "a day in Auckland": (days("2026-11-24", "2026-11-25"), ZoneInfo("Pacific/Auckland"), "23T11:00", "24T11:00"),
    "a day that ends when it begins": (days("2026-11-24", "2026-11-24"), NEW_YORK, "24T05:00", "25T05:00"),
    "three days": (days("2026-11-24", "2026-11-27"), BERLIN, "23T23:00", "26T23:00"),
    "a day that ends on itself": (days("2026-11-24", "2026-11-24"), BERLIN, "23T23:00", "24T23:00"),
    "a day that ends at its first moment": (
        entry(start={"date": "2026-11-24"}, end={"dateTime": "2026-11-24T00:00:00Z"}),
        LONDON,
        "24T00:00",
        "25T00:00",
    ),
}


@pytest.mark.parametrize("kind", SPANS)
def test_the_time_that_it_closes(kind):
    said, zone, starts, ends = SPANS[kind]
    assert blocking_span(said, zone) == span(f"2026-11-{starts}", f"2026-11-{ends}")


@pytest.mark.parametrize(
    ("zone", "day", "after", "hours"),
    [
        (LONDON, "2027-03-28", "2027-03-29", 23),
        (LONDON, "2026-10-25", "2026-10-26", 25),
        (NEW_YORK, "2027-03-14", "2027-03-15", 23),
        (NEW_YORK, "2026-11-01", "2026-11-02", 25),
        (LONDON, "2026-10-24", "2026-10-27", 73),
        (LONDON, "2026-10-25", "2026-10-25", 25),
        (ZoneInfo("Africa/Cairo"), "2027-04-30", "2027-05-01", 23),  # the clocks skip midnight itself
        (ZoneInfo("Australia/Lord_Howe"), "2026-10-04", "2026-10-05", 23.5),
    ],
)
def test_a_whole_day_is_as_long_as_its_clocks_make_it(zone, day, after, hours):
    starts, ends = blocking_span(days(day, after), zone) or (None, None)
    assert ends - starts == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_begins_where_the_clocks_go_on():
    starts, _ = blocking_span(days("2027-04-30", "2027-05-01"), ZoneInfo("Africa/Cairo")) or (None, None)
    assert starts == utc("2027-04-29T22:00")


def test_an_entry_is_known_by_its_id_whatever_it_closes():
    assert taken(entry(), LONDON) == ("4f1c", AN_HOUR)
    assert taken(FREE["cancelled, with nothing but its ids"], LONDON) == ("4f1c", None)
    assert known_as(entry(id="4f_20261124T100000Z")) == "4f_20261124T100000Z"


@pytest.mark.parametrize("id", [None, "", 7])
def test_an_entry_without_an_id_cannot_be_read(id):
    with pytest.raises(Unreadable):
        known_as(entry(id=id))


def test_only_what_is_cancelled_is_gone():
    assert [kind for kind, one in (BLOCKING | FREE).items() if is_cancelled(one)] == [
        "cancelled",
        "cancelled, with nothing but its ids",
        "a cancelled one of a series",
    ]


TEXTS = st.text("2026-11T:0Z.+ x", max_size=20)
NAMES = st.sampled_from(
    [
        "id",
        "status",
        "start",
        "end",
        "attendees",
        "extendedProperties",
        "private",
        "date",
        "dateTime",
        "holdfast",
        "iCalUID",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(NAMES, ANYTHING))
def test_whatever_comes_is_read_or_refused(said):
    try:
        found = blocking_span(said, LONDON, MARAS.is_own)
    except Unreadable:
        return
    assert found is None or found[0] < found[1]
