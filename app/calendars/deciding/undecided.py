"""What a person changed of our entries elsewhere, as long as the therapist has not decided what becomes of it."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app import clock
from app.booking.booking import LIVE, Booking
from app.booking.offer import Alternative, Offer
from app.calendars.writing.entry import CalendarEntry
from app.database import db


def edits_in(calendars: Collection[int]) -> dict[int, list[CalendarEntry]]:
    """Of sessions, and times offered for them, that are written into these calendars: by session. One statement, and
    none where no calendar is written."""
    if not calendars:
        return {}
    edited = (
        CalendarEntry.calendar_id.in_(calendars),
        CalendarEntry.ends_at > clock.now(),
        CalendarEntry.state == "edited",
    )
    stands = (Booking.status.in_(LIVE), or_(CalendarEntry.alternative_id.is_(None), Offer.outcome.is_(None)))
    query = (
        select(CalendarEntry)
        .join(CalendarEntry.booking)
        .outerjoin(CalendarEntry.alternative)
        .outerjoin(Alternative.offer)
        .where(*edited, *stands)
        .order_by(CalendarEntry.alternative_id.nulls_first())
        .options(selectinload(CalendarEntry.alternative))
    )
    found: dict[int, list[CalendarEntry]] = defaultdict(list)
    for one in db.session.scalars(query):
        if one.booking_id is not None:
            found[one.booking_id].append(one)
    return dict(found)
