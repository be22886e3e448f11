"""Who follows the sync tokens knows in the end what stands there, whatever happens in between."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import requests

from tests.google import GONE, LOST, TOO_MANY, Account, Calendar, Google
from tests.google.program import DAY, HOUR, NINE, Program

SPAN = NINE - 400 * DAY, NINE + 400 * DAY
RULES = ("RRULE:FREQ=WEEKLY;COUNT=5", "RRULE:FREQ=DAILY;UNTIL=20270320T235959Z", "RRULE:FREQ=MONTHLY;COUNT=3")


class Person:
    """Somebody who changes their calendar without a plan."""

    def __init__(self, calendar: Calendar, chance: Random) -> None:
        self.calendar = calendar
        self.chance = chance

    def does_something(self) -> None:
        self.chance.choice((self.adds, self.adds, self.adds_a_series, self.moves, self.cancels, self.changes_a_rule))()

    def adds(self) -> None:
        start = self.some_time()
        if self.chance.random() < 0.3:
            self.calendar.add("A day", start.date(), start.date() + DAY)
        else:
            self.calendar.add("An hour", start, start + HOUR)

    def adds_a_series(self) -> None:
        start = self.some_time()
        edges: tuple[datetime | date, datetime | date] = (start, start + HOUR)
        if self.chance.random() < 0.3:
            edges = start.date(), start.date() + DAY
        self.calendar.add("Every so often", *edges, recurrence=[self.chance.choice(RULES)])

    def moves(self) -> None:
        start = self.some_time()
        self.to_one(lambda entry_id: self.calendar.move(entry_id, start, start + HOUR))

    def cancels(self) -> None:
        self.to_one(self.calendar.cancel)

    def changes_a_rule(self) -> None:
        series = [one["id"] for one in self.calendar.live() if "recurrence" in one]
        if series:
            self.calendar.change(self.chance.choice(series), recurrence=[self.chance.choice(RULES)])

    def to_one(self, act: Callable[[str], Any]) -> None:
        """Of the single ones, the instances and the series."""
        ids = sorted({one["id"] for one in (*self.calendar.live(SPAN), *self.calendar.live())})
        if ids:
            act(self.chance.choice(ids))

    def some_time(self) -> datetime:
        return NINE + timedelta(hours=self.chance.randrange(24 * 60))


class Mirror:
    """A program that keeps what it is told."""

    def __init__(self, program: Program, calendar: Calendar) -> None:
        self.program = program
        self.calendar = calendar
        self.known: dict[str, dict[str, Any]] = {}
        self.token = ""

    def follows(self) -> None:
        """As far as it gets; what fails is asked again the next time."""
        pages, asked = [], {"singleEvents": "true"} | ({"syncToken": self.token} if self.token else {})
        while not pages or "nextPageToken" in pages[-1]:
            more = {"pageToken": pages[-1]["nextPageToken"]} if pages else {}
            answer = self.program.ask("GET", f"calendars/{self.calendar.id}/events", **asked, **more)
            if answer.status_code == 410:
                self.token = ""
            if answer.status_code != 200:
                return
            pages.append(answer.json())
        if not self.token:
            self.known.clear()
        for entry in (entry for page in pages for entry in page["items"]):
            self.notes(entry)
        self.token = pages[-1]["nextSyncToken"]

    def notes(self, entry: dict[str, Any]) -> None:
        if entry["status"] != "cancelled":
            self.known[entry["id"]] = entry
            return
        self.known.pop(entry["id"], None)
        for instance in [one for one in self.known.values() if one.get("recurringEventId") == entry["id"]]:
            del self.known[instance["id"]]

    def times(self) -> dict[str, tuple[str, str]]:
        return times(list(self.known.values()))


def times(entries: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {one["id"]: (str(one["start"]), str(one["end"])) for one in entries}


@pytest.mark.parametrize("told_as", ["instances", "master"])
@pytest.mark.parametrize("seed", range(3))
def test_a_mirror_is_right_in_the_end(google: Google, seed: int, told_as: str) -> None:
    mara: Account = google.account("mara@gmail.example")
    private = mara.calendar("Private", zone="Europe/Berlin")
    google.deleted_series = told_as
    chance = Random(seed)
    person, mirror = Person(private, chance), Mirror(Program(google, mara), private)
    google.faults.seed(seed)
    for fault in (TOO_MANY, GONE):
        google.faults.chance(fault, 0.1)
    for _ in range(60):
        person.does_something()
        google.page_size = chance.choice((3, 7, None))
        if chance.random() < 0.4:
            mirror.follows()
    google.faults.clear()
    mirror.follows()
    mirror.follows()
    assert mirror.times() == times(private.live(SPAN))


def test_a_retry_after_lost_answers_makes_no_second_one(google: Google) -> None:
    mara = google.account("mara@gmail.example")
    program = Program(google, mara)
    google.faults.always(LOST, "events.insert")
    for _ in range(3):
        with pytest.raises(requests.ConnectionError):
            program.insert(mara.primary, id="holdfast0123")
        assert len(mara.primary.live()) == 1
