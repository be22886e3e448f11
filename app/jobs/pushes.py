"""Pushes that wait go out, in a thread beside everything else: they neither hold mails up nor wait for them.

A push that is sent twice after a worker died shows once: it has the same topic and the same tag.
"""

import logging
import threading
import time

from flask import current_app
from sqlalchemy import ColumnElement, and_

from app import clock
from app.database import db, reading
from app.integrations.errors import GatewayError
from app.integrations.push import Push, PushGateway, open_gateway
from app.jobs.beside import Beside
from app.jobs.outbox import Claim, call_off_outdated, claim_batch, note_failure, write
from app.messages.message import Message
from app.messages.push import SIGNED_OUT, is_offered, payload, topic
from app.practice.push_subscription import PushSubscription

log = logging.getLogger(__name__)

ROUND_SECONDS = 120
AWAY_SECONDS = 10.0


Away = dict[str, float]  # push services that did not answer, and until when (time.monotonic) they are left alone


def deliver_pushes(away: Away | None = None) -> None:
    """Send all pushes that are due. Safe to run late, twice, or on two workers."""
    call_off_outdated()
    away = {} if away is None else away
    ends = time.monotonic() + ROUND_SECONDS
    with open_gateway(current_app.config) as gateway:
        while time.monotonic() < ends and (batch := claim_batch(_of_others_than(away))):
            with batch:
                for claim in batch:
                    if not _deliver(claim, gateway):
                        away[claim.address] = time.monotonic() + AWAY_SECONDS  # the others do not wait for it
                        batch.give_back(lambda other, host=claim.address: other.address == host)  # type: ignore[misc]


def _of_others_than(away: Away) -> ColumnElement[bool]:
    now, pushes = time.monotonic(), Message.channel == "push"
    return and_(pushes, Message.address.not_in([host for host, until in away.items() if until > now]))


def _deliver(claim: Claim, gateway: PushGateway) -> bool:
    """Send one push and store the outcome. Returns False when its service is away."""
    try:
        push = _compose(claim)
        if push is None:
            write(claim, status="called_off")
            return True
        gateway.send(push)
    except GatewayError as error:
        note_failure(claim, error)
        if error.gone:
            _forget(claim)
        return not error.away
    except Exception as error:  # of ours, or the database: it must not stop the others
        log.exception("push %s could not be sent", claim.message_id)
        db.session.rollback()
        note_failure(claim, GatewayError(f"The push could not be sent: {type(error).__name__}", retry=True))
    else:
        write(claim, status="sent", sent_at=clock.now(), last_error=None)
    return True


def _compose(claim: Claim) -> Push | None:
    """Compose one push; None when nobody is signed in in that browser, or its address is lost."""
    with reading():
        try:
            message = claim.message
            subscription = db.session.get(PushSubscription, message.subscription_id or 0)
            if subscription is None or not subscription.is_readable:
                return None
            if message.name != SIGNED_OUT and not PushSubscription.still_told(subscription.id):
                return None
            left = (message.useful_until or clock.now()) - clock.now()
            return Push(
                subscription.endpoint,
                subscription.p256dh,
                subscription.auth,
                payload(message),
                topic(message),
                seconds=max(60, int(left.total_seconds())),
                urgent=message.facts["push"]["kind"] == "request",
            )
        finally:
            db.session.rollback()  # from here on the network may take its time


def _forget(claim: Claim) -> None:
    message = db.session.get(Message, claim.message_id)
    if message and message.subscription_id:
        PushSubscription.end(PushSubscription.id == message.subscription_id)
    db.session.commit()


_away = threading.local()  # known as long as the thread is at it
_beside = Beside("pushes", lambda: deliver_pushes(vars(_away)))


def start() -> None:
    """Send pushes in other threads, after each new push and every SWEEP_SECONDS. Returns at once."""
    if is_offered():
        _beside.start()


def wait() -> None:
    """Wait until all pushes are sent: for commands that end then."""
    _beside.wait()
