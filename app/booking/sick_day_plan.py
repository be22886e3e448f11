"""What a sick day would do, shown before anything is sent; and doing exactly that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import clock
from app.booking.booking import LIVE, Booking
from app.booking.ranking import Free, share_out
from app.booking.rearrangement import LEAST_TIME_TO_ANSWER, Terms, needs_consent, offer_alternatives
from app.booking.sick_day import SickDay
from app.booking.suggesting import SUGGESTED, Openings
from app.database import db
from app.practice.therapist import Therapist
from app.refusals import BookingChanged, NotPossible
from app.scheduling.hold import Hold
from app.scheduling.spans import Span
from app.scheduling.turn import take_turn_of
from app.wording import clock_time, short_day

MOST_SESSIONS = 100

Chosen = Mapping[int, Sequence[Free]]  # alternatives by the id of the booking that is offered them


class PlanChanged(BookingChanged):
    """Between the preview and its sending something was booked, changed or cancelled; nothing was sent."""

    def __init__(self, changes: list[str]):
        super().__init__("Nothing was sent: something has changed meanwhile. Here is everything anew.")
        self.changes = changes


@dataclass(frozen=True)
class Share:
    """A session that needs another time, and what it is offered: perhaps nothing."""

    booking: Booking
    alternatives: list[Terms]

    @property
    def seen(self) -> str:
        """Return a name of the session's present state, by which a change of it is noticed."""
        return seen(self.booking)


@dataclass(frozen=True)
class Plan:
    """All sessions that touch a span: those that can be offered other times, and those that cannot be now."""

    span: Span
    shares: list[Share]
    others: list[Booking]

    @property
    def offers(self) -> list[Share]:
        return [share for share in self.shares if share.alternatives]

    def is_offered(self, booking: Booking) -> bool:
        """Return whether its open offer has another time in the span: the client might still accept it."""
        offer, (begins, ends) = booking.open_offer, self.span
        times = [one.span for one in offer.alternatives if one.span != booking.span] if offer else []
        return any(starts < ends and begins < stops for starts, stops in times)


def plan(therapist: Therapist, span: Span, removed: Collection[tuple[int, Free]] = ()) -> Plan:
    """Share out free times so that no two sessions compete, without those that were removed by hand."""
    movable, others = sessions_in(therapist, span)
    openings = Openings(therapist, movable, closed=span)
    found = [openings.good_for(one, {free for whose, free in removed if whose == one.id}) for one in movable]
    shares = share_out([openings.wish(one) for one in movable], found, SUGGESTED)
    given = [Share(one, openings.terms(one, sorted(share))) for one, share in zip(movable, shares, strict=True)]
    return Plan(span, given, others)


def plan_as_chosen(therapist: Therapist, span: Span, chosen: Chosen) -> Plan:
    """The plan as it was looked at and thinned out; whether it still holds is judged when it is sent."""
    movable, others = sessions_in(therapist, span)
    openings = Openings(therapist, movable, closed=span)
    return Plan(span, [Share(one, openings.terms(one, chosen.get(one.id, ()))) for one in movable], others)


def declare(
    therapist: Therapist,
    span: Span,
    reason: str,
    words: str,
    sessions: Mapping[int, str],
    chosen: Chosen,
    key: str | None = None,
) -> SickDay:
    """Close the span and make every offer, all or nothing, and once for a form's key. `sessions`: what was previewed,
    see Share.seen.

    Raises PlanChanged, NotPossible, TimeTaken.
    """
    if not needs_consent(reason):
        raise NotPossible("Choose why this is changing.")
    take_turn_of(therapist.id)
    if made_before := SickDay.made_by(key):
        return made_before
    movable, _ = sessions_in(therapist, span)
    openings = Openings(therapist, movable, closed=span, earliest=clock.now() + _least_notice())
    changes = [*_changed_sessions(therapist, movable, sessions), *_taken(movable, openings, chosen)]
    if changes:
        raise PlanChanged(changes)
    sick_day = SickDay(therapist_id=therapist.id, starts_at=span[0], ends_at=span[1], reason=reason, words=words)
    sick_day.made_once = key
    db.session.add(sick_day)
    db.session.flush()
    sick_day.close()
    offers = {one.id: openings.terms(one, chosen.get(one.id, ())) for one in movable}
    for booking in movable:
        if offers[booking.id]:
            offer_alternatives(booking, reason, offers[booking.id], words).sick_day_id = sick_day.id
    db.session.flush()
    return sick_day


def sessions_in(therapist: Therapist, span: Span) -> tuple[list[Booking], list[Booking]]:
    """Return the live sessions in the span: those that can be offered other times, and those that cannot now.

    Among the latter are those to whose client part of the span is offered. Raises NotPossible when they are too many.
    """
    mine = (Hold.therapist_id == therapist.id, Hold.ends_at > span[0], Hold.starts_at < span[1])
    held = select(Booking).where(Booking.id.in_(select(Hold.booking_id).where(*mine)), Booking.status.in_(LIVE))
    found = db.session.scalars(
        held.options(selectinload(Booking.offers)).order_by(Booking.starts_at, Booking.id).limit(MOST_SESSIONS + 1)
    ).all()
    if len(found) > MOST_SESSIONS:
        raise NotPossible(f"There are more than {MOST_SESSIONS} sessions in this time. Choose a shorter one first.")
    found = together(found)
    return [one for one in found if can_be_moved(one)], [one for one in found if not can_be_moved(one)]


def together(bookings: Sequence[Booking]) -> list[Booking]:
    """Sort sessions so that those of one client follow each other, by the client's first session."""
    order: dict[int, int] = {}
    for one in bookings:
        order.setdefault(one.client_id, len(order))
    return sorted(bookings, key=lambda one: order[one.client_id])


def can_be_moved(booking: Booking) -> bool:
    """Return whether its client can be asked: not while they are being asked already, nor once it has begun."""
    asked = booking.status == "awaiting_client"
    return not asked and not booking.has_lapsed and booking.starts_at > clock.now()


def seen(booking: Booking) -> str:
    return f"{int(booking.starts_at.timestamp())}.{booking.location_id}.{booking.status}"


def _least_notice() -> timedelta:
    return current_app.config["MINIMUM_LEAD"] + LEAST_TIME_TO_ANSWER


def _changed_sessions(therapist: Therapist, movable: Sequence[Booking], sessions: Mapping[int, str]) -> list[str]:
    present = {one.id: one for one in movable}
    changes = [
        f"{_told(one)} was not in the list: it is new, or has been moved here."
        for one in movable
        if one.id not in sessions
    ]
    for number, as_seen in sessions.items():
        if number in present and seen(present[number]) != as_seen:
            changes.append(f"{_told(present[number])} has been changed.")
        elif number not in present:
            gone = db.session.get(Booking, number)
            mine = gone is not None and gone.therapist_id == therapist.id
            changes.append(f"{_told(gone)} is no longer among them." if gone and mine else "A session is no more.")
    return changes


def _taken(movable: Sequence[Booking], openings: Openings, chosen: Chosen) -> list[str]:
    changes = []
    for booking in movable:
        free, zone = set(openings.free_for(booking)), booking.therapist.zone
        for one in chosen.get(booking.id, ()):
            if one not in free:
                starts_at = datetime.fromtimestamp(one.start, UTC)
                when = f"{short_day(starts_at, zone)}, {clock_time(starts_at, zone)}"
                changes.append(f"{when}, meant for {booking.client.short_name}, is no longer free.")
    return changes


def _told(booking: Booking) -> str:
    zone = booking.therapist.zone
    starts = booking.starts_at
    return f"The session of {booking.client.short_name}, {short_day(starts, zone)}, {clock_time(starts, zone)},"
