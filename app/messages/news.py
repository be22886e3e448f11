"""What happened in a therapist's diary while a page of the desk was open."""

from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, func, select

from app import clock
from app.booking.booking import Booking
from app.database import UTCDateTime, db, rows_of
from app.messages.activity import Activity
from app.messages.history import sentence

UNTOLD = ("requested_unproven", "address_not_confirmed")  # the therapist is told when the address is proven
MOST_TOLD = 2  # more would be read out for longer than anybody listens


def number_to_answer(therapist_id: int) -> int:
    """Requests that wait for the therapist."""
    return rows_of(_number_to_answer(), {"therapist": therapist_id, "now": clock.now()}).scalar() or 0


@cache
def _number_to_answer() -> Select[int]:
    """Every page of the desk tells it, so it is put together once."""
    mine = (Booking.therapist_id == bindparam("therapist"), Booking.status == "requested", Booking.prove_by.is_(None))
    in_time = Booking.answer_by > bindparam("now", type_=UTCDateTime())
    return select(func.count()).select_from(Booking).where(*mine, in_time)


def said_since(therapist_id: int, since: datetime, to_answer: int) -> str:
    """What others did since then and how much waits now: *Ines K. accepted... 1 to answer.*

    Empty when only the therapist did something.
    """
    theirs = select(Activity).join(Booking, Booking.id == Activity.booking_id)
    theirs = theirs.where(Booking.therapist_id == therapist_id, Activity.at >= since, Activity.actor != "therapist")
    theirs = theirs.where(Activity.verb.not_in(UNTOLD))
    news = db.session.scalars(theirs.order_by(Activity.id.desc()).limit(MOST_TOLD + 1)).all()
    told = [_told(activity) for activity in reversed(news)]
    if len(told) > MOST_TOLD:
        told = ["Several sessions have changed."]
    return " ".join([*told, f"{to_answer} to answer."] if told and to_answer else told)


def _told(activity: Activity) -> str:
    words, who = sentence(activity), activity.booking.client.short_name
    return f"{words}." if who in words else f"{who}: {words}."
