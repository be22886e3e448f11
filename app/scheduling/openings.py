"""The open days of a therapist, worked out from the diary; what `open_day` holds follows from here alone."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, select, update

from app import clock
from app.database import db
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.availability import around, bookable_span, diary_of, rules_of
from app.scheduling.notice import bookable_until
from app.scheduling.open_day import OpenDay

SPREAD_SECONDS = 6 * 3600  # after midnight, so that not everybody's new day is worked out at once


class Key(NamedTuple):
    session_type_id: int
    location_id: int
    day: date


Days = dict[date, dict[str, Any]]  # the columns of open_day that follow from a day's free starts


def refresh(therapist: Therapist) -> None:
    """Make the open days agree with the diary. For whoever has the diary's turn; the caller commits."""
    wanted = open_days(therapist)
    known = _known(therapist.id)
    gone = [row_id for key, (row_id, _) in known.items() if key not in wanted]
    changed = [
        {"id": known[key][0], **values} for key, values in wanted.items() if key in known and known[key][1] != values
    ]
    new = [
        {"therapist_id": therapist.id, **key._asdict(), **values} for key, values in wanted.items() if key not in known
    ]
    write(gone, changed, new)
    note_due(therapist.id, _next_time(therapist))


def write(gone: list[int], changed: list[dict[str, Any]], new: list[dict[str, Any]] | None = None) -> None:
    """Write rows: delete by id, change by their `id`, and add."""
    connection = db.session.connection()  # plain statements: nothing here is kept as objects
    if gone:
        connection.execute(delete(OpenDay).where(OpenDay.id.in_(gone)))
    if changed:
        rows = [{"row_id": values["id"], **values} for values in changed]
        connection.execute(update(OpenDay).where(OpenDay.id == bindparam("row_id")), rows)
    if new:
        connection.execute(insert(OpenDay), new)


def note_due(therapist_id: int, moment: datetime) -> None:
    """When the open days must next be worked out anew, whatever happens until then."""
    due = update(Therapist).where(Therapist.id == therapist_id).values(openings_due_at=moment)
    db.session.connection().execute(due)


def _next_time(therapist: Therapist) -> datetime:
    """Early on the therapist's next day, when the horizon has moved on."""
    tomorrow = clock.now().astimezone(therapist.tz).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(0), tzinfo=therapist.tz).astimezone(UTC)
    return midnight + timedelta(seconds=therapist.id * 7919 % SPREAD_SECONDS)


def open_days(therapist: Therapist) -> dict[Key, dict[str, Any]]:
    """Return every open day up to the horizon as columns."""
    earliest, latest = bookable_span(therapist)
    first = earliest.astimezone(therapist.tz).date()
    days = (latest.astimezone(therapist.tz).date() - first).days + 1
    if days <= 0:
        return {}
    look = _Look(therapist, earliest, latest, first, days)
    found: dict[Key, dict[str, Any]] = {}
    for location in therapist.active_locations:
        for session_type in therapist.session_types:
            if session_type.active:
                kinds = {"session_kind": session_type.kind, "location_kind": location.kind}
                for day, columns in look.at(session_type, location).items():
                    found[Key(session_type.id, location.id, day)] = columns | kinds
    return found


def still_bookable(starts: list[int], therapist: Any, now: datetime) -> list[int]:
    """Return the starts of one row that the therapist's notice still allows."""

    def ends(start: int) -> datetime:
        return _bookable_until(start, therapist)

    return starts[bisect_right(starts, now, key=ends) :]


def next_start(opening: Any, now: datetime) -> datetime | None:
    """The first start of a row of open_day that can be booked now; the row carries its therapist's rules too."""
    if opening.first_bookable_until > now:
        return cast(datetime, opening.first_start)
    left = still_bookable(opening.starts, opening, now)
    return datetime.fromtimestamp(left[0], UTC) if left else None


class _Look:
    """One look at a diary; places and types with the same working times and measures share its result."""

    def __init__(self, therapist: Therapist, earliest: datetime, latest: datetime, first: date, days: int) -> None:
        self._therapist, self._first, self._days = therapist, first, days
        self._earliest, self._latest = -int(-earliest.timestamp() // 1), int(latest.timestamp())
        self._span = around(first, days, therapist.tz)
        self._diary = diary_of(therapist.id, *self._span)
        self._diaries: dict[int, slots.Diary] = {}
        self._results: dict[object, Days] = {}

    def at(self, session_type: SessionType, location: Location) -> Days:
        rules, diary = rules_of(self._therapist, session_type, location), self._diary_at(location)
        weekly = tuple((weekday, tuple(spans)) for weekday, spans in sorted(rules.weekly.items()))
        key = (weekly, rules.minutes, rules.gap_before, rules.gap_after, rules.grid, tuple(diary.extra))
        if key not in self._results:
            starts = slots.free_starts(rules, diary, self._first, self._days, self._earliest, self._latest)
            self._results[key] = self._by_day(starts)
        return self._results[key]

    def _diary_at(self, location: Location) -> slots.Diary:
        if not self._diary.extra:  # the one thing that differs from place to place
            return self._diary
        if location.id not in self._diaries:
            self._diaries[location.id] = diary_of(self._therapist.id, *self._span, location)
        return self._diaries[location.id]

    def _by_day(self, starts: list[int]) -> Days:
        zone = self._therapist.tz
        grouped = groupby(starts, key=lambda start: datetime.fromtimestamp(start, zone).date())
        return {day: columns_of(list(of_day), self._therapist) for day, of_day in grouped}


def columns_of(starts: list[int], therapist: Any) -> dict[str, Any]:
    """Return what open_day stores of a day with these free starts."""
    return {
        "first_start": datetime.fromtimestamp(starts[0], UTC),
        "first_bookable_until": _bookable_until(starts[0], therapist),
        "bookable_until": _bookable_until(starts[-1], therapist),
        "starts": starts,
    }


def _bookable_until(start: int, therapist: Any) -> datetime:
    notice = (ZoneInfo(therapist.zone), therapist.minimum_notice_minutes, therapist.next_day_before_minute)
    return bookable_until(datetime.fromtimestamp(start, UTC), *notice)


def _known(therapist_id: int) -> Mapping[Key, tuple[int, dict[str, Any]]]:
    kept = [
        getattr(OpenDay, name)
        for name in ("first_start", "first_bookable_until", "bookable_until", "starts", "session_kind", "location_kind")
    ]
    keys = (OpenDay.id, OpenDay.session_type_id, OpenDay.location_id, OpenDay.day)
    rows = db.session.execute(select(*keys, *kept).where(OpenDay.therapist_id == therapist_id)).all()
    return {
        Key(*row[1:4]): (row.id, {column.key: value for column, value in zip(kept, row[4:], strict=True)})
        for row in rows
    }
