"""Reminders and nudges become messages when their time has come, and sign-ins that are long over are forgotten."""

import logging

from app.database import db
from app.practice.user import SignIn

log = logging.getLogger(__name__)


def remind() -> None:
    """Write the reminders and nudges that are due. Safe to run late, twice, or on two workers: each exists once."""
    from app.messages import reminders

    due = reminders.due()
    db.session.rollback()  # between two messages nobody waits for us
    for message in due:
        try:
            message.write()
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("%s was not written and is tried again in the next round", message.once)
    SignIn.forget_old()
    db.session.commit()
