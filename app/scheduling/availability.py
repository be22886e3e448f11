"""What can be booked with a therapist: slots.py fed from the database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Case,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    bindparam,
    case,
    literal,
    or_,
    select,
    union_all,
)

from app import clock
from app.calendars.reading.unread import unread_time
from app.database import UTCDateTime, rows_of
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime, extra_time_location
from app.scheduling.hold import Hold
from app.scheduling.notice import earliest_start
from app.scheduling.spans import Span
from app.scheduling.time_off import TimeOff

FURTHEST_DAYS = 92  # "next free" looks this far in one go


def free_slots(
    therapist: Therapist, session_type: SessionType, location: Location, first: date, days: int
) -> list[datetime]:
    """Return bookable starts (UTC) on `days` days of the therapist's zone from `first`, in order."""
    return [datetime.fromtimestamp(start, UTC) for start in free_starts(therapist, session_type, location, first, days)]


def free_starts(
    therapist: Therapist, session_type: SessionType, location: Location, first: date, days: int
) -> list[int]:
    """The same in POSIX seconds."""
    earliest, latest = bookable_span(therapist)
    first, days = _within(first, days, earliest, latest, therapist.tz)
    if days <= 0:
        return []
    return slots.free_starts(
        rules_of(therapist, session_type, location),
        diary_of(therapist.id, *around(first, days, therapist.tz), location),
        first,
        days,
        earliest=_ceil(earliest),
        latest=int(latest.timestamp()),
    )


def next_free(therapist: Therapist, session_type: SessionType, location: Location, after: datetime) -> datetime | None:
    """Return the first bookable start at a moment or later."""
    after = max(after, bookable_span(therapist)[0])
    first, earliest = after.astimezone(therapist.tz).date(), after.timestamp()
    for number in range(0, therapist.horizon_days + 1, FURTHEST_DAYS):
        found = free_starts(therapist, session_type, location, shift(first, number), FURTHEST_DAYS)
        if start := next((start for start in found if start >= earliest), None):
            return datetime.fromtimestamp(start, UTC)
    return None


def is_free(therapist: Therapist, session_type: SessionType, location: Location, starts_at: datetime) -> bool:
    """Return whether this very start can be booked now."""
    day = starts_at.astimezone(therapist.tz).date()
    return starts_at.timestamp() in free_starts(therapist, session_type, location, day, 1)


def slots_of_local_days(
    therapist: Therapist,
    session_type: SessionType,
    location: Location,
    first: date,
    days: int,
    zone: ZoneInfo,
) -> dict[date, list[datetime]]:
    """Return bookable starts by the reader's own local days: each of `days` days from `first`, empty ones included.

    The starts show the reader's clock.
    """
    # The reader's day may begin up to a day before or after the therapist's.
    found = free_starts(therapist, session_type, location, shift(first, -1), days + 2)
    by_day: dict[date, list[datetime]] = {shift(first, number): [] for number in range(days)}
    for start in found:
        local = datetime.fromtimestamp(start, zone)
        day = by_day.get(local.date())
        if day is not None:
            day.append(local)
    return by_day


def in_working_time(therapist: Therapist, location: Location, span: Span) -> bool:
    """Return whether a span lies in time that is open at this location, whatever is booked in it."""
    first = span[0].astimezone(therapist.tz).date()
    days = (span[1].astimezone(therapist.tz).date() - first).days + 1
    diary = diary_of(therapist.id, *around(first, days, therapist.tz), location)
    opened = slots.open_time(weekly_of(therapist, location.id), therapist.tz, diary, shift(first, -1), days + 2)
    return slots.covers(opened, int(span[0].timestamp()), _ceil(span[1]))


def bookable_span(therapist: Therapist) -> Span:
    """Return the earliest and the latest start that notice and horizon allow now."""
    now = clock.now()
    earliest = earliest_start(now, therapist.tz, therapist.minimum_notice_minutes, therapist.next_day_before_minute)
    return earliest, now + timedelta(days=therapist.horizon_days)


def rules_of(therapist: Therapist, session_type: SessionType, location: Location) -> slots.Rules:
    return slots.Rules(
        weekly=weekly_of(therapist, location.id),
        zone=therapist.tz,
        minutes=session_type.minutes,
        gap_before=session_type.gap_before_minutes,
        gap_after=session_type.gap_after_minutes,
        grid=session_type.grid_minutes,
    )


def weekly_of(therapist: Therapist, location: int | None = None) -> dict[int, list[slots.Interval]]:
    """Return working times in minutes by weekday, at the location with this id or at any."""
    weekly: dict[int, list[slots.Interval]] = {}
    for span in therapist.working_times:
        if location is None or any(one.id == location for one in span.locations):
            weekly.setdefault(span.weekday, []).append((span.starts_minute, span.ends_minute))
    return weekly


def diary_of(therapist_id: int, start: datetime, end: datetime, location: Location | None = None) -> slots.Diary:
    """Read the dated rows between two moments; extra time at one location or at any.

    One indexed read each for holds, busy times, exceptions and what of calendars outside nobody has read yet, in one
    statement.
    """
    asked = {"therapist": therapist_id, "start": start, "end": end}
    if location is None:
        rows = rows_of(DIARY, asked)
    else:
        rows = rows_of(DIARY_AT_A_LOCATION, asked | {"location": location.id})
    found: tuple[list[slots.Interval], ...] = ([], [], [], [])
    for what, starts, ends in rows:
        found[what].append((int(starts.timestamp()), _ceil(ends)))
    opened, shut = found[EXTRA], found[SHUT]
    if opened and shut:
        opened = slots.subtract(slots.merge(opened), slots.merge(shut))
    return slots.Diary(taken=found[TAKEN], off=found[OFF] + shut, extra=opened)


TAKEN, OFF, EXTRA, SHUT = range(4)
hold, busy_time, time_off, extra_time = (one.__table__ for one in (Hold, BusyTime, TimeOff, ExtraTime))
# Time left by a moved session, or of a sick day: extra time that was there before does not open it.
OFF_OR_SHUT = case((or_(time_off.c.booking_id.is_not(None), time_off.c.sick_day_id.is_not(None)), SHUT), else_=OFF)


def _spans(table: FromClause, what: int | Case[int]) -> Select:
    mine = (
        table.c.therapist_id == bindparam("therapist", type_=Integer),
        table.c.ends_at > bindparam("start", type_=UTCDateTime),
        table.c.starts_at < bindparam("end", type_=UTCDateTime),
    )
    return select(literal(what) if isinstance(what, int) else what, table.c.starts_at, table.c.ends_at).where(*mine)


def _diary(extra: Select) -> CompoundSelect:
    closed = ((hold, TAKEN), (busy_time, TAKEN), (time_off, OFF_OR_SHUT))
    spans = (_spans(table, what) for table, what in closed)
    return union_all(*spans, unread_time(literal(TAKEN)), extra).order_by("starts_at")


# Built once: putting such a statement together takes as long as asking it.
DIARY = _diary(_spans(extra_time, EXTRA))
DIARY_AT_A_LOCATION = _diary(
    _spans(extra_time, EXTRA)
    .join(extra_time_location, extra_time_location.c.extra_time_id == extra_time.c.id)
    .where(extra_time_location.c.location_id == bindparam("location", type_=Integer))
)


def around(first: date, days: int, zone: ZoneInfo) -> Span:
    """Return days of a zone as two moments, with a day to spare on either side."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    return start - timedelta(days=1), start + timedelta(days=days + 2)


def shift(day: date, days: int) -> date:
    """Return the day moved by a number of days, within the dates that exist."""
    return date.fromordinal(min(max(day.toordinal() + days, 2), date.max.toordinal() - 2))


def _within(first: date, days: int, earliest: datetime, latest: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The asked days cut to those that can be booked: dates far away cost nothing."""
    last = min(shift(first, days - 1), latest.astimezone(zone).date())
    first = max(first, earliest.astimezone(zone).date())
    return first, (last - first).days + 1


def _ceil(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)
