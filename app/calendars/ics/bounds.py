"""How much work a calendar may make that somebody else wrote: pure.

A few lines of an ICS file can repeat every second for ever. Every step that a calendar makes us take is counted while
it is taken, whatever the text says: what takes too many of them is not worked out, and that is told.
"""

import time

MOST_ENTRIES = 20_000  # in a file
MOST_OF_ONE = 2_000  # of them under one UID: a series and its changed dates
MOST_RULES = 4  # by which one entry repeats
MOST_ZONES = 200  # that a file describes itself
MOST_SPANS = 10_000  # that come of it
MOST_STEPS = 100_000  # to find the dates under one UID
SECONDS = 15.0  # of computing, to work all of it out
HARMLESS_SECONDS = 0.5  # of computing beside everything else; what takes longer gets a process of its own
STEPS_AT_ONCE = 500  # between two looks at the clock
TOO_LONG = "This calendar takes too long to work out."


class TooMuch(Exception):
    """The calendar holds more than any person's calendar; the text says of what."""


class TooLong(TooMuch):
    """The calendar takes more time than its budget."""

    def __init__(self) -> None:
        super().__init__(TOO_LONG)


class TooDense(ValueError):
    """A series or zone holds more than any of a person's: it alone is left out."""


class Budget:
    """The time that reading one file may take."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.thread_time() + seconds  # what others compute meanwhile is not this calendar's doing

    def look(self) -> None:
        """Raise TooLong when the time is up."""
        if time.thread_time() >= self._ends:
            raise TooLong

    def steps(self) -> "Steps":
        """Return a counter of steps for one series or one zone."""
        return Steps(self)


class Steps:
    """Count one step. Raises TooDense after too many steps, TooLong when the file's time is up."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._taken = budget, 0

    def __call__(self) -> None:
        self._taken += 1
        if self._taken % STEPS_AT_ONCE == 0:
            self._budget.look()
            if self._taken > MOST_STEPS:
                raise TooDense


def check_size(data: bytes) -> None:
    """Raise TooMuch for a file with more entries or zones than we read."""
    text = data.upper()
    check_counts(text.count(b"BEGIN:"), text.count(b"BEGIN:VEVENT"), text.count(b"BEGIN:VTIMEZONE"))


def check_counts(components: int, entries: int, zones: int) -> None:
    """Raise TooMuch for counts of entries or zones beyond what we read."""
    if components > 3 * MOST_ENTRIES or entries > MOST_ENTRIES:
        raise TooMuch(f"This calendar has more than {MOST_ENTRIES} entries.")
    if zones > MOST_ZONES:
        raise TooMuch(f"This calendar describes more than {MOST_ZONES} time zones.")
