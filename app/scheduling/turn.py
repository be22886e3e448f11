"""Whoever changes a therapist's diary or times waits for their turn first."""

from typing import Any

from flask import Flask
from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from app.database import db, ensure_writing, rows_of
from app.practice.therapist import Therapist

_TURN = select(Therapist.revision).where(Therapist.id == bindparam("therapist")).with_for_update(key_share=True)
TAKEN = "turns_taken"  # revisions by therapist, of those whose turn this transaction has; kept with the session


def init_app(_app: Flask) -> None:
    """Know when turns end."""
    if not event.contains(db.session, "after_commit", _give_back):
        event.listen(db.session, "after_commit", _give_back)
        event.listen(db.session, "after_soft_rollback", _give_back)


def take_turn_of(therapist_id: int) -> int | None:
    """Wait for the turn to change a therapist's diary; everything is read afresh afterwards.

    Until the transaction ends nobody else changes it: once more in the same one costs nothing. Returns the revision of
    the practice; None when there is no such therapist.
    """
    ensure_writing()
    taken: dict[int, int | None] = db.session().info.setdefault(TAKEN, {})
    if therapist_id not in taken:
        revision = rows_of(_TURN, {"therapist": therapist_id}).scalar()
        db.session.expire_all()
        taken[therapist_id] = revision
    return taken[therapist_id]


def _give_back(session: Session, *_about: Any) -> None:
    # Also when only a savepoint ends: then the turn is taken once more, which is safe.
    session.info.pop(TAKEN, None)
