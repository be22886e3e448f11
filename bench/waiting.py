"""What waits in a practice after a bad day: mails that no server took, and offers whose deadline has passed."""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.client import Client
from app.scheduling.hold import Hold
from bench import marketplace
from bench.marketplace import COLUMNS, Made, Row, load, next_id

AN_HOUR = timedelta(hours=1)
OFFERED = 3  # times in each offer


def mails(number: int) -> None:
    """Add waiting mails, two to a session: those of the demo's life over and over; commits."""
    marketplace.without_checks()
    known = db.session.scalars(select(Message).where(Message.channel == "mail").order_by(Message.id)).all()
    models = [(one.name, one.recipient, one.address, json.dumps(one.facts)) for one in known[:44]]
    first, sessions = next_id(Message), list(db.session.scalars(select(Booking.id).order_by(Booking.id.desc())))
    if len(sessions) < number // 2:
        raise SystemExit(f"{number} mails need {number // 2} sessions.")
    now = clock.now()

    def rows() -> Iterator[Row]:
        for n in range(number):
            name, recipient, address, facts = models[n % len(models)]
            wire = f"<{secrets.token_hex(16)}@holdfast.invalid>"
            about = (sessions[n // 2], "mail", name, recipient, address, facts, wire)
            yield (first + n, *about, now, "waiting", 0, now - AN_HOUR + timedelta(milliseconds=n))

    load(Message, COLUMNS[Message], rows())
    marketplace.keep()


def no_mails() -> None:
    """Whatever waits is taken for sent; commits."""
    db.session.execute(update(Message).where(Message.status != "sent").values(status="sent", lease_until=None))
    db.session.commit()


def offers(number: int, expires_at: datetime) -> list[int]:
    """Add sessions that wait for their client, each with three times held and the mail that told of them.

    Commits; returns the ids of their offers.
    """
    marketplace.without_checks()
    made = [Made(*row) for row in db.session.execute(marketplace.one_of_each())]
    first = {model: next_id(model) for model in (Client, Booking, Offer, Activity, Alternative, Hold, Message)}
    begins = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=90)
    rows: dict[Any, list[Row]] = {model: [] for model in first}
    for n in range(number):
        # Hours that nobody else of this therapist has: the session's own, and those offered.
        hours = [begins + timedelta(days=n // len(made), hours=2 * each) for each in range(1 + OFFERED)]
        _put_offer(n, made[n % len(made)], hours, expires_at, first, rows)
    for model, of_model in rows.items():
        load(model, COLUMNS[model], of_model)
    marketplace.keep()
    return list(range(first[Offer], first[Offer] + number))


def _put_offer(
    n: int, whose: Made, hours: list[datetime], expires_at: datetime, first: dict[Any, int], rows: dict[Any, list[Row]]
) -> None:
    now, place = clock.now(), whose.location_id
    spans = [(starts, starts + timedelta(minutes=50)) for starts in hours]
    client, booking, offer = first[Client] + n, first[Booking] + n, first[Offer] + n
    rows[Client].append((client, whose.id, f"Waiting {n}", f"w{n}@example.net", "", marketplace.ZONES[0], now))
    about = (booking, f"open-{booking}", whose.id, client, whose.session_type_id, place)
    rows[Booking].append((*about, *spans[0], "awaiting_client", "", now, now, now, ""))
    made_at = min(now, expires_at) - AN_HOUR
    rows[Offer].append((offer, booking, "times", "own", "", made_at, expires_at, "confirmed", place))
    after = {"starts_at": spans[0][0].isoformat(), "ends_at": spans[0][1].isoformat(), "location": "in_person"}
    told = json.dumps(after | {"status": "awaiting_client"})
    rows[Activity].append((first[Activity] + n, booking, offer, made_at, "therapist", "times_offered", told, ""))
    mail = (booking, "mail", "times_offered", "client", f"w{n}@example.net", "{}", f"<{booking}@holdfast.invalid>")
    rows[Message].append((first[Message] + n, *mail, made_at, "sent", 1, made_at))
    for each, span in enumerate(spans[1:]):
        rows[Alternative].append((first[Alternative] + n * OFFERED + each, offer, place, *span, False))
    for each, span in enumerate(spans):
        rows[Hold].append((first[Hold] + n * (1 + OFFERED) + each, whose.id, booking, *span))


def still_waiting() -> int:
    """Return how many mails wait or are on their way."""
    undone = Message.status.in_(("waiting", "sending"))
    return int(db.session.scalar(select(func.count()).where(undone, Message.channel == "mail")) or 0)
