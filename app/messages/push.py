"""Pushes: a line on a phone's locked screen, which says that something happened and nothing of what.

That somebody sees a therapist is itself a secret, and who looks at a screen is not known. So a push holds what
kind of news it is and the path of the session's page; the words are the service worker's, the same for everybody.
"""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app

from app import clock
from app.database import db
from app.keyed import keyed
from app.messages.message import Message, Told
from app.practice.push_subscription import PushSubscription
from app.practice.user import User

if TYPE_CHECKING:
    from app.booking.booking import Booking

USEFUL_FOR = timedelta(hours=24)  # later it is no news any more
SIZE = 256  # bytes of every push: its length tells nothing either

# What kind of news a message is, by its name. Everything else is "changed".
KINDS = {
    "new_request": "request",
    "kept_confirmed": "kept_confirmed",
    "kept_refused": "kept_refused",
    "kept_late": "kept_late",
    "kept_busy": "kept_busy",
    "kept_outside": "kept_outside",
    "signed_out": "signed_out",
    "test": "test",
}
SIGNED_OUT = "signed_out"  # the one that comes when nobody is signed in there any more


def is_offered() -> bool:
    """Without a key of ours no push service listens."""
    return bool(current_app.config["VAPID_PRIVATE_KEY"])


def tell(user: User, name: str, booking: "Booking", useful_until: datetime | None = None) -> None:
    """Write a push about a session to each browser in which the user is told; part of the caller's transaction.

    `name` as in history.MAILS or history.PUSHES. Does nothing where push is not offered or nobody is told.
    """
    until = min(useful_until or booking.starts_at + USEFUL_FOR, clock.now() + USEFUL_FOR)
    for subscription in PushSubscription.told(user.id) if is_offered() else ():
        _write(subscription, name, f"/sessions/{booking.id}", booking.therapist.zone, until, booking)


def try_out(subscription: PushSubscription, zone: str) -> None:
    """Write a push that says only that pushes come."""
    _write(subscription, "test", "/settings", zone, clock.now() + timedelta(minutes=10))


def tell_of_the_end(subscription_id: int, once: str) -> None:
    """Write the last push to a browser in which a sign-in has ended by its age: then it is told no more."""
    subscription = db.session.get(PushSubscription, subscription_id)
    user = db.session.get(User, subscription.user_id) if subscription and subscription.is_readable else None
    if subscription and user and user.therapist:
        _write(subscription, SIGNED_OUT, "/dashboard", user.therapist.zone, clock.now() + USEFUL_FOR, once=once)


def payload(message: Message | Told) -> bytes:
    """Return the payload for the service worker, always of the same length."""
    return json.dumps(message.facts["push"]).encode().ljust(SIZE)


def topic(message: Message | Told) -> str:
    """Return the topic of a push: of several that wait for a phone with one topic, the service keeps the last."""
    return keyed("push topic", message.facts["push"]["path"])[:32]


def _write(
    subscription: PushSubscription,
    name: str,
    path: str,
    zone: str,
    until: datetime,
    booking: "Booking | None" = None,
    once: str | None = None,
) -> None:
    from app.integrations.push.endpoints import host_of

    facts: dict[str, Any] = {"push": {"kind": KINDS.get(name, "changed"), "path": path}, "therapist": {"zone": zone}}
    db.session.add(
        Message(
            booking_id=booking.id if booking else None,
            channel="push",
            name=name,
            recipient="therapist",
            address=host_of(subscription.endpoint)[:254],
            subscription_id=subscription.id,
            once=once,
            facts=facts,
            useful_until=until,
        )
    )
    db.session.flush()
