"""What of a therapist's diary should stand in their calendar elsewhere, read as plain rows.

Confirmed sessions, those that took place too; and, as tentative, what an open offer holds: its alternatives, and the
time that was agreed before it. A request that nobody answered stands nowhere: it may be anybody's.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, Select, and_, bindparam, case, cast, literal, null, or_, select, union_all

from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.calendars.writing.standing import CONFIRMED, TENTATIVE, Standing
from app.database import UTCDateTime, db
from app.practice.client import Client, initials
from app.practice.session_type import LONGEST
from app.scheduling.hold import Hold

AGREED = ("confirmed", "attended", "no_show")

Key = tuple[int | None, int | None]  # of a session, and of the alternative if it is one


class Wanted(NamedTuple):
    """A session at its own time, or one alternative of its open offer."""

    booking_id: int
    alternative_id: int | None
    uid: str
    standing: Standing

    @property
    def key(self) -> Key:
        return self.booking_id, self.alternative_id


def wanted(therapist_id: int, now: datetime, besides: Iterable[int] = ()) -> dict[Key, Wanted]:
    """Whatever ends after now, and all that there is of the sessions `besides`, over or not."""
    asked = {"therapist": therapist_id, "now": now, "since": now - LONGEST, "besides": list(besides)}
    found = (
        Wanted(row.id, row.alternative, row.uid, Standing(row.starts_at, row.ends_at, row.stands, initials(row.name)))
        for row in db.session.execute(_WANTED, asked)
    )
    return {one.key: one for one in found}


_THERAPIST = bindparam("therapist", type_=Integer)
_NOW, _SINCE = bindparam("now", type_=UTCDateTime()), bindparam("since", type_=UTCDateTime())
_BESIDES = bindparam("besides", expanding=True, type_=Integer)
_OPEN_OFFER = and_(Offer.booking_id == Booking.id, Offer.outcome.is_(None))
# A changed location is put at the session's own time, and so is a disputed change whose old time is taken.
_AT_ITS_TIME = or_(Offer.kind == "location", Offer.reason == "disputed")


def _sessions() -> Select:
    to_come = and_(Booking.starts_at > _SINCE, Booking.ends_at > _NOW)
    offered = and_(Booking.status == "awaiting_client", or_(Offer.previous_status == "confirmed", _AT_ITS_TIME))
    return (
        select(
            Booking.id.label("id"),
            cast(null(), Integer).label("alternative"),
            Booking.uid.label("uid"),
            Booking.starts_at.label("starts_at"),
            Booking.ends_at.label("ends_at"),
            case((Booking.status == "awaiting_client", TENTATIVE), else_=CONFIRMED).label("stands"),
            Client.name.label("name"),
        )
        .join(Client, Client.id == Booking.client_id)
        .outerjoin(Offer, _OPEN_OFFER)
        .where(
            Booking.therapist_id == _THERAPIST,
            or_(to_come, Booking.id.in_(_BESIDES)),
            or_(Booking.status.in_(AGREED), offered),
        )
    )


def _alternatives() -> Select:
    # Whatever is offered is held: found by the holds, however many offers are open elsewhere.
    held = select(Hold.booking_id).where(Hold.therapist_id == _THERAPIST, Hold.ends_at > _NOW)
    return (
        select(
            Booking.id,
            Alternative.id,
            Booking.uid,
            Alternative.starts_at,
            Alternative.ends_at,
            literal(TENTATIVE),
            Client.name,
        )
        .join(Client, Client.id == Booking.client_id)
        .join(Offer, _OPEN_OFFER)
        .join(Alternative, Alternative.offer_id == Offer.id)
        .where(
            or_(Booking.id.in_(held), Booking.id.in_(_BESIDES)),
            or_(Alternative.ends_at > _NOW, Booking.id.in_(_BESIDES)),
            Offer.kind == "times",
            or_(Offer.reason != "disputed", Alternative.starts_at != Booking.starts_at),
        )
    )


_WANTED = union_all(_sessions(), _alternatives())
