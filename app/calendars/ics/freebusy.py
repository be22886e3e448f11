"""The periods of a VFREEBUSY: pure."""

from datetime import datetime

from app.calendars.ics.entry import Places
from app.calendars.ics.lines import Component
from app.calendars.ics.rules import Spend
from app.calendars.ics.values import duration_of, in_utc, time_of
from app.scheduling.spans import Span


def periods(components: list[Component], places: Places, spend: Spend) -> tuple[list[Span], bool]:
    """Return the periods that are not free, and whether all of them can be read."""
    found: list[Span] = []
    all_of_it = not any(one.is_damaged for one in components)
    for line in (line for one in components for line in one.of("FREEBUSY")):
        if line.params.get("FBTYPE", "").upper() == "FREE":
            continue
        for text in line.values:
            spend()
            try:
                found.append(_period(text, places))
            except (ValueError, OverflowError):
                all_of_it = False
    return found, all_of_it


def _period(text: str, places: Places) -> Span:
    begins, _, ends = text.partition("/")
    start = time_of(begins, places.own)
    if not isinstance(start, datetime):
        raise ValueError(text)
    if "P" in ends.upper():
        return in_utc(start), duration_of(ends).end_of(start)
    end = time_of(ends, places.own)
    if not isinstance(end, datetime) or end < start:
        raise ValueError(text)
    return in_utc(start), in_utc(end)
