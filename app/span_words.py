"""How a span of dates is told on somebody's clocks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.scheduling.local_days import is_midnight
from app.wording import clock_time, day, day_time, span


def dates(starts: datetime, ends: datetime, zone: str) -> str:
    """*Mon 21 Dec 2026 to Sun 3 Jan 2027*, *Mon 21 Dec 2026, 14:00–15:00*, *Mon 21 Dec 2026, 20:00 to Tue 22 ...*

    Whole days are told without their hours; a span that ends with a day ends at 24:00.
    """
    ends_with_a_day = is_midnight(ends, ZoneInfo(zone))
    first, last = day(starts, zone), day(ends - timedelta(microseconds=1) if ends_with_a_day else ends, zone)
    if ends_with_a_day and is_midnight(starts, ZoneInfo(zone)):
        return first if first == last else f"{first} to {last}"
    if first == last:
        return f"{day_time(starts, zone)}–24:00" if ends_with_a_day else span(starts, ends, zone)
    return f"{day_time(starts, zone)} to {last}, {'24:00' if ends_with_a_day else clock_time(ends, zone)}"
