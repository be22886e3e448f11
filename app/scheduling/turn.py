"""Whoever changes a therapist's diary or times waits for their turn first."""

from sqlalchemy import select

from app.database import db
from app.practice.therapist import Therapist


def take_turn_of(therapist_id: int) -> None:
    """One change of a therapist's diary at a time: waits for its turn, then everything is read afresh."""
    turn = select(Therapist.id).where(Therapist.id == therapist_id)
    db.session.execute(turn.with_for_update(key_share=True))
    db.session.expire_all()
