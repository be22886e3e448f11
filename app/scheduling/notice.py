"""How soon a session may begin: a pure function of the clock and of what the therapist chose."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def earliest_start(now: datetime, zone: ZoneInfo, notice_minutes: int, next_day_before: int | None) -> datetime:
    """The first moment (UTC) that can be booked at `now`.

    `next_day_before`, a minute of the day, takes the place of the notice: until then tomorrow can be booked,
    afterwards the day after.
    """
    if next_day_before is None:
        return now + timedelta(minutes=notice_minutes)
    local = now.astimezone(zone)
    days = 1 if local.hour * 60 + local.minute < next_day_before else 2
    return _midnight(local.date().toordinal() + days, zone)


def bookable_until(start: datetime, zone: ZoneInfo, notice_minutes: int, next_day_before: int | None) -> datetime:
    """The other way round: from this moment (UTC) on, `start` is too soon."""
    if next_day_before is None:
        return start - timedelta(minutes=notice_minutes)
    day_before = start.astimezone(zone).date() - timedelta(days=1)
    at = time(next_day_before // 60 % 24, next_day_before % 60)
    if next_day_before >= 24 * 60:
        day_before, at = day_before + timedelta(days=1), time(0)
    return datetime.combine(day_before, at, tzinfo=zone).astimezone(UTC)


def _midnight(ordinal: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(datetime.fromordinal(ordinal), time(0), tzinfo=zone).astimezone(UTC)
