"""A practice to look at: people, working times and sessions in every state, made relative to today."""

import secrets
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from app.database import db
from app.demo.people import PEOPLE, add_operator, add_therapist
from app.demo.sessions import fill_diary
from app.practice.therapist import Therapist
from app.practice.user import User
from app.scheduling import openings

SIGN_INS = ("mara@example.com", "otto@example.com", "operator@example.com")


def fill() -> str:
    """Make the demo practice where it is missing and commit; returns the password of its sign-ins."""
    file = Path(current_app.config["HOLDFAST_HOME"]) / "demo-password"
    known = file.read_text().strip() if file.exists() else None
    password = known or secrets.token_urlsafe(9)
    is_missing = db.session.scalar(select(User.id).filter_by(email=SIGN_INS[0])) is None
    if is_missing:
        _add_everybody()
    if is_missing or known is None:
        for user in db.session.scalars(select(User).where(User.email.in_(SIGN_INS))):
            user.set_password(password)
    db.session.commit()
    # Only now: whoever finds the file may take the practice for complete.
    if known is None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(password + "\n")
    return password


def _add_everybody() -> None:
    add_operator()
    for person in PEOPLE:
        add_therapist(person)
    db.session.flush()
    for therapist in db.session.scalars(select(Therapist).order_by(Therapist.id)).all():
        fill_diary(therapist)
        db.session.flush()
        openings.refresh(therapist)  # the directory is complete when the first visitor comes
