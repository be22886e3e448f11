"""How much work a calendar may make that somebody else wrote: pure.

A few lines of an ICS file can repeat every second for ever. What no calendar of a person holds is refused before
anything is worked out.
"""

import time
from collections.abc import Callable
from datetime import date

from icalendar import Component

MOST_ENTRIES = 20_000  # in a file
MOST_OF_ONE = 2_000  # of them under one UID: a series and its changed dates
MOST_RULES = 4  # by which one entry repeats
MOST_ZONES = 200  # that a file describes itself
MOST_SPANS = 10_000  # that come of it
MOST_STEPS = 400_000  # that a rule takes to get to its last date
SECONDS = 15.0  # of computing, to work all of it out
TOO_LONG = "This calendar takes too long to work out."

STEPS_A_DAY = {"YEARLY": 1, "MONTHLY": 1, "WEEKLY": 1, "DAILY": 1, "HOURLY": 24}
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


class TooMuch(ValueError):
    """More than any calendar of a person holds; the text says of what."""


def deadline() -> Callable[[], None]:
    """To be called again and again: raises TooMuch when the time is up."""
    ends = time.thread_time() + SECONDS  # what others compute meanwhile is not this calendar's doing

    def look() -> None:
        if time.thread_time() >= ends:
            raise TooMuch(TOO_LONG)

    return look


def check_size(data: bytes) -> None:
    """Raises TooMuch for a file with more entries or zones than we read."""
    text = data.upper()
    if text.count(b"BEGIN:") > 3 * MOST_ENTRIES or text.count(b"BEGIN:VEVENT") > MOST_ENTRIES:
        raise TooMuch(f"This calendar has more than {MOST_ENTRIES} entries.")
    if text.count(b"BEGIN:VTIMEZONE") > MOST_ZONES:
        raise TooMuch(f"This calendar describes more than {MOST_ZONES} time zones.")


def check_zones(calendar: Component) -> None:
    """Raises TooMuch when clocks change more often than those of any place: a year is the only rule they follow."""
    for zone in calendar.walk("VTIMEZONE"):
        for change in zone.subcomponents:
            for rule in rules_of(change):
                if _words(rule, "FREQ") != ["YEARLY"] or _times_a_day(rule) > 1:
                    raise TooMuch("This calendar describes a time zone whose clocks change all the time.")


def is_too_much(entry: Component, until: date) -> bool:
    """Whether it takes too long to find the dates of one entry up to a day."""
    rules = rules_of(entry)
    if len(rules) > MOST_RULES:
        return True
    started = getattr(entry.get("DTSTART"), "dt", None)
    if not isinstance(started, date):
        return bool(rules)
    days = max((until - date(started.year, started.month, started.day)).days, 1)
    return any(_steps_a_day(rule) * days > MOST_STEPS for rule in rules)


def rules_of(component: Component) -> list[dict[str, list[object]]]:
    found = component.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def _steps_a_day(rule: dict[str, list[object]]) -> int:
    steps = max((STEPS_A_DAY.get(word, MOST_STEPS + 1) for word in _words(rule, "FREQ")), default=1)
    return steps * _times_a_day(rule)


def _times_a_day(rule: dict[str, list[object]]) -> int:
    times = 1
    for name in WITHIN_A_DAY:
        times *= max(len(_words(rule, name)), 1)
    return times


def _words(rule: dict[str, list[object]], name: str) -> list[str]:
    found = rule.get(name, [])
    return [str(word).upper() for word in (found if isinstance(found, list) else [found])]
