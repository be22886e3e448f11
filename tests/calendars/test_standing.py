"""How a session stands in a calendar elsewhere: what Google is told of it, and what not."""

import json
import re
from zoneinfo import ZoneInfo

from app.calendars.reading.blocking import span_of
from app.calendars.writing.recognising import Own
from app.calendars.writing.standing import Standing, changes_of, entry_id_of, new_entry
from tests.world import at

LONDON = ZoneInfo("Europe/London")
TEN, ELEVEN, NOON = at("2026-07-07T09:00"), at("2026-07-07T10:00"), at("2026-07-07T11:00")
SESSION = Standing(TEN, ELEVEN, "confirmed", "I. K.")
LINK = "https://desk.example/sessions/7"


def entry():
    return new_entry("abcde0123", "abcde0123.mark", SESSION, LONDON, LINK)


def test_an_entry_tells_initials_and_a_time_and_no_more():
    assert entry() == {
        "id": "abcde0123",
        "summary": "I. K.",
        "status": "confirmed",
        "start": {"dateTime": "2026-07-07T10:00:00+01:00", "timeZone": "Europe/London"},
        "end": {"dateTime": "2026-07-07T11:00:00+01:00", "timeZone": "Europe/London"},
        "description": LINK,
        "visibility": "private",
        "transparency": "opaque",
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {"holdfast": "abcde0123.mark"}},
    }
    assert not re.search("therap|client|session with|keller", json.dumps(entry()).lower())


def test_reading_knows_it_again_and_where_it_lies():
    maras, ottos = Own(1, b"key"), Own(2, b"key")
    stands = new_entry("abcde0123", maras.mark("abcde0123"), SESSION, LONDON, LINK)
    assert maras.wrote(stands)
    assert not maras.wrote(stands | {"id": "copy"})
    assert not ottos.wrote(stands)
    assert span_of(entry(), ZoneInfo("Asia/Tokyo")) == SESSION.span


def test_ids_are_such_as_google_takes_and_always_the_same():
    ids = {entry_id_of(uid, alternative, copy) for uid in ("a", "b") for alternative in (None, 1, 2) for copy in (0, 1)}
    assert len(ids) == 12
    assert all(re.fullmatch("[a-v0-9]{32}", one) for one in ids)
    assert entry_id_of("a", 1, 0) == entry_id_of("a", 1, 0)


def test_a_change_tells_only_what_is_another():
    moved = SESSION._replace(starts_at=ELEVEN, ends_at=NOON)
    told = changes_of(SESSION, moved, LONDON)
    assert set(told) == {"start", "end"}
    assert told["start"] == {"dateTime": "2026-07-07T11:00:00+01:00", "timeZone": "Europe/London", "date": None}
    assert changes_of(SESSION, SESSION._replace(status="tentative"), LONDON) == {"status": "tentative"}
    assert changes_of(SESSION, SESSION, LONDON) == {}


def test_where_nobody_knows_what_stands_there_everything_is_told():
    assert set(changes_of(None, SESSION, LONDON)) == {"summary", "status", "start", "end"}


def test_what_a_row_keeps_is_read_as_it_was():
    assert Standing.read(SESSION.stored()) == SESSION
    assert Standing.read(None) is None
