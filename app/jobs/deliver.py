"""Mails that wait go out: claimed in batches, each sent with no transaction open, and its outcome written at once.

A mail that is sent again after a worker died has the same Message-ID. See outbox.py for what is promised.
"""

import logging
import time

from flask import current_app
from flask_mail import Message as Mail
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.booking.personal_link import PersonalLink, Tokens
from app.database import db, reading
from app.integrations.errors import GatewayError
from app.integrations.mail import MailGateway, open_gateway
from app.jobs import pushes
from app.jobs.outbox import Batch, Claim, call_off_outdated, claim_batch, claim_next, note_failure, write
from app.messages.mail import compose, linked_from
from app.messages.message import Message

log = logging.getLogger(__name__)

ROUND_SECONDS = 120  # then another round takes over: no job may hold the worker for ever
PUSHES_EVERY = 1.0  # seconds: a mail server that takes its time holds no push up


def deliver_waiting() -> None:
    """Send all messages that are due. Safe to run late, twice, or on two workers."""
    call_off_outdated()
    ends, pushed = time.monotonic() + ROUND_SECONDS, float("-inf")
    with open_gateway(current_app.config) as gateway:
        while time.monotonic() < ends and (batch := claim_batch(Message.channel == "mail")):
            with batch:
                tokens = _tokens_of(batch)
                for claim in batch:
                    if time.monotonic() - pushed > PUSHES_EVERY:
                        pushes.start()
                        pushed = time.monotonic()
                    if not deliver(claim, gateway, tokens):
                        return  # the server itself is away: what comes later must not overtake


def claim_next_mail() -> Claim | None:
    return claim_next(Message.channel == "mail")


def deliver(claim: Claim, gateway: MailGateway, tokens: Tokens | None = None) -> bool:
    """Send one message and store the outcome. Returns False when the mail server itself is away."""
    try:
        gateway.send(_compose(claim, tokens or {}))
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


def _compose(claim: Claim, tokens: Tokens) -> Mail:
    try:
        mail = compose(claim.message, tokens)
        mail.msgId = claim.message.wire_id
        if db.session().in_transaction():
            db.session.commit()  # a link made for this mail must be there when it is opened
        return mail
    finally:
        db.session.rollback()  # from here on the network may take its time


def _tokens_of(batch: Batch) -> Tokens:
    """Return the tokens of all links in these mails; missing ones are made."""
    wanted = {about for claim in batch.claims for about in linked_from(claim.message)}
    try:
        with reading():
            known = PersonalLink.tokens_of(wanted)
            db.session.rollback()
        made = PersonalLink.make_all(wanted - known.keys())
        db.session.commit()
    except SQLAlchemyError:
        log.exception("links could not be made ahead: each mail makes its own")
        db.session.rollback()
        return {}
    return known | made
