"""What can be booked with a therapist: slots.py fed from the database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app import clock
from app.database import db
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.hold import Hold
from app.scheduling.spans import Span
from app.scheduling.time_off import TimeOff


def free_slots(
    therapist: Therapist, session_type: SessionType, location: Location, first: date, days: int
) -> list[datetime]:
    """Bookable starts (UTC) on `days` days of the therapist's zone from `first`, in order."""
    now = clock.now()
    notice = now + timedelta(minutes=therapist.minimum_notice_minutes)
    horizon = now + timedelta(days=therapist.horizon_days)
    first, days = _within(first, days, notice, horizon, therapist.tz)
    if days <= 0:
        return []
    starts = slots.free_starts(
        _rules(therapist, session_type, location),
        _closed(therapist.id, *_around(first, days, therapist.tz)),
        first,
        days,
        earliest=_ceil(notice),
        latest=int(horizon.timestamp()),
    )
    return [datetime.fromtimestamp(start, UTC) for start in starts]


def is_free(therapist: Therapist, session_type: SessionType, location: Location, starts_at: datetime) -> bool:
    """Whether this very start can be booked now."""
    day = starts_at.astimezone(therapist.tz).date()
    return starts_at in free_slots(therapist, session_type, location, day, 1)


def slots_of_local_days(
    therapist: Therapist,
    session_type: SessionType,
    location: Location,
    first: date,
    days: int,
    zone: ZoneInfo,
) -> dict[date, list[datetime]]:
    """Bookable starts by the reader's own local days: each of `days` days from `first`, empty ones included."""
    # The reader's day may begin up to a day before or after the therapist's.
    found = free_slots(therapist, session_type, location, _shift(first, -1), days + 2)
    by_day: dict[date, list[datetime]] = {_shift(first, number): [] for number in range(days)}
    for start in found:
        day = start.astimezone(zone).date()
        if day in by_day:
            by_day[day].append(start)
    return by_day


def in_working_time(therapist: Therapist, location: Location, span: Span) -> bool:
    """Whether a span lies in a weekly working time of this location and in no time off."""
    starts, ends = (end.astimezone(therapist.tz) for end in span)
    weekly = _weekly(therapist, location).get(starts.weekday(), [])
    midnight = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    minutes = [
        int((end.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds() // 60) for end in (starts, ends)
    ]
    off = select(TimeOff.id).where(
        TimeOff.therapist_id == therapist.id, TimeOff.ends_at > span[0], TimeOff.starts_at < span[1]
    )
    return slots.covers(slots.merge(weekly), *minutes) and db.session.scalar(off) is None


def _rules(therapist: Therapist, session_type: SessionType, location: Location) -> slots.Rules:
    return slots.Rules(
        weekly=_weekly(therapist, location),
        zone=therapist.tz,
        minutes=session_type.minutes,
        gap_minutes=session_type.gap_minutes,
        grid_minutes=session_type.grid_minutes,
    )


def _weekly(therapist: Therapist, location: Location) -> dict[int, list[slots.Interval]]:
    weekly: dict[int, list[slots.Interval]] = {}
    for span in therapist.working_times:
        if location in span.locations:
            weekly.setdefault(span.weekday, []).append((span.starts_minute, span.ends_minute))
    return weekly


def _closed(therapist_id: int, start: datetime, end: datetime) -> Iterable[slots.Interval]:
    """Everything that closes time: holds and time off (external busy times will join here)."""
    for table in (Hold, TimeOff):
        rows = db.session.execute(
            select(table.starts_at, table.ends_at).where(
                table.therapist_id == therapist_id, table.ends_at > start, table.starts_at < end
            )
        )
        yield from ((int(starts.timestamp()), _ceil(ends)) for starts, ends in rows)


def _around(first: date, days: int, zone: ZoneInfo) -> Span:
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    return start - timedelta(days=1), start + timedelta(days=days + 2)


def _within(first: date, days: int, notice: datetime, horizon: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The asked days cut to those between notice and horizon: dates far away cost nothing."""
    earliest, latest = notice.astimezone(zone).date(), horizon.astimezone(zone).date()
    last = min(_shift(first, days - 1), latest)
    first = max(first, earliest)
    return first, (last - first).days + 1


def _shift(day: date, days: int) -> date:
    """`day` moved, kept inside the dates that exist."""
    return date.fromordinal(min(max(day.toordinal() + days, 2), date.max.toordinal() - 2))


def _ceil(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)
