"""Guessing passwords is slow: failures are counted in the database, before any hashing."""

import hashlib
import hmac
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from app import clock
from app.database import db
from app.practice.user import SignInAttempt

WINDOW = timedelta(minutes=15)
MOST_PER_USER = 10
MOST_PER_ADDRESS = 50


def is_throttled(email: str, network: str) -> bool:
    """Whether this address or this network has failed too often in the last quarter of an hour."""
    return _failures(_key("user", email)) >= MOST_PER_USER or _failures(_key("network", network)) >= MOST_PER_ADDRESS


def note_failure(email: str, network: str) -> None:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - WINDOW))
    db.session.add_all(SignInAttempt(key=key) for key in (_key("user", email), _key("network", network)))


def _failures(key: str) -> int:
    recent = (SignInAttempt.key == key, SignInAttempt.at > clock.now() - WINDOW)
    return db.session.scalar(select(func.count()).select_from(SignInAttempt).where(*recent)) or 0


def _key(kind: str, value: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{kind}:{value.strip().lower()}".encode(), hashlib.sha256).hexdigest()
