"""Guessing passwords is slow, and so is having this server look at one address after another: what was tried is counted
in the database, before any hashing and any question."""

import hashlib
import hmac
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from app import clock
from app.database import db
from app.practice.user import SignInAttempt

WINDOW = timedelta(minutes=15)
MOST_PER_USER = 10
MOST_PER_ADDRESS = 50
LOOKS_WINDOW = timedelta(hours=1)  # the longest: nothing is remembered beyond it
MOST_LOOKS = 10  # at addresses of calendars, for one therapist


def is_throttled(email: str, network: str) -> bool:
    """Whether this address or this network has failed too often in the last quarter of an hour."""
    return _failures(_key("user", email)) >= MOST_PER_USER or _failures(_key("network", network)) >= MOST_PER_ADDRESS


def note_failure(email: str, network: str) -> None:
    _note(_key("user", email), _key("network", network))


def next_look(therapist_id: int) -> datetime | None:
    """When another address is looked at for this therapist; None: now. Call it in their turn."""
    recent = (SignInAttempt.key == _looks(therapist_id), SignInAttempt.at > clock.now() - LOOKS_WINDOW)
    newest_first = select(SignInAttempt.at).where(*recent).order_by(SignInAttempt.at.desc())
    enough = db.session.scalar(newest_first.offset(MOST_LOOKS - 1).limit(1))
    return enough + LOOKS_WINDOW if enough else None


def note_look(therapist_id: int) -> None:
    _note(_looks(therapist_id))


def _looks(therapist_id: int) -> str:
    return _key("looks", str(therapist_id))


def _note(*keys: str) -> None:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - LOOKS_WINDOW))
    db.session.add_all(SignInAttempt(key=key) for key in keys)


def _failures(key: str) -> int:
    recent = (SignInAttempt.key == key, SignInAttempt.at > clock.now() - WINDOW)
    return db.session.scalar(select(func.count()).select_from(SignInAttempt).where(*recent)) or 0


def _key(kind: str, value: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{kind}:{value.strip().lower()}".encode(), hashlib.sha256).hexdigest()
