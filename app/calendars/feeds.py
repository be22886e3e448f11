"""What a therapist's other calendar reads: their sessions, and the times that they have offered.

It lies at an address that others may see, in a calendar that others may share: initials alone, no place, and no word
of what it is. The link in each entry opens the session's page, after signing in.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from icalendar import Event
from sqlalchemy import Integer, Select, cast, not_, null, or_, select

from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.database import db
from app.messages.ics import STATUS, known_as, new_calendar
from app.practice.client import Client, initials

BACK = timedelta(days=30)  # that what is over stays
NAME = "Sessions"
OFTEN = "PT15M"  # how often other calendars are asked to look; most look less often


class Line(NamedTuple):
    """One entry of the feed."""

    booking_id: int
    uid: str
    starts_at: datetime
    ends_at: datetime
    status: str  # of the session
    revision: int
    client: str
    alternative_id: int | None  # one of the times offered for it


def of_therapist(therapist_id: int, zone: str, now: datetime, home: str) -> bytes:
    """Return the feed, from a month ago on. Two statements, however much is booked.

    Times are in UTC, which every calendar shows in the zone of whoever looks at it. A time in a named zone needs a
    description of that zone, and Outlook reads none of its dates (RDATE). `zone` is the therapist's, for display;
    `home` is the address of Holdfast, with which the links to the sessions begin.
    """
    calendar = new_calendar()
    calendar.add("x-wr-calname", NAME)
    calendar.add("x-wr-timezone", zone)
    calendar.add("x-published-ttl", OFTEN)
    for line in _lines(therapist_id, now):
        calendar.add_component(_entry(line, now, home))
    return calendar.to_ical()


def _entry(line: Line, now: datetime, home: str) -> Event:
    entry, page = Event(), f"{home}/sessions/{line.booking_id}"
    entry.add("uid", known_as(line.uid if line.alternative_id is None else f"{line.uid}-{line.alternative_id}"))
    entry.add("dtstamp", now)
    entry.add("dtstart", line.starts_at.astimezone(UTC))
    entry.add("dtend", line.ends_at.astimezone(UTC))
    entry.add("sequence", line.revision)
    entry.add("summary", f"{initials(line.client)}{_mark(line)}")
    entry.add("description", page)
    entry.add("url", page)
    entry.add("status", "TENTATIVE" if line.alternative_id is not None else STATUS[line.status])
    entry.add("class", "PRIVATE")
    return entry


def _mark(line: Line) -> str:
    if line.alternative_id is not None:
        return " (offered)"
    return {"requested": " (to answer)", "awaiting_client": " (waiting)"}.get(line.status, "")


def _lines(therapist_id: int, now: datetime) -> Iterator[Line]:
    since = now - BACK
    for statement in (_sessions(therapist_id, since, now), _offered(therapist_id, since)):
        yield from map(Line._make, db.session.execute(statement))


def _sessions(therapist_id: int, since: datetime, now: datetime) -> Select:
    return (
        select(
            Booking.id,
            Booking.uid,
            Booking.starts_at,
            Booking.ends_at,
            Booking.status,
            Booking.revision,
            Client.name,
            cast(null(), Integer),
        )
        .join(Client, Client.id == Booking.client_id)
        .where(Booking.therapist_id == therapist_id, Booking.starts_at > since)
        .where(Booking.status != "cancelled", not_(Booking.lapsed(now)))
        .order_by(Booking.starts_at, Booking.id)
    )


def _offered(therapist_id: int, since: datetime) -> Select:
    # A changed location is put at the session's own time, and so is a disputed change whose old time is taken.
    offered = (
        Offer.outcome.is_(None),
        Offer.kind == "times",
        or_(Offer.reason != "disputed", Alternative.starts_at != Booking.starts_at),
    )
    return (
        select(
            Booking.id,
            Booking.uid,
            Alternative.starts_at,
            Alternative.ends_at,
            Booking.status,
            Booking.revision,
            Client.name,
            Alternative.id,
        )
        .join(Client, Client.id == Booking.client_id)
        .join(Offer, Offer.booking_id == Booking.id)
        .join(Alternative, Alternative.offer_id == Offer.id)
        .where(Booking.therapist_id == therapist_id, Booking.starts_at > since, *offered)
        .order_by(Alternative.starts_at, Alternative.id)
    )
