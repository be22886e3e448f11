"""Hours as they are typed."""

import re

CLOCK = re.compile(r"(\d\d?):(\d\d)(?::\d\d(?:\.\d+)?)?", re.ASCII)
DAY_MINUTES = 24 * 60


def minute_of(text: str) -> int | None:
    """The minute of the day that *09:30* names, None when it names none."""
    match = CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return int(match[1]) * 60 + int(match[2])


def ending_minute_of(text: str) -> int | None:
    """The same for an end: midnight, 00:00 or 24:00, is the end of the day and not its beginning."""
    if text.strip() == "24:00":
        return DAY_MINUTES
    minute = minute_of(text)
    return DAY_MINUTES if minute == 0 else minute


def as_field(minute: int) -> str:
    """*09:30* as a field for times takes it; the end of the day is 00:00 there."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
