"""Mails that wait go out: claimed, sent with no transaction open, and their outcome written.

A mail that is sent again after a worker died has the same Message-ID. See outbox.py for what is promised.
"""

import logging
import time

from flask import current_app
from flask_mail import Message as Mail
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import db, reading
from app.integrations.errors import GatewayError
from app.integrations.mail import MailGateway, open_gateway
from app.jobs import pushes
from app.jobs.outbox import Claim, call_off_outdated, claim_next, note_failure, write
from app.messages.mail import compose
from app.messages.message import Message

log = logging.getLogger(__name__)

ROUND_SECONDS = 120  # then another round takes over: no job may hold the worker for ever


def deliver_waiting() -> None:
    """After each change and every SWEEP_SECONDS. Safe to run late, twice, or on two workers."""
    call_off_outdated()
    ends = time.monotonic() + ROUND_SECONDS
    with open_gateway(current_app.config) as gateway:
        while time.monotonic() < ends and (claim := claim_next_mail()):
            pushes.start()  # a mail server that takes its time holds no push up
            if not deliver(claim, gateway):
                return  # the server itself is away: what comes later must not overtake


def claim_next_mail() -> Claim | None:
    return claim_next(Message.channel == "mail")


def deliver(claim: Claim, gateway: MailGateway) -> bool:
    """Send one message and write what came of it. False when the server itself is away."""
    try:
        mail = _compose(claim)
        gateway.send(mail)
    except GatewayError as error:
        note_failure(claim, error)
        return not error.away
    except SQLAlchemyError as error:
        db.session.rollback()
        note_failure(claim, GatewayError(f"The database did not answer: {type(error).__name__}", retry=True))
    except Exception as error:  # of ours: a template, a fact that is missing. It must not stop the others.
        log.exception("message %s could not be composed", claim.message_id)
        write(claim, status="given_up", last_error=f"This mail could not be written: {type(error).__name__}.")
    else:
        write(claim, status="sent", sent_at=clock.now(), last_error=None)
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
