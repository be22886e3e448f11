"""Messages that time causes: nudges about open offers, reminders of sessions, the list of the day, and the last push to
a browser in which a sign-in has ended by its age.

Each is written once, whatever runs twice or late: its name in `message.once` is unique. All are written while
the therapist's diary is locked, so that a session that moves meanwhile is never reminded at its old time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.database import db
from app.messages import push
from app.messages.activity import Activity
from app.messages.facts import facts_of, location_facts
from app.messages.message import Message
from app.practice.push_subscription import PushSubscription
from app.practice.therapist import Therapist
from app.practice.user import SignIn
from app.wording import shown_in

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
TOO_LATE_FOR_THE_DAY_BEFORE = timedelta(hours=4)  # then the reminder an hour before is enough
LEAST_LIFETIME_TO_NUDGE = timedelta(minutes=10)
DAY_LIST_AT = time(7)
AT_MOST = 500  # of a kind in one round


class Due(NamedTuple):
    """A message whose time has come: what is written under its name, unless that exists."""

    once: str
    write: Callable[[], None]


def due() -> list[Due]:
    """The messages to write now. Each `write` is a change of its own; the caller commits."""
    now = clock.now()
    return [*_new(_nudges(now)), *_new(_reminders(now)), *_new(_day_lists(now)), *_new(_ended_sign_ins(now))]


# Offers: at half time, and an hour before the end


def _nudges(now: datetime) -> Iterator[Due]:
    offers = select(Offer.id, Offer.made_at, Offer.expires_at).where(Offer.outcome.is_(None), Offer.expires_at > now)
    for offer_id, made_at, expires_at in db.session.execute(offers.order_by(Offer.expires_at)):
        stage = _nudge_stage(made_at, expires_at, now)
        if stage:
            once = f"offer_nudge:{offer_id}:{stage}"
            yield Due(once, partial(_nudge, once, offer_id))


def _nudge_stage(made_at: datetime, expires_at: datetime, now: datetime) -> str | None:
    """The last nudge whose time has come; when both are late only that one is sent."""
    lifetime = expires_at - made_at
    if lifetime > 2 * HOUR and now >= expires_at - HOUR:
        return "last"
    if lifetime > LEAST_LIFETIME_TO_NUDGE and now >= made_at + lifetime / 2:
        return "half"
    return None


def _nudge(once: str, offer_id: int) -> None:
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        return
    booking = offer.booking
    booking.lock()
    if offer.is_open:
        facts = facts_of(booking, offer, only_open=True)
        _write_to_client("offer_nudge", once, booking, facts, offer.expires_at)


# Sessions: a day and an hour before


def _reminders(now: datetime) -> Iterator[Due]:
    sessions = (
        select(Booking.id, Booking.starts_at, Booking.location_id)
        .where(Booking.status == "confirmed", Booking.starts_at > now, Booking.starts_at <= now + DAY)
        .order_by(Booking.starts_at)
    )
    for booking_id, starts_at, location_id in db.session.execute(sessions):
        before = _time_before(starts_at - now)
        if before:
            once = _reminder_once(booking_id, starts_at, location_id, before)
            yield Due(once, partial(_remind, once, booking_id, before))


def _time_before(left: timedelta) -> timedelta | None:
    if left <= HOUR:
        return HOUR
    return DAY if left > TOO_LATE_FOR_THE_DAY_BEFORE else None


def _reminder_once(booking_id: int, starts_at: datetime, location_id: int, before: timedelta) -> str:
    """Names time and location: a session that moved is reminded anew."""
    return f"reminder:{booking_id}:{before // HOUR}h:{starts_at:%Y%m%dT%H%M}:{location_id}"


def _remind(once: str, booking_id: int, before: timedelta) -> None:
    booking = db.session.get(Booking, booking_id)
    if booking is None:
        return
    booking.lock()
    still_so = booking.status == "confirmed" and once == _reminder_once(
        booking.id, booking.starts_at, booking.location_id, before
    )
    # Who was told of a change after the time to remind has just read it all.
    if still_so and not _changed_since(booking.starts_at - before, [booking.id]):
        _write_to_client("reminder", once, booking, facts_of(booking), booking.starts_at)


# The therapist's day


def _day_lists(now: datetime) -> Iterator[Due]:
    """For each therapist whose day has begun and still has a session; the list itself is made under the lock."""
    sessions = (
        select(Booking.id, Booking.starts_at, Therapist.id, Therapist.zone)
        .join(Therapist, Therapist.id == Booking.therapist_id)
        .where(Booking.status == "confirmed", Booking.starts_at > now - HOUR, Booking.starts_at <= now + DAY)
        .order_by(Booking.starts_at)
    )
    first: dict[str, int] = {}
    for booking_id, starts_at, therapist_id, zone in db.session.execute(sessions):
        here = shown_in(now, zone)
        if here.time() >= DAY_LIST_AT and shown_in(starts_at, zone).date() == here.date():
            first.setdefault(f"day_list:{therapist_id}:{here:%Y%m%d}", booking_id)
    for once, booking_id in first.items():
        yield Due(once, partial(_list_day, once, booking_id))


def _list_day(once: str, booking_id: int) -> None:
    booking = db.session.get(Booking, booking_id)
    if booking is None:
        return
    booking.lock()
    therapist, zone = booking.therapist, booking.therapist.tz
    today = shown_in(clock.now(), zone.key).date()
    begins, ends = _clock_shows(today, time(0), zone), _clock_shows(today + timedelta(days=1), time(0), zone)
    sessions = db.session.scalars(
        select(Booking)
        .where(Booking.therapist_id == therapist.id, Booking.status == "confirmed")
        .where(Booking.starts_at >= begins, Booking.starts_at < ends)
        .order_by(Booking.starts_at)
    ).all()
    # When all of them were agreed after seven there was nothing to list at seven.
    late = _changed_since(_clock_shows(today, DAY_LIST_AT, zone), [one.id for one in sessions])
    if len(late) < len(sessions):
        _write(
            name="day_list",
            once=once,
            recipient="therapist",
            address=therapist.user.email,
            facts=_day_facts(therapist, sessions),
            useful_until=ends,
        )


# Browsers that would be told no more without a word


def _ended_sign_ins(now: datetime) -> Iterator[Due]:
    of_age = (SignIn.ended_at.is_(None), SignIn.expires_at <= now, SignIn.expires_at > now - DAY)
    told = select(PushSubscription.id, SignIn.id).join(SignIn, SignIn.id == PushSubscription.sign_in_id).where(*of_age)
    for subscription_id, sign_in_id in db.session.execute(told) if push.is_offered() else ():
        once = f"signed_out:{sign_in_id}"
        yield Due(once, partial(push.tell_of_the_end, subscription_id, once))


def _clock_shows(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a time of day; where the clocks skip midnight the day begins when they go forward."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _day_facts(therapist: Therapist, sessions: Iterable[Booking]) -> dict[str, Any]:
    return {
        "therapist": {"name": therapist.name, "slug": therapist.slug, "zone": therapist.zone},
        "sessions": [
            {
                "id": booking.id,
                "starts_at": booking.starts_at.isoformat(),
                "ends_at": booking.ends_at.isoformat(),
                "client": {"name": booking.client.name, "zone": booking.client.zone, "phone": booking.client.phone},
                "location": location_facts(booking.location),
                "session_type": booking.session_type.name,
            }
            for booking in sessions
        ],
        "calendar": None,
    }


# What all have in common


def _changed_since(at: datetime, booking_ids: Sequence[int]) -> set[int]:
    """Return those of the bookings that changed after that moment; an offer that was taken back unsent is no change."""
    taken_back = select(Activity.offer_id).where(
        Activity.verb == "offer_taken_back", Activity.booking_id.in_(booking_ids)
    )
    last = (
        select(Activity.booking_id)
        .where(Activity.booking_id.in_(booking_ids))
        .where(or_(Activity.offer_id.is_(None), Activity.offer_id.not_in(taken_back)))
        .group_by(Activity.booking_id)
        .having(func.max(Activity.at) > at)
    )
    return set(db.session.scalars(last))


def _new(due: Iterable[Due]) -> list[Due]:
    """Return the first AT_MOST messages that are not written yet; the rest follows in the next round."""
    fresh: list[Due] = []
    due = list(due)
    while due and len(fresh) < AT_MOST:
        some, due = due[:AT_MOST], due[AT_MOST:]
        names = [message.once for message in some]
        known = set(db.session.scalars(select(Message.once).where(Message.once.in_(names))))
        fresh += [message for message in some if message.once not in known]
    return fresh[:AT_MOST]


def _write_to_client(name: str, once: str, booking: Booking, facts: dict[str, Any], until: datetime) -> None:
    _write(
        name=name,
        once=once,
        booking_id=booking.id,
        recipient="client",
        address=booking.client.email,
        facts=facts | {"calendar": None},
        useful_until=until,
    )


def _write(**values: Any) -> None:
    """Once for ever: of two workers that write the same message the second writes nothing."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Message).values(**values)
    db.session.execute(insert.on_conflict_do_nothing(index_elements=["once"]))
