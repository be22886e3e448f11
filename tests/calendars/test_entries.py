"""What is to be done in a calendar elsewhere so that it equals the diary, and what a look at an entry tells."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.calendars.writing.comparing import Known, differences
from app.calendars.writing.edits import judged
from app.calendars.writing.standing import Standing, new_entry
from app.calendars.writing.wanted import Wanted
from tests.world import at

NOW = at("2026-11-20T09:00")
LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
TEN, TWO = at("2026-11-24T10:00"), at("2026-11-24T14:00")
AGREED = Standing(TEN, TEN + HOUR, "confirmed", "I. K.")
MOVED = Standing(TWO, TWO + HOUR, "confirmed", "I. K.")
HELD = AGREED._replace(status="tentative")
OVER = Standing(NOW - 3 * HOUR, NOW - 2 * HOUR, "confirmed", "I. K.")
SESSION = (7, None)


def row(**said) -> Known:
    """A session that was written as agreed, and stands there so as far as we know."""
    plain = {"id": 1, "booking_id": 7, "alternative_id": None, "entry_id": "abc", "copy": 0, "state": "written"}
    plain |= {"written": AGREED, "sending": None, "etag": '"1"', "seen_etag": None, "ends_at": AGREED.ends_at}
    return Known(**plain | said)


def want(standing: Standing, key=SESSION) -> Wanted:
    return Wanted(*key, uid="u", standing=standing)


def verbs(known: list[Known], *wanting: Wanted) -> list[str]:
    return [step.verb for step in differences(known, {one.key: one for one in wanting}, NOW)]


EDITED = row(state="edited", written=AGREED)
DELETED = row(state="edited", written=AGREED, is_deleted=True)


@pytest.mark.parametrize(
    ("known", "standing", "verb"),
    [
        (None, AGREED, "insert"),
        (None, OVER, None),
        (row(), AGREED, None),
        (row(), MOVED, "change"),
        (row(), HELD, "change"),
        (row(), None, "remove"),
        (row(booking_id=None), None, "remove"),
        (row(state="removing"), None, "remove"),
        (row(state="removing"), AGREED, "remove"),
        (row(written=OVER, ends_at=OVER.ends_at), OVER._replace(status="tentative"), None),
        (row(written=OVER, ends_at=OVER.ends_at), MOVED, "change"),
        (row(written=OVER, ends_at=OVER.ends_at), None, "remove"),
        (row(state="writing", written=None, sending=AGREED, etag=None), AGREED, "look"),
        (row(state="writing", written=None, sending=AGREED, etag=None), MOVED, "look"),
        (row(state="writing", written=None, sending=None, etag=None), MOVED, "insert"),
        (row(state="writing", sending=MOVED), MOVED, "look"),
        (row(seen_etag='"1"'), AGREED, None),
        (row(seen_etag='"2"'), AGREED, "look"),
        (row(seen_etag='"2"'), MOVED, "look"),
        (row(seen_etag='"2"'), None, "remove"),
        (EDITED, AGREED, None),
        (EDITED, HELD, None),
        (EDITED, MOVED, "change"),
        (EDITED, None, "remove"),
        (DELETED, AGREED, None),
        (DELETED, MOVED, "insert"),
        (DELETED, None, "remove"),
    ],
)
def test_what_is_done(known, standing, verb):
    found = verbs([known] if known else [], *([want(standing)] if standing else []))
    assert found == ([verb] if verb else [])


def test_what_is_to_go_goes_first_and_what_comes_soon_comes_first():
    offered = [want(MOVED._replace(starts_at=TWO + number * HOUR), (7, number)) for number in (2, 1)]
    found = differences([row(booking_id=8)], {one.key: one for one in [*offered, want(AGREED)]}, NOW)
    assert [(step.verb, step.wanted and step.wanted.alternative_id) for step in found] == [
        ("remove", None),
        ("insert", None),
        ("insert", 1),
        ("insert", 2),
    ]


def there(standing: Standing = AGREED, **said):
    return new_entry("abc", "mark", standing, LONDON, "https://desk.example") | {"etag": '"9"'} | said


LOST_CHANGE = row(state="writing", sending=MOVED)
LOST_INSERT = row(state="writing", written=None, sending=AGREED, etag=None)


@pytest.mark.parametrize(
    ("known", "found", "state", "stands"),
    [
        (LOST_INSERT, there(), "written", AGREED),
        (LOST_INSERT, None, "writing", None),
        (LOST_INSERT, {"id": "abc", "status": "cancelled"}, "writing", None),
        (LOST_INSERT, there(MOVED), "edited", AGREED),
        (LOST_CHANGE, there(MOVED), "written", MOVED),
        (LOST_CHANGE, there(AGREED), "written", AGREED),
        (LOST_CHANGE, None, "edited", MOVED),
        (row(), there(summary="Ines", description="Bring the form", colorId="4"), "written", AGREED),
        (row(), there(MOVED), "edited", AGREED),
        (row(), there(start={"date": "2026-11-24"}, end={"date": "2026-11-25"}), "edited", AGREED),
        (row(), None, "edited", AGREED),
        (EDITED, there(AGREED), "written", AGREED),
        (DELETED, there(AGREED), "written", AGREED),
    ],
)
def test_a_look_tells_who_changed_an_entry(known, found, state, stands):
    outcome = judged(known, found, LONDON)
    assert (outcome["state"], outcome["sending"], outcome["seen_etag"]) == (state, None, None)
    assert Standing.read(outcome.get("written")) == stands
    if state == "written":
        assert outcome["etag"] == '"9"'


def test_a_look_tells_where_a_person_put_an_entry():
    outcome = judged(row(), there(MOVED), LONDON)
    assert (outcome["edited_starts_at"], outcome["edited_ends_at"], outcome["etag"]) == (*MOVED.span, '"9"')
    assert judged(row(), None, LONDON)["edited_starts_at"] is None
