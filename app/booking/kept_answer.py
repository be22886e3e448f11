"""A confirmation that was pressed while offline and comes when the device is back online."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.booking import confirming
from app.booking.booking import Booking
from app.calendars.deciding.live_check import NOTHING, Look
from app.database import Model, UTCDateTime, db
from app.messages import push
from app.refusals import Refused
from app.scheduling.hold import Hold
from app.wording import clock_time, short_day

KEPT_AT_MOST = timedelta(hours=24)

# What became of an answer, as its push tells it; and in words, when nothing was confirmed.
DONE, CHANGED, LATE = "kept_confirmed", "kept_refused", "kept_late"
BUSY, OUTSIDE = "kept_busy", "kept_outside"
Outcome = tuple[str, str | None]


class Seen(NamedTuple):
    """What stood on the page on which *Confirm session* was pressed: the start in seconds, and where."""

    start: int
    location_id: int


class KeptAnswer(Model):
    """What became of one press. It may be sent again until its answer has been read: it counts once, by its key."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    came_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done: Mapped[bool]
    sentence: Mapped[str] = mapped_column(Text)

    @classmethod
    def confirm(cls, booking: Booking, key: str, seen: Seen, age: timedelta, look: Look = NOTHING) -> "KeptAnswer":
        """Confirm the session if it still is what was seen; `age` is how long the device kept the answer, `look` what
        the therapist's calendars outside say of that day.

        The same key again gives what became of it the first time.
        """
        booking.lock()  # also the turn of whoever sends the same key at the same moment
        user_id = booking.therapist.user_id
        if known := db.session.scalar(select(cls).filter_by(user_id=user_id, key=key)):
            return known
        why, refusal = next(_in_the_way(booking, seen, age), None) or _confirm(booking, look)
        answer = cls(
            key=key,
            user_id=user_id,
            booking_id=booking.id,
            came_at=clock.now(),
            done=why == DONE,
            sentence=" ".join(filter(None, (refusal or _confirmed(booking), look.sentence))),
        )
        db.session.add(answer)
        db.session.flush()
        push.tell(booking.therapist.user, why, booking)
        return answer


def _in_the_way(booking: Booking, seen: Seen, age: timedelta) -> Iterator[Outcome]:
    """Why nothing is confirmed, the weightiest first. A session that is confirmed as it was seen is no obstacle."""
    who = booking.client.short_name
    if booking.status == "cancelled":
        yield _who_cancelled(booking, who)
    if booking.has_lapsed:
        yield LATE, f"The request of {who} was not answered in time and has ended; nothing was confirmed."
    if booking.status == "awaiting_client":
        yield CHANGED, f"{who} has an open offer from you meanwhile; nothing was confirmed."
    if booking.status in ("attended", "no_show"):
        yield LATE, f"The session with {who} is over; nothing was confirmed."
    if seen != (int(booking.starts_at.timestamp()), booking.location_id):
        other = f"The session of {who} has another time or location meanwhile; nothing was confirmed."
        yield CHANGED, f"{other} Please look at it."
    if not _is_held(booking):
        yield CHANGED, f"The time of {who} is held no longer; nothing was confirmed. Please look at it."
    if age > KEPT_AT_MOST and booking.status == "requested":
        pressed = f"You pressed Confirm for {who} more than a day ago: too old, nothing was confirmed."
        yield LATE, f"{pressed} Please look again."


def _confirmed(booking: Booking) -> str:
    return f"Confirmed: {booking.client.short_name}, {_when(booking)}."


def _confirm(booking: Booking, look: Look) -> Outcome:
    """Done, unless time refused it in this very moment, or the therapist is busy elsewhere or does not work then."""
    try:
        if booking.status == "requested":
            confirming.confirm(booking, look, ())
    except confirming.LookAgain as put:
        who, when = booking.client.short_name, _when(booking)
        sentence = f"{put.told} The session of {who}, {when}: nothing was confirmed. Please look at it."
        return BUSY if put.busy else OUTSIDE, sentence
    except Refused as refusal:
        return CHANGED, refusal.sentence
    return DONE, None


def _who_cancelled(booking: Booking, who: str) -> Outcome:
    if booking.cancelled_by == "client":
        return CHANGED, f"{who} had cancelled meanwhile; nothing was confirmed."
    if booking.cancelled_by == "therapist":
        return CHANGED, f"You had called off the session of {who} meanwhile; nothing was confirmed."
    return LATE, f"The request of {who} was not answered in time and has ended; nothing was confirmed."


def _is_held(booking: Booking) -> bool:
    own = select(Hold.id).filter_by(booking_id=booking.id, starts_at=booking.starts_at, ends_at=booking.ends_at)
    return db.session.scalar(own.limit(1)) is not None


def _when(booking: Booking) -> str:
    zone = booking.therapist.zone
    return f"{short_day(booking.starts_at, zone)}, {clock_time(booking.starts_at, zone)}"
