"""Whole days of a zone and the moments they stand for: pure."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.scheduling import slots
from app.scheduling.local_time import SkippedTime
from app.scheduling.spans import Span

ALL_WEEK = {weekday: [(0, slots.DAY_MINUTES)] for weekday in range(7)}


@lru_cache(maxsize=5_000)
def day_span(day: date, zone: ZoneInfo) -> Span:
    """Return the first moment (UTC) of a local day and that of the next, however long its clocks make it.

    Raises SkippedTime for a day that a zone left out.
    """
    found = slots.open_time(ALL_WEEK, zone, slots.Diary(), day, 1)
    if not found:
        raise SkippedTime(f"{day:%d %b %Y} does not exist in {zone.key}: the clocks went forward over it.")
    ((starts, ends),) = found
    return datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC)


def is_midnight(moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether a local day begins at this moment."""
    return moment == day_span(moment.astimezone(zone).date(), zone)[0]
