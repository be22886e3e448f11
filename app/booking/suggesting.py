"""Good other times for a session: ranking.py fed from the diary, with the same few statements however full it is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.ranking import Free, Wish, ranked, share_out
from app.booking.rearrangement import Terms
from app.database import db
from app.practice.location import Location
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.availability import around, bookable_span, diary_of, rules_of
from app.scheduling.extra_time import ExtraTime, extra_time_location
from app.scheduling.spans import Span

SUGGESTED = 3
FAR = timedelta(days=42)  # from the session's own time; what lies further away helps nobody
TO_ANSWER = timedelta(hours=4)  # a client reads their mail a few times a day


def suggest(booking: Booking, besides: Sequence[Span] = (), number: int = SUGGESTED) -> list[Terms]:
    """The best free times for one session, apart from `besides` (alternatives it has already), best first."""
    openings = Openings(booking.therapist, [booking])
    shares = share_out([openings.wish(booking)], [openings.good_for(booking)], number, [_interval(s) for s in besides])
    return openings.terms(booking, shares[0])


class Openings:
    """Where and when some sessions of one therapist could be held instead. Read once; the rest is arithmetic."""

    def __init__(
        self,
        therapist: Therapist,
        bookings: Sequence[Booking],
        closed: Span | None = None,
        earliest: datetime | None = None,
    ) -> None:
        """`closed` will not be worked in either. `earliest`: by itself so that the client has time to answer."""
        self._therapist = therapist
        self._locations = therapist.active_locations
        self._closed = [_interval(closed)] if closed else []
        self._first, self._last = _window(therapist, bookings, earliest)
        self._day = self._first.astimezone(therapist.tz).date()
        self._days = (self._last.astimezone(therapist.tz).date() - self._day).days + 1
        self._diary, self._extra = _diary(therapist, self._day, max(self._days, 0))
        self._free: dict[tuple[int, timedelta], list[Free]] = {}

    def free_for(self, booking: Booking) -> list[Free]:
        """Return every free start that suits the session's length and gaps, by location."""
        length = booking.ends_at - booking.starts_at
        key = (booking.session_type_id, length)
        if key not in self._free:
            self._free[key] = [
                Free(start, location.id) for location in self._locations for start in self._starts(booking, location)
            ]
        return self._free[key]

    def good_for(self, booking: Booking, without: Collection[Free] = ()) -> list[Free]:
        """The good ones of them, best first."""
        return ranked(self.wish(booking), [one for one in self.free_for(booking) if one not in without])

    def wish(self, booking: Booking) -> Wish:
        kind, client_zone = booking.location.kind, booking.client.zone
        known_by = booking.location.zone if booking.location.in_person else client_zone
        return Wish(
            *_interval(booking.span),
            location=booking.location_id,
            same_kind=frozenset(location.id for location in self._locations if location.kind == kind),
            zone=ZoneInfo(known_by),
            client_zone=ZoneInfo(client_zone),
            gap_before=booking.session_type.gap_before_minutes * slots.MINUTE,
            gap_after=booking.session_type.gap_after_minutes * slots.MINUTE,
        )

    def terms(self, booking: Booking, share: Iterable[Free]) -> list[Terms]:
        """Return times with their locations; a location that can no longer be booked is left out."""
        places = {location.id: location for location in self._locations}
        return [
            Terms(datetime.fromtimestamp(one.start, UTC), places[one.location])
            for one in share
            if one.location in places
        ]

    def _starts(self, booking: Booking, location: Location) -> list[int]:
        minutes = int((booking.ends_at - booking.starts_at) / timedelta(minutes=1))
        rules = replace(rules_of(self._therapist, booking.session_type, location), minutes=minutes)
        diary = replace(self._diary, extra=self._extra.get(location.id, ()))
        found = slots.free_starts(
            rules, diary, self._day, self._days, -int(-self._first.timestamp() // 1), int(self._last.timestamp())
        )
        length = minutes * slots.MINUTE
        # Extra time opens time off, so what will not be worked is taken out at the end.
        return [s for s in found if all(s + length <= begins or ends <= s for begins, ends in self._closed)]


def _window(therapist: Therapist, bookings: Sequence[Booking], earliest: datetime | None) -> Span:
    """The first and the last start worth looking at."""
    soonest = earliest or clock.now() + current_app.config["MINIMUM_LEAD"] + TO_ANSWER
    horizon = bookable_span(therapist)[1]
    starts = [booking.starts_at for booking in bookings] or [soonest]
    return max(soonest, min(starts) - FAR), min(horizon, max(starts) + FAR)


def _diary(therapist: Therapist, first: date, days: int) -> tuple[slots.Diary, dict[int, list[slots.Interval]]]:
    """What is taken and off whatever the place, and the extra time of each place by its id."""
    begins, ends = around(first, days, therapist.tz)
    diary = diary_of(therapist.id, begins, ends)
    extra: dict[int, list[slots.Interval]] = {}
    if diary.extra:
        placed = select(extra_time_location.c.location_id, ExtraTime.starts_at, ExtraTime.ends_at)
        placed = placed.join(ExtraTime, ExtraTime.id == extra_time_location.c.extra_time_id)
        mine = (ExtraTime.therapist_id == therapist.id, ExtraTime.ends_at > begins, ExtraTime.starts_at < ends)
        for location_id, starts_at, ends_at in db.session.execute(placed.where(*mine)):
            extra.setdefault(location_id, []).append(_interval((starts_at, ends_at)))
    return diary, {location_id: _within(spans, diary.extra) for location_id, spans in extra.items()}


def _within(spans: list[slots.Interval], counting: Sequence[slots.Interval]) -> list[slots.Interval]:
    """What of a place's extra time counts at all: of time that was closed for a reason none does."""
    spans = slots.merge(spans)
    return slots.subtract(spans, slots.subtract(spans, slots.merge(counting)))


def _interval(span: Span) -> slots.Interval:
    return int(span[0].timestamp()), -int(-span[1].timestamp() // 1)
