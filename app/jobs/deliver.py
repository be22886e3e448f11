"""Messages that wait go out: claimed, sent with no transaction open, and their outcome written.

At least once: a worker that dies between the server's yes and our commit sends the same mail (same
Message-ID) again. In order: a message waits while an earlier one of the same session to the same person
is still on its way.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_mail import Message as Mail
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from app import clock
from app.database import db, reading, rows_changed
from app.integrations.errors import GatewayError
from app.integrations.mail import MailGateway, open_gateway
from app.messages.mail import compose
from app.messages.message import Message

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than a gateway may take for one mail
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_WAIT_WHILE_AWAY = timedelta(seconds=60)
ROUND_SECONDS = 120  # then another round takes over: no job may hold the worker for ever


@dataclass(frozen=True)
class Claim:
    """One message that this worker alone may send until its lease ends."""

    message_id: int
    lease_until: datetime
    attempts: int
    created_at: datetime


def deliver_waiting() -> None:
    """After each change and every SWEEP_SECONDS. Safe to run late, twice, or on two workers."""
    _call_off_outdated()
    ends = time.monotonic() + ROUND_SECONDS
    with open_gateway(current_app.config) as gateway:
        while time.monotonic() < ends and (claim := _claim_next()):
            if not _deliver(claim, gateway):
                return  # the server itself is away: what comes later must not overtake


def _call_off_outdated() -> None:
    """A reminder of a session that has begun helps nobody."""
    outdated = (_is_free(), Message.useful_until <= clock.now())
    db.session.execute(update(Message).where(*outdated).values(status="called_off", lease_until=None))
    db.session.commit()


def _claim_next() -> Claim | None:
    while True:
        with reading():
            found = db.session.execute(
                select(Message.id, Message.attempts, Message.created_at)
                .where(_is_due())
                # What failed goes to the back: it must not keep others waiting.
                .order_by(Message.next_attempt_at, Message.id)
                .limit(1)
            ).first()
            db.session.rollback()
        if found is None:
            return None
        claim = Claim(found.id, clock.now() + LEASE, found.attempts + 1, found.created_at)
        if _claim(claim):
            return claim


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
        earlier.id < Message.id,
        earlier.status.in_(("waiting", "sending")),
    )
    return and_(_is_free(), Message.channel == "mail", Message.next_attempt_at <= clock.now(), ~overtaking)


def _deliver(claim: Claim, gateway: MailGateway) -> bool:
    """Send one message and write what came of it. False when the server itself is away."""
    try:
        mail = _compose(claim)
        gateway.send(mail)
    except GatewayError as error:
        _note_failure(claim, error)
        return not error.away
    except SQLAlchemyError as error:
        db.session.rollback()
        _note_failure(claim, GatewayError(f"The database did not answer: {type(error).__name__}", retry=True))
    except Exception as error:  # of ours: a template, a fact that is missing. It must not stop the others.
        log.exception("message %s could not be composed", claim.message_id)
        _write(claim, status="given_up", last_error=f"This mail could not be written: {type(error).__name__}.")
    else:
        _write(claim, status="sent", sent_at=clock.now(), last_error=None)
    return True


def _compose(claim: Claim) -> Mail:
    with reading():
        try:
            message = db.session.get_one(Message, claim.message_id)
            mail = compose(message)
            mail.msgId = message.wire_id
            db.session.commit()  # a link made for this mail must be there when it is opened
            return mail
        finally:
            db.session.rollback()  # from here on the network may take its time


def _note_failure(claim: Claim, error: GatewayError) -> None:
    # The server's words often repeat the address: they belong to the row, not into a log.
    log.warning("message %s was not delivered (attempt %s)", claim.message_id, claim.attempts)
    if not error.retry or clock.now() - claim.created_at > GIVE_UP_AFTER:
        _write(claim, status="given_up", last_error=str(error))
        return
    wait = timedelta(seconds=current_app.config["SWEEP_SECONDS"]) * 2 ** min(claim.attempts - 1, 20)
    longest = LONGEST_WAIT_WHILE_AWAY if error.away else LONGEST_WAIT
    _write(claim, status="waiting", last_error=str(error), next_attempt_at=clock.now() + min(wait, longest))


def _write(claim: Claim, **outcome: object) -> None:
    """Only while the lease is ours: a worker that was held up does not overwrite what another one did."""
    ours = (
        Message.id == claim.message_id,
        Message.status == "sending",
        Message.lease_until == claim.lease_until,
    )
    db.session.execute(
        update(Message).where(*ours).values(lease_until=None, **outcome),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()
