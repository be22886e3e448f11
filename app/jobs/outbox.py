"""The outbox's rows while they are delivered, by whatever channel: claimed for a while, and what came of them.

At least once: a worker that dies between a service's yes and our commit sends the same again. In order: a message
waits while an earlier one of the same session to the same person, by the same channel to the same browser, is
still on its way.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from app import clock
from app.database import db, reading, rows_changed
from app.integrations.errors import GatewayError
from app.messages.message import Message

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than a gateway may take for one message
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_WAIT_WHILE_AWAY = timedelta(seconds=60)


@dataclass(frozen=True)
class Claim:
    """One message that this worker alone may send until its lease ends."""

    message_id: int
    lease_until: datetime
    attempts: int
    created_at: datetime
    address: str


def call_off_outdated() -> None:
    """A reminder of a session that has begun helps nobody."""
    outdated = (_is_free(), Message.useful_until <= clock.now())
    db.session.execute(update(Message).where(*outdated).values(status="called_off", lease_until=None))
    db.session.commit()


def claim_next(*which: ColumnElement[bool]) -> Claim | None:
    """The next of these messages that is due; commits."""
    while True:
        with reading():
            found = db.session.execute(
                select(Message.id, Message.attempts, Message.created_at, Message.address)
                .where(_is_due(), *which)
                # What failed goes to the back: it must not keep others waiting.
                .order_by(Message.next_attempt_at, Message.id)
                .limit(1)
            ).first()
            db.session.rollback()
        if found is None:
            return None
        claim = Claim(found.id, clock.now() + LEASE, found.attempts + 1, found.created_at, found.address)
        if _claim(claim):
            return claim


def write(claim: Claim, **outcome: object) -> bool:
    """Only while the lease is ours: a worker that was held up does not overwrite what another one did. Commits."""
    ours = (
        Message.id == claim.message_id,
        Message.status == "sending",
        Message.lease_until == claim.lease_until,
    )
    plainly = update(Message).where(*ours).values(lease_until=None, **outcome)
    written = rows_changed(plainly.execution_options(synchronize_session=False))
    db.session.commit()
    return written == 1


def note_failure(claim: Claim, error: GatewayError) -> None:
    # The server's words often repeat the address: they belong to the row, not into a log.
    log.warning("message %s was not delivered (attempt %s)", claim.message_id, claim.attempts)
    if not error.retry or clock.now() - claim.created_at > GIVE_UP_AFTER:
        write(claim, status="given_up", last_error=str(error))
        return
    wait = timedelta(seconds=current_app.config["SWEEP_SECONDS"]) * 2 ** min(claim.attempts - 1, 20)
    wait = min(wait, LONGEST_WAIT_WHILE_AWAY if error.away else LONGEST_WAIT)
    asked = min(timedelta(seconds=error.wait), LONGEST_WAIT)
    write(claim, status="waiting", last_error=str(error), next_attempt_at=clock.now() + max(wait, asked))


def _claim(claim: Claim) -> bool:
    """The database decides which of two workers has it."""
    values = {"status": "sending", "lease_until": claim.lease_until, "attempts": claim.attempts}
    mine = (Message.id == claim.message_id, Message.attempts == claim.attempts - 1, _is_due())
    plainly = update(Message).where(*mine).values(**values).execution_options(synchronize_session=False)
    claimed = rows_changed(plainly)
    db.session.commit()
    return claimed == 1


def _is_free() -> ColumnElement[bool]:
    left_behind = and_(Message.status == "sending", Message.lease_until <= clock.now())
    return or_(Message.status == "waiting", left_behind)


def _is_due() -> ColumnElement[bool]:
    earlier = aliased(Message)
    overtaking = exists().where(
        earlier.booking_id == Message.booking_id,
        earlier.recipient == Message.recipient,
        earlier.channel == Message.channel,
        earlier.subscription_id.is_not_distinct_from(Message.subscription_id),
        earlier.id < Message.id,
        earlier.status.in_(("waiting", "sending")),
    )
    return and_(_is_free(), Message.next_attempt_at <= clock.now(), ~overtaking)
